/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated iLO as a process that clients and QEMU connect to; README.md shows how. */
#include "lab_ilo.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 20 };

static const char usage[] =
	"usage: lab_ilo --dir DIR [--generation 5] [--flavour 0] [--speed 1] [--login "
	"USER:PASSWORD]\n"
	"               [--address 127.0.0.1] [--port 0] [--pci] [--takes-media]\n"
	"               [--qmp PATH [--card FILE] [--medium FILE]...] [--knob "
	"NAME=VALUE[,TEXT]]...\n"
	"       lab_ilo --control DIR/control COMMAND...\n"
	"       lab_ilo --relay PORT       (for QEMU's guestfwd)\n"
	"\n"
	"  --dir          gets control, port, cert.pem, received/ and, with --pci, hpilo.sock\n"
	"  --speed        simulated time passes so much faster\n"
	"  --pci          the function 103c:3307 at DIR/hpilo.sock; a reset of it is one of the "
	"host\n"
	"  --qmp          QEMU's monitor (QMP) socket\n"
	"  --card FILE    QMP commands that plug in the USB network card, one a line\n"
	"  --medium FILE  the same for a virtual medium, with --takes-media\n"
	"\n"
	"commands: knob NAME VALUE [TEXT], host-reset, power-cut, state, log, left, version NAME,\n"
	"          flashed NAME, stop\n";

struct options {
	struct ilo_settings ilo;
	const char *address, *control;
	unsigned int port, relay;
	bool pci;
	const char *knob[8];
	size_t n_knobs;
	char login[128];
};

static uint64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void lab_ilo_lock(struct lab_ilo *lab)
{
	uint64_t now;

	(void)pthread_mutex_lock(&lab->lock);
	now = now_ms();
	(void)ilo_tick(lab->ilo, now - lab->ticked_ms);
	lab->ticked_ms = now;
}

void lab_ilo_unlock(struct lab_ilo *lab)
{
	(void)pthread_mutex_unlock(&lab->lock);
}

/* Called by the model, hence under the lock. */
static void on_down(void *ctx, bool virtual_media)
{
	struct lab_ilo *lab = ctx;

	lab->is_down = true;
	lab->takes_media = virtual_media;
	hpilo_down(&lab->hpilo);
	lab_ilo_tls_cut(lab);
	(void)pthread_cond_broadcast(&lab->changed);
}

static void on_up(void *ctx)
{
	struct lab_ilo *lab = ctx;

	lab->is_down = false;
	hpilo_up(&lab->hpilo);
	(void)pthread_cond_broadcast(&lab->changed);
}

static size_t on_packet(void *ctx, const uint8_t *packet, size_t len, uint8_t *answer)
{
	const struct lab_ilo *lab = ctx;

	return ilo_chif_packet(lab->ilo, packet, len, answer);
}

/* The operations of the PCI function, under the lock. */
static void pci_read(void *device, uint32_t region, uint64_t offset, uint8_t *buf, size_t len)
{
	struct lab_ilo *lab = device;

	lab_ilo_lock(lab);
	hpilo_ops.read(&lab->hpilo, region, offset, buf, len);
	lab_ilo_unlock(lab);
}

static void pci_write(void *device, uint32_t region, uint64_t offset, const uint8_t *buf,
		      size_t len)
{
	struct lab_ilo *lab = device;

	lab_ilo_lock(lab);
	hpilo_ops.write(&lab->hpilo, region, offset, buf, len);
	lab_ilo_unlock(lab);
}

static void pci_reset(void *device)
{
	struct lab_ilo *lab = device;

	lab_ilo_lock(lab);
	hpilo_ops.reset(&lab->hpilo);
	ilo_host_reset(lab->ilo);
	lab_ilo_unlock(lab);
}

static void pci_unmask(void *device, uint32_t irq)
{
	struct lab_ilo *lab = device;

	lab_ilo_lock(lab);
	hpilo_ops.unmask(&lab->hpilo, irq);
	lab_ilo_unlock(lab);
}

static int pci_tick(void *device)
{
	struct lab_ilo *lab = device;

	lab_ilo_lock(lab);
	(void)hpilo_poll(&lab->hpilo);
	lab_ilo_unlock(lab);
	return TICK_MS;
}

/* Each client is a server that is switched on. */
static void *pci_serve(void *arg)
{
	static const struct vfio_user_ops ops = { .read = pci_read,
						  .write = pci_write,
						  .reset = pci_reset,
						  .unmask = pci_unmask,
						  .tick = pci_tick };
	struct lab_ilo *lab = arg;
	char path[100];
	int listen_fd, error;

	(void)snprintf(path, sizeof(path), "%s/hpilo.sock", lab->dir);
	lab->hpilo.server.ops = &ops;
	lab->hpilo.server.device = lab;
	listen_fd = vfio_user_listen(path);
	error = listen_fd < 0 ? listen_fd : 0;
	while (!error)
		error = vfio_user_serve(&lab->hpilo.server, listen_fd);
	(void)fprintf(stderr, "lab_ilo: %s: %s\n", path, strerror(-error));
	return NULL;
}

static bool parse_login(struct options *options, const char *text)
{
	char *colon;

	if (strlen(text) >= sizeof(options->login) || !strchr(text, ':'))
		return false;
	memcpy(options->login, text, strlen(text) + 1);
	colon = strchr(options->login, ':');
	*colon = '\0';
	options->ilo.user = options->login;
	options->ilo.password = colon + 1;
	return true;
}

