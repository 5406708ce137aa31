/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/opts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/opts_help.h"

static const struct command *find_command(const struct program *prog, const char *name)
{
	for (const struct command *cmd = prog->commands; cmd->name; cmd++)
		if (strcmp(cmd->name, name) == 0)
			return cmd;
	return NULL;
}

static const struct opt *find_option(const struct opt *opts, const char *name, size_t len)
{
	for (; opts->name; opts++)
		if (strlen(opts->name) == len && strncmp(opts->name, name, len) == 0)
			return opts;
	return NULL;
}

static int add_to_list(struct opt_list *list, const char *name, const char *value, struct err *err)
{
	if (list->count == OPT_LIST_MAX)
		return err_set(err, ERR_USAGE, "--%s is given more than %d times", name,
			       OPT_LIST_MAX);
	list->items[list->count++] = value;
	return 0;
}

static int set_option(const struct opt *opt, const char *value, struct err *err)
{
	if (opt->kind == OPT_FLAG) {
		*(bool *)opt->dest = true;
		return 0;
	}
	if (value[0] == '\0')
		return err_set(err, ERR_USAGE, "--%s wants a value: %s", opt->name, opt->arg);
	if (opt->kind == OPT_LIST)
		return add_to_list(opt->dest, opt->name, value, err);
	*(const char **)opt->dest = value;
	return 0;
}

/* One "--name", "--name=value" or "--name value"; moves *index to its last word. */
static int parse_option(const struct opt *opts, int argc, char **argv, int *index, struct err *err)
{
	const char *word = argv[*index] + 2;
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	const struct opt *opt = find_option(opts, word, len);

	if (!opt)
		return err_set(err, ERR_USAGE, "unknown option --%.*s (try --help)", (int)len,
			       word);
	if (opt->kind == OPT_FLAG && equals)
		return err_set(err, ERR_USAGE, "--%s takes no value", opt->name);
	if (opt->kind == OPT_FLAG)
		return set_option(opt, "", err);
	if (equals)
		return set_option(opt, equals + 1, err);
	if (*index + 1 >= argc)
		return err_set(err, ERR_USAGE, "--%s wants a value: %s", opt->name, opt->arg);
	return set_option(opt, argv[++*index], err);
}

static bool wants_help(const struct program *prog, const struct command *cmd,
		       const struct opt *opts, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			opts_print_help(prog, cmd, opts);
			return true;
		}
		if (strcmp(argv[i], "--man") == 0) {
			opts_print_man(prog, cmd, opts);
			return true;
		}
	}
	return false;
}

/* -o is what everybody tries first. */
static void lengthen_out(int argc, char **argv)
{
	static char out[] = "--out";

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "-o") == 0)
			argv[i] = out;
}

int opts_parse(const struct program *prog, const struct opt *opts, int argc, char **argv,
	       int *ret_first, struct err *err)
{
	const struct command *cmd = find_command(prog, argv[0]);
	CLEANUP_FREE char **operands = calloc((size_t)argc + 1, sizeof(*operands));
	bool options_ended = false;
	int count = 0;
	int rc;

	assert(cmd);
	if (find_option(opts, "out", 3))
		lengthen_out(argc, argv);
	if (!operands)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (wants_help(prog, cmd, opts, argc, argv))
		return 1;
	for (int i = 1; i < argc; i++) {
		if (!options_ended && strcmp(argv[i], "--") == 0) {
			options_ended = true;
		} else if (!options_ended && strncmp(argv[i], "--", 2) == 0) {
			rc = parse_option(opts, argc, argv, &i, err);
			if (rc)
				return rc;
		} else {
			operands[count++] = argv[i];
		}
	}
	if (count > 0 && !cmd->operands[0])
		return err_set(err, ERR_USAGE, "\"%s\" is not expected here (try --help)",
			       operands[0]);
	*ret_first = argc - count;
	memcpy(&argv[*ret_first], operands, (size_t)count * sizeof(*operands));
	return 0;
}

static int usage(const struct program *prog, FILE *out)
{
	fprintf(out, "%s: %s\n\nusage: %s COMMAND [options]\n\ncommands:\n", prog->name,
		prog->summary, prog->name);
	for (const struct command *cmd = prog->commands; cmd->name; cmd++)
		fprintf(out, "  %-12s %s\n", cmd->name, cmd->summary);
	fprintf(out, "\n%s COMMAND --help tells the options of a command.\n", prog->name);
	return out == stdout ? 0 : 2;
}

static int list_commands(const struct program *prog)
{
	for (const struct command *cmd = prog->commands; cmd->name; cmd++)
		puts(cmd->name);
	return 0;
}

int opts_main(const struct program *prog, int argc, char **argv)
{
	const struct command *cmd;

	if (argc < 2)
		return usage(prog, stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return usage(prog, stdout);
	if (strcmp(argv[1], "--version") == 0) {
		printf("%s " DRYDOCK_VERSION "\n", prog->name);
		return 0;
	}
	if (strcmp(argv[1], "--man") == 0)
		return opts_print_program_man(prog);
	if (strcmp(argv[1], "--commands") == 0)
		return list_commands(prog);
	cmd = find_command(prog, argv[1]);
	if (cmd)
		return cmd->run(argc - 1, argv + 1);
	fprintf(stderr, "%s: unknown command \"%s\" (try --help)\n", prog->name, argv[1]);
	return 2;
}

int opts_exit_status(int code)
{
	switch (code) {
	case 0:
		return 0;
	case ERR_USAGE:
		return 2;
	case ERR_NOT_FOUND:
	case ERR_FORMAT:
	case ERR_TOO_LARGE:
	case ERR_DUPLICATE:
	case ERR_HASH:
	case ERR_SIGNATURE:
	case ERR_IO:
		return 6;
	case ERR_POLICY:
	case ERR_FULL:
	case ERR_BUSY:
	case ERR_UNSUPPORTED:
		return 7;
	case ERR_DEVICE:
	case ERR_DEVICE_GONE:
	case ERR_PROOF:
		return 8;
	case ERR_OVERDUE:
		return 9;
	case ERR_INTERRUPTED:
		return 10;
	default:
		return 64;
	}
}

int opts_fail(const struct program *prog, const char *command, const struct err *err)
{
	fprintf(stderr, "%s %s: %s\n", prog->name, command, err->text);
	return opts_exit_status(err->code);
}
