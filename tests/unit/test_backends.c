/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of backends and the command that prints it. */
#include <stdlib.h>
#include <unistd.h>

#include "backends/backend.h"
#include "base/json.h"
#include "drydock.h"
#include "tap.h"

/* The command finds its help in the program's table, which is main.c's. */
static const struct command commands[] = {
	{ "backends", "", "the ways of writing firmware", cmd_backends },
	{ 0 },
};

const struct program drydock_program = { "drydock", "", commands, NULL };

static void every_backend_is_complete_and_found_by_name(void)
{
	CHECK(backends[0] != NULL);
	for (size_t i = 0; backends[i]; i++) {
		CHECK(backend_find(backends[i]->name) == backends[i]); /* also: no name twice */
		CHECK(strlen(backends[i]->name) < sizeof(((struct device *)0)->backend));
		CHECK(*backends[i]->description && *backends[i]->evidence_note);
		CHECK(evidence_name(backends[i]->evidence) != NULL);
		CHECK(backends[i]->probe && backends[i]->refresh && backends[i]->check);
		CHECK(backends[i]->write && backends[i]->activate && backends[i]->recover);
	}
	CHECK(backend_find("nvme") == &backend_nvme);
	CHECK(backend_find("") == NULL);
	CHECK(backend_find("nvm") == NULL);
}

/* Runs the command and returns what it printed, malloc'ed. */
static char *output_of(int argc, char **argv, int want_status)
{
	FILE *file = tmpfile();
	char *text = calloc(1, 65536);
	int saved = dup(STDOUT_FILENO);

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	CHECK_INT(cmd_backends(argc, argv), want_status);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(file);
	CHECK(fread(text, 1, 65535, file) > 0 || want_status != 0);
	fclose(file);
	return text;
}

static void text_names_each_with_its_evidence(void)
{
	char name[] = "backends", *argv[] = { name, NULL };
	char *text = output_of(1, argv, 0);

	for (size_t i = 0; backends[i]; i++) {
		CHECK_CONTAINS(text, backends[i]->name);
		CHECK_CONTAINS(text, backends[i]->description);
		CHECK_CONTAINS(text, backends[i]->evidence_note);
	}
	CHECK_CONTAINS(text, "tested on: emulator (");
	free(text);
}

static void json_is_an_object_with_all_of_them(void)
{
	char name[] = "backends", option[] = "--json", *argv[] = { name, option, NULL };
	char *text = output_of(2, argv, 0), value[256];
	yyjson_doc *doc = NULL;
	yyjson_val *list, *entry;
	size_t index, max;

	CHECK_INT(json_parse((const uint8_t *)text, strlen(text), 65536, &doc, NULL), 0);
	CHECK_INT(json_get_arr(yyjson_doc_get_root(doc), "Backends", 64, &list, NULL), 0);
	yyjson_arr_foreach(list, index, max, entry)
	{
		CHECK_INT(json_get_str(entry, "Name", value, sizeof(value), NULL), 0);
		CHECK_STR(value, backends[index]->name);
		CHECK_INT(json_get_str(entry, "Evidence", value, sizeof(value), NULL), 0);
		CHECK_STR(value, evidence_name(backends[index]->evidence));
		CHECK_INT(json_get_str(entry, "Description", value, sizeof(value), NULL), 0);
		CHECK_STR(value, backends[index]->description);
		CHECK_INT(json_get_str(entry, "EvidenceNote", value, sizeof(value), NULL), 0);
		CHECK_STR(value, backends[index]->evidence_note);
	}
	CHECK(backends[max] == NULL);
	yyjson_doc_free(doc);
	free(text);
}

static void operands_are_refused(void)
{
	char name[] = "backends", operand[] = "nvme", *argv[] = { name, operand, NULL };

	free(output_of(2, argv, EXIT_USAGE));
}

int main(void)
{
	TAP_RUN(every_backend_is_complete_and_found_by_name);
	TAP_RUN(text_names_each_with_its_evidence);
	TAP_RUN(json_is_an_object_with_all_of_them);
	TAP_RUN(operands_are_refused);
	return TAP_END();
}
