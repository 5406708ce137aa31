/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command lines from tables: one source for parsing, --help and the man page. Long options only:
 * "--name VALUE" or "--name=VALUE"; "--" ends them. Only -o is short, for --out where there is one.
 */
#ifndef DRYDOCK_BASE_OPTS_H
#define DRYDOCK_BASE_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define OPT_LIST_MAX 64

struct opt_list {
	const char *items[OPT_LIST_MAX];
	size_t count;
};

enum opt_kind {
	OPT_FLAG = 1, /* bool * */
	OPT_TEXT,     /* const char ** */
	OPT_LIST,     /* struct opt_list *: may be given several times */
};

struct opt {
	const char *name; /* without the dashes; NULL ends a table */
	enum opt_kind kind;
	void *dest;
	const char *arg;  /* the word for its value: "DIR"; NULL for a flag */
	const char *help; /* one sentence */
};

/* A command of a program: "drydock plan". run() gets argv[0] = the command's own name. */
struct command {
	const char *name;		   /* NULL ends a table */
	const char *operands;		   /* "FILE ...", "" = none */
	const char *summary;		   /* one line */
	int (*run)(int argc, char **argv); /* returns the exit status */
};

/*
 * What there is to say of a command beyond its summary and options, for --help and its man page:
 * paragraphs; lines that begin with four blanks are shown as they are.
 */
struct command_text {
	const char *name; /* of the command; NULL ends a table */
	const char *text;
};

struct program {
	const char *name;
	const char *summary;
	const struct command *commands;
	const struct command_text *texts; /* NULL = none */
};

/*
 * Parses argv[1..] by the table; argv[0] is the command's name. The first operand's index goes to
 * *ret_first (argv is reordered: operands last). "--help" prints the command's help and returns 1:
 * the caller then returns 0. Returns 0, 1 or ERR_USAGE.
 */
int opts_parse(const struct program *prog, const struct opt *opts, int argc, char **argv,
	       int *ret_first, struct err *err);

/*
 * The main() of a program: finds the command, handles --help, --version and "help"; returns the
 * exit status, 2 for a command line that is wrong. "--man" as the only argument prints the
 * program's man page in troff, "COMMAND --man" that of a command, "--commands" the names of all.
 */
int opts_main(const struct program *prog, int argc, char **argv);

/* The exit status for an enum err_code, or 0 for 0 (DESIGN 10: 2 usage, 6 repository ...). */
int opts_exit_status(int code);

/*
 * Prints "<program> <command>: <text>" to standard error and returns the exit status for err->code
 *.
 */
int opts_fail(const struct program *prog, const char *command, const struct err *err);

#endif
