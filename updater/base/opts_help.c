/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/opts_help.h"

#include <stdio.h>
#include <string.h>

#define INDENT 4 /* blanks before a line of a text that is shown as it is */

static const char *text_of(const struct program *prog, const char *name)
{
	for (const struct command_text *at = prog->texts; at && at->name; at++)
		if (strcmp(at->name, name) == 0)
			return at->text;
	return "";
}

/* A paragraph a line of the text, broken between words at 78 columns; examples as they are. */
static void print_wrapped(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " \n");
		bool starts = column == 0;

		if (starts && strncmp(text, "    ", INDENT) == 0)
			len = strcspn(text, "\n");
		if (!starts && column + 1 + len > 78) {
			putchar('\n');
			column = 0;
			starts = true;
		}
		printf("%s%.*s", starts ? "" : " ", (int)len, text);
		column += len + !starts;
		text += len;
		if (*text == '\n') {
			putchar('\n');
			column = 0;
		}
		text += *text != '\0';
	}
}

void opts_print_help(const struct program *prog, const struct command *cmd, const struct opt *opts)
{
	const char *text = text_of(prog, cmd->name);
	char label[64];

	printf("usage: %s %s [options]%s%s\n\n%s\n", prog->name, cmd->name,
	       cmd->operands[0] ? " " : "", cmd->operands, cmd->summary);
	if (opts->name)
		printf("\noptions:\n");
	for (; opts->name; opts++) {
		snprintf(label, sizeof(label), "--%s%s%s", opts->name, opts->arg ? " " : "",
			 opts->arg ? opts->arg : "");
		printf("  %-24s %s\n", label, opts->help);
	}
	if (text[0])
		putchar('\n');
	print_wrapped(text);
}

/* Text as troff takes it: no line begins with a control character, no '-' becomes a hyphen. */
static void put_troff(const char *text, size_t len)
{
	if (len && (text[0] == '.' || text[0] == '\''))
		printf("\\&");
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\')
			printf("\\e");
		else if (text[i] == '-')
			printf("\\-");
		else
			putchar(text[i]);
	}
}

/* Paragraphs, and examples as they are. */
static void put_text(const char *text)
{
	bool example = false;

	while (*text) {
		size_t len = strcspn(text, "\n");
		bool indented = strncmp(text, "    ", INDENT) == 0;

		if (indented != example)
			printf("%s", indented ? ".PP\n.nf\n.RS\n" : ".RE\n.fi\n");
		example = indented;
		if (len == 0)
			printf(".PP");
		put_troff(text + (indented ? INDENT : 0), len - (indented ? INDENT : 0));
		putchar('\n');
		text += len + (text[len] == '\n');
	}
	if (example)
		printf(".RE\n.fi\n");
}

static void put_header(const char *name, const char *dash, const char *of)
{
	printf(".TH %s%s%s 8 \"\" \"Drydock " DRYDOCK_VERSION
	       "\" \"System administration\"\n"
	       ".SH NAME\n%s%s%s \\- ",
	       name, dash, of, name, dash, of);
}

static void put_exit_status(void)
{
	printf(".SH EXIT STATUS\n"
	       "0 changed and proven, or done; 1 the same, reboot needed; 2 usage; 3 nothing "
	       "needed; 4 no supported device; 5 unmet dependency; 6 repository or signature; 7 "
	       "blocked by policy; 8 some steps failed or are not provable; 9 a device needs a "
	       "human or is overdue; 10 interrupted, can resume; 64 and above internal.\n");
}

void opts_print_man(const struct program *prog, const struct command *cmd, const struct opt *opts)
{
	const char *text = text_of(prog, cmd->name);

	put_header(prog->name, "-", cmd->name);
	put_troff(cmd->summary, strlen(cmd->summary));
	printf("\n.SH SYNOPSIS\n.B %s %s\n[options] %s\n", prog->name, cmd->name, cmd->operands);
	if (text[0]) {
		printf(".SH DESCRIPTION\n");
		put_text(text);
	}
	if (opts->name)
		printf(".SH OPTIONS\n");
	for (; opts->name; opts++) {
		printf(".TP\n.BI \\-\\-");
		put_troff(opts->name, strlen(opts->name));
		printf(" \" %s\"\n", opts->arg ? opts->arg : "");
		put_troff(opts->help, strlen(opts->help));
		printf(".\n");
	}
	put_exit_status();
	printf(".SH SEE ALSO\n.BR %s (8)\n", prog->name);
}

int opts_print_program_man(const struct program *prog)
{
	put_header(prog->name, "", "");
	put_troff(prog->summary, strlen(prog->summary));
	printf("\n.SH SYNOPSIS\n.B %s\n.I command\n[options]\n.SH COMMANDS\n"
	       "Each has a page of its own, %s\\-COMMAND(8).\n",
	       prog->name, prog->name);
	for (const struct command *cmd = prog->commands; cmd->name; cmd++) {
		printf(".TP\n.B %s %s\n", cmd->name, cmd->operands);
		put_troff(cmd->summary, strlen(cmd->summary));
		printf(".\n");
	}
	put_exit_status();
	return 0;
}
