/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A BMC as a process that QEMU's ipmi-bmc-extern connects to (README.md shows how). The commands
 * are those of IPMI 2.0, sections in brackets; what goes over the socket is the "VM protocol" of
 * OpenIPMI's lanserv: sequence number, network function << 2, command, data, a checksum that makes
 * the sum zero, A0h. What ends with A1h tells of the machine and is no message. A0h, A1h and AAh
 * inside are sent as AAh and the byte with bit 4 set.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	END = 0xa0,
	CONTROL_END = 0xa1,
	ESCAPE = 0xaa,
	ESCAPED = 0x10,
	MESSAGE_BYTES = 300,
	NETFN_APP = 0x06,
	OK = 0x00,
	NODE_BUSY = 0xc0,
	INVALID_COMMAND = 0xc1,
	NEVER_STARTED = 0x80, /* Reset Watchdog Timer [27.5] */
};

static const char usage[] =
	"usage: bmc --socket PATH [--version MAJOR.MINOR] [--manufacturer N] [--product N]\n"
	"           [--aux HEX8] [--updating] [--busy N] [--slow MS] [--dead-after N] [--log "
	"FILE]\n"
	"\n"
	"  --version     firmware, 2.72 if not said; the minor number has two digits\n"
	"  --updating    Get Device ID says that firmware is being updated\n"
	"  --busy        that many answers to Get Device ID are \"node busy\" first\n"
	"  --slow        each answer takes so long\n"
	"  --dead-after  no answer to anything after that many commands; 0 = from the beginning\n"
	"  --log         a line for each command: NETFN CMD DATA\n";

struct bmc {
	const char *socket;
	uint8_t major, minor;
	uint32_t manufacturer;
	uint16_t product;
	uint8_t aux[4];
	bool has_aux, updating;
	unsigned long busy, slow_ms, dead_after;
	FILE *log;

	unsigned long commands;
	uint8_t enables;
	uint8_t watchdog[6]; /* as Set Watchdog Timer gave it [27.6] */
	bool watchdog_runs;
};

/* A message without its frame; data[0] of an answer is the completion code. */
struct message {
	uint8_t bytes[MESSAGE_BYTES];
	size_t len;
};

static void get_device_id(struct bmc *bmc, uint8_t *answer, size_t *len)
{
	const uint8_t id[] = {
		OK,
		0x20,
		0x01,
		(uint8_t)(bmc->major | (bmc->updating ? 0x80 : 0)),
		bmc->minor,
		0x02, /* IPMI 2.0 */
		0x8f,
		(uint8_t)bmc->manufacturer,
		(uint8_t)(bmc->manufacturer >> 8),
		(uint8_t)(bmc->manufacturer >> 16),
		(uint8_t)bmc->product,
		(uint8_t)(bmc->product >> 8),
	};

	if (bmc->busy) {
		bmc->busy--;
		answer[0] = NODE_BUSY;
		return;
	}
	memcpy(answer, id, sizeof(id));
	*len = sizeof(id);
	if (!bmc->has_aux)
		return;
	memcpy(answer + *len, bmc->aux, sizeof(bmc->aux));
	*len += sizeof(bmc->aux);
}

static void set_watchdog(struct bmc *bmc, const uint8_t *data, size_t len, uint8_t *answer)
{
	if (len < sizeof(bmc->watchdog)) {
		answer[0] = 0xc7; /* request data length invalid */
		return;
	}
	memcpy(bmc->watchdog, data, sizeof(bmc->watchdog));
	bmc->watchdog_runs = bmc->watchdog_runs && data[0] & 0x40; /* "don't stop" */
}

static void get_watchdog(const struct bmc *bmc, uint8_t *answer, size_t *len)
{
	memcpy(answer + 1, bmc->watchdog, sizeof(bmc->watchdog));
	answer[1] = (uint8_t)((answer[1] & 0x87) | (bmc->watchdog_runs ? 0x40 : 0));
	memcpy(answer + 7, bmc->watchdog + 4, 2); /* the present countdown: never less */
	*len = 9;
}

