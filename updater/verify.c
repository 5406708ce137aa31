/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "verify.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/thread.h"
#include "repo/catalog.h"
#include "repo/payload.h"
#include "repo/policy.h"

#define SAY_EVERY_SECONDS 5
#define MAX_THREADS	  16u
#define LARGE_BYTES	  (64ull << 20)

struct verify {
	const char *repo, *trust, *threads_text;
	unsigned int threads; /* 0 = one per core */
	bool json;
	const struct verify_show *show; /* NULL = lines */

	struct policy policy;
	struct catalog cat;
	struct err *results; /* one for each component, code 0 = good */
	size_t bad;
};

/* Long work is not silent; called from several threads. */
struct progress {
	const struct component *comp;
	const struct verify_show *show;
	uint64_t bytes;
	_Atomic uint64_t shown;
	_Atomic time_t said;
};

/* What threads say may come in another order than they counted it. */
static void show_progress(struct progress *progress, uint64_t done_bytes)
{
	uint64_t shown = atomic_load(&progress->shown);

	while (done_bytes > shown &&
	       !atomic_compare_exchange_weak(&progress->shown, &shown, done_bytes))
		;
	if (done_bytes > shown)
		progress->show->add(done_bytes - shown);
}

static void say_progress(void *ctx, uint64_t done_bytes)
{
	struct progress *progress = ctx;
	time_t said = atomic_load(&progress->said), now = time(NULL);

	if (progress->show) {
		show_progress(progress, done_bytes);
		return;
	}
	if (now - said < SAY_EVERY_SECONDS ||
	    !atomic_compare_exchange_strong(&progress->said, &said, now))
		return;
	fprintf(stderr, "%s: %" PRIu64 " of %" PRIu64 " MiB\n", progress->comp->id,
		done_bytes >> 20, progress->bytes >> 20);
}

static int verify_blob(const struct verify *verify, const struct component *comp,
		       const struct payload_ref *ref, unsigned int threads, struct err *err)
{
	struct progress progress = {
		.comp = comp, .show = verify->show, .bytes = ref->size, .said = time(NULL)
	};
	struct payload *payload = NULL;
	int rc = payload_open(verify->repo, ref, &payload, err);

	if (!rc)
		rc = payload_verify(payload, threads, say_progress, &progress, err);
	payload_close(payload);
	return rc;
}

/* The payload and what goes with it. */
static int verify_component(const struct verify *verify, const struct component *comp,
			    unsigned int threads, struct err *err)
{
	int rc = verify_blob(verify, comp, &comp->payload, threads, err);

	for (size_t i = 0; i < comp->attachment_count && !rc; i++) {
		const struct attachment *attachment = &comp->attachments[i];

		rc = verify_blob(verify, comp, &attachment->ref, threads, err);
		if (rc)
			err_prefix(err, "%s %s", attachment->role, attachment->name);
	}
	return rc;
}

static void print_head(const struct catalog *cat)
{
	printf("repository %s, serial %" PRIu64 ", of %s, signed by %s\n", cat->repo_id,
	       cat->serial, cat->created, cat->signer_names);
}

static void print_result(const struct component *comp, const struct err *result)
{
	printf("%-4s %-32s %-16s %10" PRIu64 " bytes", result->code ? "BAD" : "ok", comp->id,
	       comp->version, comp->payload.size);
	if (result->code)
		printf("  %s: %s", err_id(result->code), result->text);
	else if (comp->not_understood[0])
		printf("  not usable by this version: %s", comp->not_understood);
	printf("\n");
	fflush(stdout);
}

static uint64_t component_bytes(const struct component *comp)
{
	uint64_t bytes = 0;

	for (size_t k = 0; k < component_ref_count(comp); k++)
		bytes += component_ref(comp, k)->size;
	return bytes;
}

static uint64_t all_bytes(const struct catalog *cat)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < cat->count; i++)
		bytes += component_bytes(&cat->components[i]);
	return bytes;
}

/*
 * Large components have all threads, one component after the other; of the small ones each thread
 * has one: nobody waits for the last chunk of a few. The results are told in the index's order.
 */
