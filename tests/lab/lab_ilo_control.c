/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The control socket: a line of words separated by tabs, an answer, the end. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lab_ilo.h"

enum { LINE_MAX_BYTES = 512, WORDS_MAX = 4 };

static void do_knob(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	enum ilo_knob knob = n > 1 ? ilo_knob_from_name(words[1]) : ILO_KNOB_NONE;

	if (knob == ILO_KNOB_NONE)
		(void)fputs("error: no such knob\n", out);
	else
		ilo_set_knob(lab->ilo, knob, n > 2 ? (unsigned int)strtoul(words[2], NULL, 0) : 1,
			     n > 3 ? words[3] : "");
}

static void do_host_reset(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	(void)words, (void)n, (void)out;
	ilo_host_reset(lab->ilo);
}

static void do_power_cut(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	(void)words, (void)n, (void)out;
	ilo_power_cut(lab->ilo);
}

static void do_left(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	(void)words, (void)n;
	ilo_left(lab->ilo, out);
}

/* As over CHIF: without a login. */
static void local_http(struct lab_ilo *lab, const char *method, const char *path, const char *body,
		       struct ilo_answer *ret)
{
	struct ilo_request request = { .method = method,
				       .path = path,
				       .head = *body ? "Content-Type: application/json" : "",
				       .body = (const uint8_t *)body,
				       .body_len = strlen(body),
				       .local = true };

	ilo_http(lab->ilo, &request, ret);
}

static void do_http(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	struct ilo_answer answer = { 0 };

	if (n < 3 || lab->is_down) {
		(void)fputs("error: METHOD PATH [BODY], and only while it is up\n", out);
		return;
	}
	local_http(lab, words[1], words[2], n > 3 ? words[3] : "", &answer);
	(void)fprintf(out, "%u\n%.*s\n", answer.status, (int)answer.body_len,
		      answer.body ? answer.body : "");
	ilo_answer_free(&answer);
}

bool lab_ilo_has_card(struct lab_ilo *lab)
{
	struct ilo_answer answer = { 0 };
	bool off;

	local_http(lab, "GET", "/redfish/v1/Managers/1", "", &answer);
	off = answer.body && strstr(answer.body, "\"VirtualNICEnabled\":false");
	ilo_answer_free(&answer);
	return !off;
}

static void do_state(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	(void)words, (void)n;
	(void)fprintf(out, "%s card=%s\n", lab->is_down ? "down" : "up",
		      lab->is_down	      ? "unknown"
		      : lab_ilo_has_card(lab) ? "on"
					      : "off");
}

static void do_log(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	(void)words, (void)n;
	(void)fputs(ilo_log(lab->ilo), out);
}

static void do_version(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	const char *version = n > 1 ? ilo_version(lab->ilo, words[1]) : NULL;

	(void)fprintf(out, "%s\n", version ? version : "error: no such firmware");
}

static void do_flashed(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	const char *sha256 = n > 1 ? ilo_flashed(lab->ilo, words[1]) : NULL;

	(void)fprintf(out, "%s\n", sha256 && *sha256 ? sha256 : "none");
}

static void do_stop(struct lab_ilo *lab, char **words, int n, FILE *out)
{
	(void)lab, (void)words, (void)n;
	(void)fflush(out);
	_exit(0);
}

static const struct {
	const char *name;
	void (*run)(struct lab_ilo *lab, char **words, int n, FILE *out);
} commands[] = {
	{ "knob", do_knob },	   { "host-reset", do_host_reset },
	{ "state", do_state },	   { "log", do_log },
	{ "version", do_version }, { "flashed", do_flashed },
	{ "http", do_http },	   { "stop", do_stop },
	{ "left", do_left },	   { "power-cut", do_power_cut },
};

static void run(struct lab_ilo *lab, char *line, FILE *out)
{
	char *words[WORDS_MAX];
	int n = 0;

	for (char *word; n < WORDS_MAX && (word = strsep(&line, "\t")) != NULL;)
		words[n++] = word;
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (n && !strcmp(words[0], commands[i].name)) {
			lab_ilo_lock(lab);
			commands[i].run(lab, words, n, out);
			lab_ilo_unlock(lab);
			return;
		}
	(void)fputs("error: no such command\n", out);
}

static void serve(struct lab_ilo *lab, int fd)
{
	FILE *stream = fdopen(fd, "r+");
	char line[LINE_MAX_BYTES];

	if (!stream) {
		(void)close(fd);
		return;
	}
	if (fgets(line, sizeof(line), stream)) {
		line[strcspn(line, "\n")] = '\0';
		run(lab, line, stream);
	}
	(void)fclose(stream);
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

struct control {
	struct lab_ilo *lab;
	int listen_fd;
};

static void *listener(void *arg)
{
	struct control *control = arg;

	for (;;) {
		int fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd >= 0)
			serve(control->lab, fd);
	}
	return NULL;
}

int lab_ilo_control_start(struct lab_ilo *lab)
{
	static struct control control;
	char path[100];
	pthread_t thread;

	(void)snprintf(path, sizeof(path), "%s/control", lab->dir);
	control = (struct control){ .lab = lab, .listen_fd = vfio_user_listen(path) };
	if (control.listen_fd < 0) {
		(void)fprintf(stderr, "lab_ilo: %s: %s\n", path, strerror(-control.listen_fd));
		return -1;
	}
	return pthread_create(&thread, NULL, listener, &control) ? -1 : 0;
}

int lab_ilo_control_ask(const char *path, char **words, int n_words)
{
	struct sockaddr_un address = address_of(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[4096];
	bool wrong = false;
	ssize_t got;

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		perror(path);
		return 1;
	}
	for (int i = 0; i < n_words; i++)
		if (dprintf(fd, "%s%s", words[i], i + 1 < n_words ? "\t" : "\n") < 0)
			return 1;
	while ((got = read(fd, text, sizeof(text))) > 0) {
		wrong = wrong || !strncmp(text, "error:", got < 6 ? (size_t)got : 6);
		(void)fwrite(text, 1, (size_t)got, stdout);
	}
	(void)close(fd);
	return wrong || got < 0 ? 1 : 0;
}
