/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "component_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fwrepo.h"
#include "inventory/target.h"

/* Copies text; nothing is ever cut. */
static int set_text(const char *option, char *buf, size_t size, const char *text, size_t len,
		    struct err *err)
{
	if (len >= size)
		return err_set(err, ERR_USAGE, "--%s: longer than %zu bytes", option, size - 1);
	memcpy(buf, text, len);
	buf[len] = '\0';
	return 0;
}

static int set_texts(const struct component_args *args, struct component *ret, struct err *err)
{
	const struct {
		const char *option, *text;
		char *buf;
		size_t size;
	} texts[] = {
#define ROW(option, text, member) { option, text, ret->member, sizeof(ret->member) }
		ROW("id", args->id, id),
		ROW("version", args->version, version),
		ROW("backend", args->backend, backend),
		ROW("name", args->name ? args->name : args->id, name),
		ROW("name-ja", args->name_ja, name_ja),
		ROW("vendor", args->vendor, vendor),
		ROW("class", args->class_name ? args->class_name : "other", class_name),
		ROW("min-active", args->min_active, min_active_version),
		ROW("floor", args->floor, floor),
		ROW("release-notes", args->release_notes, release_notes),
#undef ROW
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(texts) / sizeof(*texts); i++)
		if (texts[i].text)
			rc = set_text(texts[i].option, texts[i].buf, texts[i].size, texts[i].text,
				      strlen(texts[i].text), err);
	return rc;
}

static int unknown_word(const char *option, const char *word, struct err *err)
{
	return err_set(err, ERR_USAGE, "--%s: \"%.40s\" is not a word for it (try --help)", option,
		       word);
}

static int set_words(const struct component_args *args, struct component *ret, struct err *err)
{
	const char *activation = args->activation ? args->activation : "none";
	const char *criticality = args->criticality ? args->criticality : "recommended";
	uint64_t seconds = 0;

	ret->scheme = version_scheme_from_name(args->scheme);
	if (!ret->scheme)
		return unknown_word("scheme", args->scheme, err);
	ret->activation = activation_from_name(activation);
	if (!ret->activation)
		return unknown_word("activation", activation, err);
	ret->criticality = criticality_from_name(criticality);
	if (!ret->criticality)
		return unknown_word("criticality", criticality, err);
	ret->measured = args->measured;
	ret->host_power_off = args->host_power_off;
	if (args->expected_seconds && fwrepo_number("--expected-seconds", args->expected_seconds,
						    CATALOG_MAX_SECONDS, &seconds, err))
		return err->code;
	ret->expected_seconds = (uint32_t)seconds;
	return 0;
}

/* A version that does not follow its scheme would never be older or newer than anything. */
static int check_versions(const struct component *comp, struct err *err)
{
	const struct {
		const char *option, *text;
	} versions[] = {
		{ "version", comp->version },
		{ "min-active", comp->min_active_version },
		{ "floor", comp->floor },
		{ "proof", comp->proof.match == PROOF_SCHEME ? comp->proof.value : "" },
	};

	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (versions[i].text[0] && !version_follows(comp->scheme, versions[i].text))
			return err_set(err, ERR_USAGE,
				       "--%s: \"%s\" does not follow the scheme \"%s\"",
				       versions[i].option, versions[i].text,
				       version_scheme_name(comp->scheme));
	return 0;
}

static int set_proof(const char *text, struct component *ret, struct err *err)
{
	size_t field = strcspn(text, "=^~");
	const char *value;
	int rc;

	ret->proof.match = text[field] == '^'	? PROOF_PREFIX
			   : text[field] == '~' ? PROOF_SCHEME
						: PROOF_EQUALS;
	value = text + field + (ret->proof.match != PROOF_EQUALS);
	if (*value != '=' || field == 0 || !value[1])
		return err_set(err, ERR_USAGE,
			       "--proof: want FIELD=VALUE, FIELD^=VALUE or "
			       "FIELD~=VALUE");
	value++;
	rc = set_text("proof", ret->proof.field, sizeof(ret->proof.field), text, field, err);
	if (!rc)
		rc = set_text("proof", ret->proof.value, sizeof(ret->proof.value), value,
			      strlen(value), err);
	for (const char *const *known = proof_fields; !rc && *known; known++)
		if (strcmp(*known, ret->proof.field) == 0)
			return 0;
	return rc ? rc : unknown_word("proof", ret->proof.field, err);
}

static int set_targets(const struct opt_list *list, struct component *ret, struct err *err)
{
	int rc = 0;

	if (list->count == 0)
		return err_set(err, ERR_USAGE, "--target TARGET is needed");
	ret->targets = calloc(list->count, sizeof(*ret->targets));
	if (!ret->targets)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; !rc && i < list->count; i++) {
		if (target_check(list->items[i]))
			return err_set(err, ERR_USAGE, "--target: \"%.80s\" is not a target",
				       list->items[i]);
		rc = set_text("target", ret->targets[i], sizeof(*ret->targets), list->items[i],
			      strlen(list->items[i]), err);
		ret->target_count++;
	}
	return rc;
}

static int set_requires(const struct opt_list *list, struct component *ret, struct err *err)
{
	int rc = 0;

	if (list->count == 0)
		return 0;
	ret->requires = calloc(list->count, sizeof(*ret->requires));
	if (!ret->requires)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; !rc && i < list->count; i++) {
		struct requirement *require = &ret->requires[i];
		const char *text = list->items[i], *sign = strstr(text, ">=");

		if (!sign || !sign[2])
			return err_set(err, ERR_USAGE, "--requires: want TARGET>=VERSION");
		rc = set_text("requires", require->target, sizeof(require->target), text,
			      (size_t)(sign - text), err);
		if (!rc && require->target[0] && target_check(require->target))
			rc = err_set(err, ERR_USAGE, "--requires: \"%s\" is not a target",
				     require->target);
		if (!rc)
			rc = set_text("requires", require->min_version,
				      sizeof(require->min_version), sign + 2, strlen(sign + 2),
				      err);
		ret->require_count++;
	}
	return rc;
}

static int set_flags(const struct opt_list *list, struct component *ret, struct err *err)
{
	int rc = 0;

	if (list->count == 0)
		return 0;
	ret->flags = calloc(list->count, sizeof(*ret->flags));
	if (!ret->flags)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; !rc && i < list->count; i++) {
		const char *const *known = component_flags;

		rc = set_text("flag", ret->flags[i], sizeof(*ret->flags), list->items[i],
			      strlen(list->items[i]), err);
		while (*known && strcmp(*known, list->items[i]) != 0)
			known++;
		if (!*known)
			snprintf(ret->not_understood, sizeof(ret->not_understood), "flag \"%.40s\"",
				 list->items[i]);
		ret->flag_count++;
	}
	return rc;
}

int component_from_args(const struct component_args *args, struct component *ret, struct err *err)
{
	int rc = set_texts(args, ret, err);

	if (!rc)
		rc = set_words(args, ret, err);
	if (!rc && args->proof)
		rc = set_proof(args->proof, ret, err);
	if (!rc)
		rc = check_versions(ret, err);
	if (!rc)
		rc = set_targets(&args->targets, ret, err);
	if (!rc)
		rc = set_requires(&args->requires, ret, err);
	return rc ? rc : set_flags(&args->flags, ret, err);
}
