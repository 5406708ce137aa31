/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_copy REPO TRUST DIR: copies every payload of the repository into DIR as a run does before
 * its first write, verified while copying, and removes it again.
 */
#include <stdio.h>
#include <stdlib.h>

#include "run/store.h"

static int copy(const struct store_options *options, const struct catalog *cat, struct err *err)
{
	struct plan plan = { .steps = calloc(cat->count, sizeof(*plan.steps)) };
	struct store *store = NULL;
	int rc;

	if (!plan.steps)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (; plan.step_count < cat->count; plan.step_count++)
		plan.steps[plan.step_count].comp = &cat->components[plan.step_count];
	rc = store_fill(options, &plan, NULL, &store, err);
	if (!rc && !store_holds_all(store))
		rc = err_set(err, ERR_IO, "not all of it could be copied");
	store_free(store);
	free(plan.steps);
	return rc;
}

int main(int argc, char **argv)
{
	struct store_options options = { 0 };
	struct policy policy = { 0 };
	struct catalog cat = { 0 };
	struct err err = { 0 };
	int rc;

	if (argc != 4) {
		fprintf(stderr, "bench_copy REPO TRUST DIR\n");
		return 2;
	}
	options.hw = hwio_real_new(NULL);
	options.repo_dir = argv[1];
	options.ram_dir = argv[3];
	rc = options.hw ? console_open(NULL, &options.console, &err) : ERR_NOMEM;
	if (!rc)
		rc = policy_load(argv[2], &policy, &err);
	if (!rc)
		rc = catalog_open(argv[1], &policy, &cat, &err);
	if (!rc)
		rc = copy(&options, &cat, &err);
	if (rc)
		fprintf(stderr, "bench_copy: %s\n", err.text);
	catalog_free(&cat);
	policy_free(&policy);
	console_close(options.console);
	hwio_real_free(options.hw);
	return rc ? 1 : 0;
}
