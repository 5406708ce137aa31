/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What hangs from the iLO's USB goes and comes with it: a client of QEMU's monitor (QMP: greeting,
 * qmp_capabilities, one JSON object a line). It connects for each time: QEMU may be another one.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/time.h>
#include <unistd.h>

#include "lab_ilo.h"

enum { COMMAND_MAX = 1024, ANSWER_S = 10 };

int lab_ilo_qmp_add(struct lab_ilo *lab, const char *file, bool is_card)
{
	struct lab_ilo_device *device = &lab->device[lab->n_devices];
	static const char key[] = "\"id\":\"";
	char line[COMMAND_MAX];
	const char *id;
	FILE *in;

	if (lab->n_devices == LAB_ILO_DEVICES || !(in = fopen(file, "r"))) {
		perror(file);
		return -1;
	}
	id = fgets(line, sizeof(line), in) ? strstr(line, key) : NULL;
	(void)fclose(in);
	*device = (struct lab_ilo_device){ .file = file, .is_card = is_card };
	if (!id || sscanf(id + strlen(key), "%63[^\"]", device->id) != 1) {
		(void)fprintf(stderr, "lab_ilo: %s names no id\n", file);
		return -1;
	}
	lab->n_devices++;
	return 0;
}

/* Waits for a line that begins so or has this in it. False: an error, the end, or too late. */
static bool await(FILE *qmp, const char *what)
{
	char line[16384];

	while (fgets(line, sizeof(line), qmp)) {
		if (strstr(line, what))
			return true;
		if (!strncmp(line, "{\"error\"", 8)) {
			(void)fprintf(stderr, "lab_ilo: QEMU: %s", line);
			return false;
		}
	}
	(void)fprintf(stderr, "lab_ilo: QEMU did not say %s\n", what);
	return false;
}

static bool command(FILE *qmp, const char *text)
{
	/* A stream that is read and written needs a seek in between; a socket has none. */
	return dprintf(fileno(qmp), "%s\n", text) > 0 && await(qmp, "{\"return\"");
}

static FILE *connect_qmp(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = ANSWER_S };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FILE *qmp;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    !(qmp = fdopen(fd, "r"))) {
		perror(path);
		(void)close(fd);
		return NULL;
	}
	if (await(qmp, "{\"QMP\"") && command(qmp, "{\"execute\":\"qmp_capabilities\"}"))
		return qmp;
	(void)fclose(qmp);
	return NULL;
}

static bool pull(FILE *qmp, const struct lab_ilo_device *device)
{
	char text[COMMAND_MAX];

	(void)snprintf(text, sizeof(text),
		       "{\"execute\":\"device_del\",\"arguments\":{\"id\":\"%s\"}}", device->id);
	return command(qmp, text);
}

static bool plug(FILE *qmp, const struct lab_ilo_device *device)
{
	FILE *in = fopen(device->file, "r");
	char line[COMMAND_MAX];
	bool ok = in != NULL;

	while (ok && fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		ok = command(qmp, line);
	}
	if (in)
		(void)fclose(in);
	return ok;
}

/* Everything as it is to be now. The lock is not held: QEMU may be waiting for the PCI function. */
static void follow(struct lab_ilo *lab, bool is_down, bool takes_media, bool has_card)
{
	FILE *qmp = connect_qmp(lab->qmp);

	for (size_t i = 0; qmp && i < lab->n_devices; i++) {
		struct lab_ilo_device *device = &lab->device[i];
		bool out = device->is_card ? is_down || !has_card : is_down && takes_media;

		if (out == device->is_out)
			continue;
		if (out ? pull(qmp, device) : plug(qmp, device))
			device->is_out = out;
	}
	if (qmp)
		(void)fclose(qmp);
}

static void *follower(void *arg)
{
	struct lab_ilo *lab = arg;
	bool was_down = false;

	lab_ilo_lock(lab);
	for (;;) {
		bool is_down, takes_media, has_card;

		while (lab->is_down == was_down)
			(void)pthread_cond_wait(&lab->changed, &lab->lock);
		was_down = is_down = lab->is_down;
		takes_media = lab->takes_media;
		has_card = !is_down && lab_ilo_has_card(lab);
		lab_ilo_unlock(lab);
		follow(lab, is_down, takes_media, has_card);
		lab_ilo_lock(lab);
	}
	return NULL;
}

int lab_ilo_qmp_start(struct lab_ilo *lab)
{
	pthread_t thread;

	if (!lab->qmp)
		return 0;
	lab_ilo_lock(lab);
	for (size_t i = 0; i < lab->n_devices; i++)
		lab->device[i].is_out = lab->device[i].is_card && !lab_ilo_has_card(lab);
	lab_ilo_unlock(lab);
	return pthread_create(&thread, NULL, follower, lab) ? -1 : 0;
}