static void application(struct bmc *bmc, uint8_t cmd, const uint8_t *data, size_t data_len,
			uint8_t *answer, size_t *len)
{
	switch (cmd) {
	case 0x01: /* Get Device ID [20.1] */
		get_device_id(bmc, answer, len);
		break;
	case 0x04: /* Get Self Test Results [20.4]: no error */
		answer[1] = 0x55;
		answer[2] = 0;
		*len = 3;
		break;
	case 0x22: /* Reset Watchdog Timer */
		answer[0] = bmc->watchdog[4] || bmc->watchdog[5] ? OK : NEVER_STARTED;
		bmc->watchdog_runs = answer[0] == OK;
		break;
	case 0x24: /* Set Watchdog Timer */
		set_watchdog(bmc, data, data_len, answer);
		break;
	case 0x25: /* Get Watchdog Timer [27.7] */
		get_watchdog(bmc, answer, len);
		break;
	case 0x2e: /* Set BMC Global Enables [22.1] */
		bmc->enables = data_len ? data[0] : bmc->enables;
		break;
	case 0x2f: /* Get BMC Global Enables [22.2] */
		answer[1] = bmc->enables;
		*len = 2;
		break;
	case 0x30: /* Clear Message Flags [22.3] */
		break;
	case 0x31: /* Get Message Flags [22.4] */
		answer[1] = 0;
		*len = 2;
		break;
	default:
		answer[0] = INVALID_COMMAND;
	}
}

static void wait_ms(unsigned long ms)
{
	const struct timespec time = { .tv_sec = (time_t)(ms / 1000),
				       .tv_nsec = (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&time, NULL);
}

static void log_command(const struct bmc *bmc, const struct message *request)
{
	if (!bmc->log)
		return;
	for (size_t i = 1; i + 1 < request->len; i++)
		(void)fprintf(bmc->log, "%02x%s",
			      i == 1 ? request->bytes[i] >> 2 : request->bytes[i],
			      i + 2 < request->len ? " " : "\n");
	(void)fflush(bmc->log);
}

static bool checksum_holds(const struct message *message)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < message->len; i++)
		sum = (uint8_t)(sum + message->bytes[i]);
	return message->len >= 4 && sum == 0;
}

/* Puts the answer to a request that is whole; false: there is none. */
static bool answer_to(struct bmc *bmc, const struct message *request, struct message *ret)
{
	const uint8_t *bytes = request->bytes;
	uint8_t netfn = bytes[1] >> 2, sum = 0;
	size_t len = 1;

	log_command(bmc, request);
	if (bmc->commands++ >= bmc->dead_after)
		return false;
	wait_ms(bmc->slow_ms);
	memset(ret->bytes, 0, sizeof(ret->bytes));
	ret->bytes[0] = bytes[0];
	ret->bytes[1] = bytes[1] | 1 << 2;
	ret->bytes[2] = bytes[2];
	if (netfn == NETFN_APP)
		application(bmc, bytes[2], bytes + 3, request->len - 4, ret->bytes + 3, &len);
	else
		ret->bytes[3] = INVALID_COMMAND;
	ret->len = 3 + len;
	for (size_t i = 0; i < ret->len; i++)
		sum = (uint8_t)(sum + ret->bytes[i]);
	ret->bytes[ret->len++] = (uint8_t)-sum;
	return true;
}

static void send_message(int fd, const struct message *message)
{
	uint8_t frame[2 * MESSAGE_BYTES + 1];
	size_t len = 0;

	for (size_t i = 0; i < message->len; i++) {
		uint8_t byte = message->bytes[i];
		bool special = byte == END || byte == CONTROL_END || byte == ESCAPE;

		if (special)
			frame[len++] = ESCAPE;
		frame[len++] = special ? byte | ESCAPED : byte;
	}
	frame[len++] = END;
	(void)!send(fd, frame, len, MSG_NOSIGNAL);
}