/* NAME=VALUE[,TEXT] */
static bool set_knob(struct ilo *ilo, const char *setting)
{
	char name[64];
	const char *equals = strchr(setting, '='), *comma = strchr(setting, ',');
	enum ilo_knob knob;

	if (!equals || (size_t)(equals - setting) >= sizeof(name))
		return false;
	memcpy(name, setting, (size_t)(equals - setting));
	name[equals - setting] = '\0';
	knob = ilo_knob_from_name(name);
	if (knob == ILO_KNOB_NONE)
		return false;
	ilo_set_knob(ilo, knob, (unsigned int)strtoul(equals + 1, NULL, 0), comma ? comma + 1 : "");
	return true;
}

static bool take_option(int option, struct options *options, struct lab_ilo *lab)
{
	switch (option) {
	case 'd':
		lab->dir = optarg;
		return strlen(optarg) < 80; /* sun_path, unix(7) */
	case 'g':
		options->ilo.generation = (unsigned int)strtoul(optarg, NULL, 10);
		return options->ilo.generation != 0;
	case 'f':
		options->ilo.flavour = (unsigned int)strtoul(optarg, NULL, 10);
		return true;
	case 's':
		options->ilo.speed = (unsigned int)strtoul(optarg, NULL, 10);
		return options->ilo.speed != 0;
	case 'l':
		return parse_login(options, optarg);
	case 'a':
		options->address = optarg;
		return true;
	case 'p':
		options->port = (unsigned int)strtoul(optarg, NULL, 10);
		return options->port < 65536;
	case 'P':
		options->pci = true;
		return true;
	case 't':
		options->ilo.reset_takes_medium = true;
		return true;
	case 'q':
		lab->qmp = optarg;
		return strlen(optarg) < 100;
	case 'c':
	case 'm':
		return lab_ilo_qmp_add(lab, optarg, option == 'c') == 0;
	case 'k':
		if (options->n_knobs == sizeof(options->knob) / sizeof(*options->knob))
			return false;
		options->knob[options->n_knobs++] = optarg;
		return true;
	case 'r':
		options->relay = (unsigned int)strtoul(optarg, NULL, 10);
		return options->relay != 0 && options->relay < 65536;
	case 'C':
		options->control = optarg;
		return true;
	default:
		return false;
	}
}

static bool parse_options(int argc, char **argv, struct options *options, struct lab_ilo *lab)
{
	static const struct option names[] = {
		{ "dir", required_argument, NULL, 'd' },
		{ "generation", required_argument, NULL, 'g' },
		{ "flavour", required_argument, NULL, 'f' },
		{ "speed", required_argument, NULL, 's' },
		{ "login", required_argument, NULL, 'l' },
		{ "address", required_argument, NULL, 'a' },
		{ "port", required_argument, NULL, 'p' },
		{ "pci", no_argument, NULL, 'P' },
		{ "takes-media", no_argument, NULL, 't' },
		{ "qmp", required_argument, NULL, 'q' },
		{ "card", required_argument, NULL, 'c' },
		{ "medium", required_argument, NULL, 'm' },
		{ "knob", required_argument, NULL, 'k' },
		{ "relay", required_argument, NULL, 'r' },
		{ "control", required_argument, NULL, 'C' },
		{ NULL, 0, NULL, 0 },
	};
	int option;
	bool ok = true;

	/* "+": the words of a command are its own. */
	while (ok && (option = getopt_long(argc, argv, "+", names, NULL)) != -1)
		ok = take_option(option, options, lab);
	if (options->control)
		return ok && optind < argc;
	return ok && optind == argc && (options->relay || lab->dir);
}

static int start(struct lab_ilo *lab, struct options *options)
{
	static char received[100];
	pthread_t thread;

	(void)snprintf(received, sizeof(received), "%s/received", lab->dir);
	if (mkdir(received, 0700) && errno != EEXIST) {
		perror(received);
		return -1;
	}
	options->ilo.keep_dir = received;
	options->ilo.events = (struct ilo_events){ .down = on_down, .up = on_up, .ctx = lab };
	lab->ilo = ilo_new(&options->ilo);
	if (!lab->ilo)
		return -1;
	for (size_t i = 0; i < options->n_knobs; i++)
		if (!set_knob(lab->ilo, options->knob[i])) {
			(void)fprintf(stderr, "lab_ilo: not understood: %s\n", options->knob[i]);
			return -1;
		}
	lab->ticked_ms = now_ms();
	hpilo_init(&lab->hpilo,
		   options->ilo.generation >= 5 ? HPILO_REVISION_BAR5 : HPILO_REVISION_OLD,
		   on_packet, lab);
	if (lab_ilo_tls_start(lab, options->address, options->port) || lab_ilo_qmp_start(lab) ||
	    (options->pci && pthread_create(&thread, NULL, pci_serve, lab)))
		return -1;
	return lab_ilo_control_start(lab);
}

int main(int argc, char **argv)
{
	struct options options = { .ilo = { .generation = 5, .speed = 1 }, .address = "127.0.0.1" };
	static struct lab_ilo lab = { .lock = PTHREAD_MUTEX_INITIALIZER,
				      .changed = PTHREAD_COND_INITIALIZER };

	(void)parse_login(&options, "Administrator:lab-password");
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < LAB_ILO_CONNECTIONS; i++)
		lab.connection[i] = -1;
	if (!parse_options(argc, argv, &options, &lab)) {
		(void)fputs(usage, stderr);
		return 2;
	}
	if (options.control)
		return lab_ilo_control_ask(options.control, argv + optind, argc - optind);
	if (options.relay)
		return lab_ilo_relay(options.relay);
	if (start(&lab, &options))
		return 1;
	for (;;) { /* ends by a signal, or by the command stop */
		lab_ilo_lock(&lab);
		lab_ilo_unlock(&lab);
		(void)usleep(TICK_MS * 1000);
	}
}