struct work {
	struct verify *verify;
	bool large;	      /* which ones it is the turn of */
	unsigned int threads; /* for each component */
	pthread_mutex_t lock; /* for what follows, and what is printed */
	size_t next, told;
	bool *done;
};

static bool take_component(struct work *work, size_t *ret)
{
	const struct catalog *cat = &work->verify->cat;

	pthread_mutex_lock(&work->lock);
	while (work->next < cat->count &&
	       (component_bytes(&cat->components[work->next]) >= LARGE_BYTES) != work->large)
		work->next++;
	*ret = work->next;
	work->next += *ret < cat->count;
	pthread_mutex_unlock(&work->lock);
	return *ret < cat->count;
}

static void component_done(struct work *work, size_t index)
{
	struct verify *verify = work->verify;

	pthread_mutex_lock(&work->lock);
	work->done[index] = true;
	if (verify->show && !verify->json)
		verify->show->clear();
	for (; work->told < verify->cat.count && work->done[work->told]; work->told++)
		if (!verify->json)
			print_result(&verify->cat.components[work->told],
				     &verify->results[work->told]);
	pthread_mutex_unlock(&work->lock);
}

static void *verify_some(void *arg)
{
	struct work *work = arg;
	struct verify *verify = work->verify;
	size_t i;

	while (take_component(work, &i)) {
		if (verify->show)
			verify->show->item(verify->cat.components[i].id);
		(void)verify_component(verify, &verify->cat.components[i], work->threads,
				       &verify->results[i]);
		component_done(work, i);
	}
	return NULL;
}

static void verify_small(struct work *work)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int count = work->verify->threads ? work->verify->threads
			     : cores < 1	   ? 1
						   : (unsigned int)cores;
	pthread_t ids[MAX_THREADS];
	unsigned int started = 0;

	/* This thread works, too: when no other can be started it does everything. */
	while (started + 1 < count && started + 1 < MAX_THREADS &&
	       thread_start(&ids[started], verify_some, work) == 0)
		started++;
	verify_some(work);
	for (unsigned int i = 0; i < started; i++)
		pthread_join(ids[i], NULL);
}

static int verify_components(struct verify *verify, struct err *err)
{
	const struct catalog *cat = &verify->cat;
	CLEANUP_FREE bool *done = calloc(cat->count + 1, sizeof(*done));
	struct work work = {
		.verify = verify, .large = true, .threads = verify->threads, .done = done
	};
	int rc = 0;

	if (!done)
		return err_set(err, ERR_NOMEM, "out of memory");
	pthread_mutex_init(&work.lock, NULL);
	verify_some(&work);
	work.large = false;
	work.threads = 1;
	work.next = 0;
	verify_small(&work);
	pthread_mutex_destroy(&work.lock);
	for (size_t i = 0; i < cat->count; i++)
		if (verify->results[i].code) {
			verify->bad++;
			rc = err_set(err, verify->results[i].code, "%.95s: %.400s",
				     cat->components[i].id, verify->results[i].text);
		}
	return rc;
}

static int verify_all(struct verify *verify, struct err *err)
{
	const struct catalog *cat = &verify->cat;
	int rc = policy_load(verify->trust, &verify->policy, err);

	if (!rc)
		rc = catalog_open(verify->repo, &verify->policy, &verify->cat, err);
	if (rc)
		return rc;
	verify->results = calloc(cat->count + 1, sizeof(*verify->results));
	if (!verify->results)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (!verify->json)
		print_head(cat);
	if (verify->show)
		verify->show->begin("verify", all_bytes(cat));
	rc = verify_components(verify, err);
	if (verify->show)
		verify->show->end();
	return rc;
}

static void add_components(yyjson_mut_doc *doc, yyjson_mut_val *root, const struct verify *verify)
{
	yyjson_mut_val *list = yyjson_mut_obj_add_arr(doc, root, "components");

	for (size_t i = 0; i < verify->cat.count; i++) {
		const struct component *comp = &verify->cat.components[i];
		const struct err *result = &verify->results[i];
		yyjson_mut_val *obj = yyjson_mut_arr_add_obj(doc, list);

		yyjson_mut_obj_add_str(doc, obj, "id", comp->id);
		yyjson_mut_obj_add_str(doc, obj, "version", comp->version);
		yyjson_mut_obj_add_uint(doc, obj, "bytes", comp->payload.size);
		yyjson_mut_obj_add_bool(doc, obj, "ok", !result->code);
		if (result->code) {
			yyjson_mut_obj_add_str(doc, obj, "reason", err_id(result->code));
			yyjson_mut_obj_add_str(doc, obj, "text", result->text);
		}
		if (comp->not_understood[0])
			yyjson_mut_obj_add_str(doc, obj, "not_understood", comp->not_understood);
	}
}