static void receive(struct bmc *bmc, int fd, struct message *message, bool *escaped, uint8_t byte)
{
	struct message answer;

	if (byte == END || byte == CONTROL_END) {
		if (byte == END && checksum_holds(message) && answer_to(bmc, message, &answer))
			send_message(fd, &answer);
		message->len = 0;
	} else if (byte == ESCAPE) {
		*escaped = true;
		return;
	} else if (message->len < sizeof(message->bytes)) {
		message->bytes[message->len++] = *escaped ? byte & ~ESCAPED & 0xff : byte;
	}
	*escaped = false;
}

static void serve(struct bmc *bmc, int fd)
{
	struct message message = { .len = 0 };
	bool escaped = false;
	uint8_t bytes[256];
	ssize_t len;

	while ((len = read(fd, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < len; i++)
			receive(bmc, fd, &message, &escaped, bytes[i]);
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	return bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1) ? -1 : fd;
}

static bool set_version(struct bmc *bmc, const char *text)
{
	unsigned int major, minor;

	if (sscanf(text, "%u.%2x", &major, &minor) != 2 || major > 127)
		return false;
	bmc->major = (uint8_t)major;
	bmc->minor = (uint8_t)minor;
	return true;
}

static bool set_aux(struct bmc *bmc, const char *text)
{
	unsigned long value = strtoul(text, NULL, 16);

	for (size_t i = 0; i < 4; i++)
		bmc->aux[i] = (uint8_t)(value >> (24 - 8 * i));
	bmc->has_aux = strlen(text) == 8;
	return bmc->has_aux;
}

static bool set_option(struct bmc *bmc, int option, const char *value)
{
	switch (option) {
	case 's':
		bmc->socket = value;
		return true;
	case 'v':
		return set_version(bmc, value);
	case 'm':
		bmc->manufacturer = (uint32_t)strtoul(value, NULL, 0);
		return true;
	case 'p':
		bmc->product = (uint16_t)strtoul(value, NULL, 0);
		return true;
	case 'a':
		return set_aux(bmc, value);
	case 'u':
		bmc->updating = true;
		return true;
	case 'b':
		bmc->busy = strtoul(value, NULL, 10);
		return true;
	case 'w':
		bmc->slow_ms = strtoul(value, NULL, 10);
		return true;
	case 'd':
		bmc->dead_after = strtoul(value, NULL, 10);
		return true;
	case 'l':
		bmc->log = fopen(value, "a");
		return bmc->log;
	default:
		return false;
	}
}

static bool parse_options(int argc, char **argv, struct bmc *bmc)
{
	static const struct option names[] = {
		{ "socket", required_argument, NULL, 's' },
		{ "version", required_argument, NULL, 'v' },
		{ "manufacturer", required_argument, NULL, 'm' },
		{ "product", required_argument, NULL, 'p' },
		{ "aux", required_argument, NULL, 'a' },
		{ "updating", no_argument, NULL, 'u' },
		{ "busy", required_argument, NULL, 'b' },
		{ "slow", required_argument, NULL, 'w' },
		{ "dead-after", required_argument, NULL, 'd' },
		{ "log", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", names, NULL)) != -1)
		if (!set_option(bmc, option, optarg))
			return false;
	return optind == argc && bmc->socket;
}

int main(int argc, char **argv)
{
	struct bmc bmc = {
		.major = 2,
		.minor = 0x72,
		.manufacturer = 11, /* HPE */
		.product = 0x2000,
		.dead_after = (unsigned long)-1,
	};
	int listen_fd, fd;

	if (!parse_options(argc, argv, &bmc)) {
		(void)fputs(usage, stderr);
		return 2;
	}
	listen_fd = listen_at(bmc.socket);
	if (listen_fd < 0) {
		perror(bmc.socket);
		return 1;
	}
	while ((fd = accept(listen_fd, NULL, NULL)) >= 0) {
		serve(&bmc, fd);
		(void)close(fd);
	}
	return 1;
}