static int print_json(const struct verify *verify, const struct err *failed, struct err *err)
{
	CLEANUP_JSON_MUT yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	CLEANUP_FREE char *text = NULL;
	yyjson_mut_val *root;
	size_t len;
	int rc;

	if (!doc)
		return err_set(err, ERR_NOMEM, "out of memory");
	root = yyjson_mut_obj(doc);
	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_uint(doc, root, "format", 1);
	yyjson_mut_obj_add_bool(doc, root, "ok", !failed->code);
	if (failed->code) {
		yyjson_mut_obj_add_str(doc, root, "reason", err_id(failed->code));
		yyjson_mut_obj_add_str(doc, root, "text", failed->text);
	}
	if (verify->results) {
		yyjson_mut_obj_add_str(doc, root, "repository", verify->cat.repo_id);
		yyjson_mut_obj_add_uint(doc, root, "serial", verify->cat.serial);
		yyjson_mut_obj_add_str(doc, root, "created", verify->cat.created);
		yyjson_mut_obj_add_str(doc, root, "signers", verify->cat.signer_names);
		add_components(doc, root, verify);
	}
	rc = json_write_pretty(doc, &text, &len, err);
	if (!rc)
		puts(text);
	return rc;
}

static int finish(const struct program *prog, const struct verify *verify, int rc,
		  struct err *failed)
{
	struct err err = { 0 };

	if (verify->json && print_json(verify, failed, &err))
		return opts_fail(prog, "verify", &err);
	if (!rc)
		return 0;
	if (verify->bad > 0)
		fprintf(stderr, "%s verify: %zu of %zu components are damaged (%s). ", prog->name,
			verify->bad, verify->cat.count, err_id(rc));
	else
		fprintf(stderr, "%s verify: %s (%s). ", prog->name, failed->text, err_id(rc));
	fprintf(stderr, "Nothing of it can be trusted; nothing was changed.\n");
	return opts_exit_status(rc);
}

static int set_threads(struct verify *verify, struct err *err)
{
	char *end;
	unsigned long count;

	if (!verify->threads_text)
		return 0;
	count = strtoul(verify->threads_text, &end, 10);
	if (*end || count < 1 || count > 16)
		return err_set(err, ERR_USAGE, "--threads wants a number from 1 to 16");
	verify->threads = (unsigned int)count;
	return 0;
}

int verify_command(const struct program *prog, const struct verify_show *show, int argc,
		   char **argv)
{
	struct verify verify = { .show = show };
	const struct opt opts[] = {
		{ "repo", OPT_TEXT, &verify.repo, "DIR", "the repository" },
		{ "trust", OPT_TEXT, &verify.trust, "DIR", "policy.json and keys/" },
		{ "threads", OPT_TEXT, &verify.threads_text, "N",
		  "how many chunks at once, 1 to 16; default: one per core" },
		{ "json", OPT_FLAG, &verify.json, NULL, "the result as JSON" },
		{ 0 },
	};
	struct err err = { 0 };
	int first, status;
	int rc = opts_parse(prog, opts, argc, argv, &first, &err);

	if (rc > 0)
		return 0;
	if (!rc && (!verify.repo || !verify.trust))
		rc = err_set(&err, ERR_USAGE, "--repo DIR and --trust DIR are needed");
	if (!rc)
		rc = set_threads(&verify, &err);
	if (rc)
		return opts_fail(prog, "verify", &err);
	rc = verify_all(&verify, &err);
	status = finish(prog, &verify, rc, &err);
	free(verify.results);
	catalog_free(&verify.cat);
	policy_free(&verify.policy);
	return status;
}
