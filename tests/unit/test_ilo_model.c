/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The iLO of the lab is as strict as a real one is said to be. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ilo/ilo.h"
#include "tap.h"

static unsigned int downs, ups;

static void down(void *ctx, bool virtual_media)
{
	(void)ctx;
	(void)virtual_media;
	downs++;
}

static void up(void *ctx)
{
	(void)ctx;
	ups++;
}

static struct ilo *make(unsigned int generation)
{
	const struct ilo_settings settings = {
		.generation = generation,
		.user = "admin",
		.password = "lab-secret",
		.events = { .down = down, .up = up },
	};

	downs = ups = 0;
	return ilo_new(&settings);
}

static unsigned int ask(struct ilo *ilo, const char *method, const char *path, const char *head,
			const char *body, size_t len, char *text, size_t size)
{
	const struct ilo_request request = { .method = method,
					     .path = path,
					     .head = head,
					     .body = (const uint8_t *)body,
					     .body_len = len };
	struct ilo_answer answer;
	unsigned int status;

	ilo_http(ilo, &request, &answer);
	status = answer.status;
	if (text)
		snprintf(text, size, "%s\n%s", answer.head ? answer.head : "",
			 answer.body ? answer.body : "");
	ilo_answer_free(&answer);
	return status;
}

/* Logs in; "" = refused. */
static void log_in(struct ilo *ilo, const char *password, char token[64])
{
	char body[128], text[1024], *at;

	snprintf(body, sizeof(body), "{\"UserName\":\"admin\",\"Password\":\"%s\"}", password);
	token[0] = '\0';
	if (ask(ilo, "POST", "/redfish/v1/SessionService/Sessions/", "", body, strlen(body), text,
		sizeof(text)) != 201)
		return;
	at = strstr(text, "X-Auth-Token: ");
	if (at)
		sscanf(at, "X-Auth-Token: %63s", token);
}

/* The parts in the order of this text, "spf" as it must be. */
static unsigned int push(struct ilo *ilo, const char *token, const char *order,
			 const char *parameters, const char *image, char *text, size_t size)
{
	char head[256], body[4096];
	size_t len = 0;

	for (const char *c = order; *c; c++) {
		const char *name = *c == 's'   ? "sessionKey"
				   : *c == 'p' ? "parameters"
				   : *c == 'f' ? "file\"; filename=\"fw.bin"
					       : "compsig";
		const char *data = *c == 's' ? token : *c == 'p' ? parameters : image;

		len += (size_t)snprintf(body + len, sizeof(body) - len,
					"--b\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n"
					"%s\r\n",
					name, data);
	}
	len += (size_t)snprintf(body + len, sizeof(body) - len, "--b--\r\n");
	snprintf(head, sizeof(head),
		 "Content-Type: multipart/form-data; boundary=b\r\nX-Auth-Token: %s\r\n"
		 "Cookie: sessionKey=%s\r\n",
		 token, token);
	return ask(ilo, "POST", "/cgi-bin/uploadFile", head, body, len, text, size);
}

#define FLASH "{\"UpdateRepository\":false,\"UpdateTarget\":true,\"ETag\":\"e1\",\"Section\":0}"
#define STORE "{\"UpdateRepository\":true,\"UpdateTarget\":false,\"ETag\":\"e2\",\"Section\":0}"

static void itself(void)
{
	struct ilo *ilo = make(5);
	char token[64];

	log_in(ilo, "wrong", token);
	CHECK_STR(token, "");
	log_in(ilo, "lab-secret", token);
	CHECK(token[0]);
	CHECK_INT(push(ilo, token, "spf", FLASH, "LABFW iLO|2.96 Aug 17 2023\nxyz", NULL, 0), 200);
	CHECK_INT(push(ilo, token, "spf", FLASH, "LABFW iLO|2.97\nxyz", NULL, 0), 400);
	ilo_tick(ilo, 130000);
	CHECK(!ilo_is_down(ilo));
	CHECK_STR(ilo_version(ilo, "iLO"), "2.44 Jul 21 2021");
	ilo_tick(ilo, 20000);
	CHECK(ilo_is_down(ilo));
	CHECK_INT(downs, 1);
	CHECK_INT(ask(ilo, "GET", "/redfish/v1/", "", "", 0, NULL, 0), 0);
	ilo_tick(ilo, 61000);
	CHECK_INT(ups, 1);
	CHECK_STR(ilo_version(ilo, "iLO"), "2.96 Aug 17 2023");
	CHECK_INT(ask(ilo, "GET", "/redfish/v1/", "", "", 0, NULL, 0), 200);
	/* The session is gone with the restart. */
	CHECK_INT(push(ilo, token, "spf", FLASH, "LABFW iLO|2.97\nxyz", NULL, 0), 401);
	ilo_free(ilo);
}

static void rom_at_reboot(void)
{
	struct ilo *ilo = make(6);
	char token[64];

	log_in(ilo, "lab-secret", token);
	CHECK_INT(push(ilo, token, "spf", FLASH, "LABFW System ROM|U30 v2.90 (01/01/2024)\n", NULL,
		       0),
		  200);
	ilo_tick(ilo, 150000);
	CHECK_STR(ilo_version(ilo, "System ROM"), "U30 v2.34 (04/08/2020)");
	ilo_host_reset(ilo);
	CHECK_STR(ilo_version(ilo, "System ROM"), "U30 v2.90 (01/01/2024)");
	CHECK_INT(strlen(ilo_flashed(ilo, "System ROM")), 64);
	ilo_free(ilo);
}

static void by_uefi(void)
{
	static const char task[] =
		"{\"Name\":\"drydock-1\",\"Command\":\"ApplyUpdate\","
		"\"Filename\":\"fw.bin\",\"UpdatableBy\":[\"Uefi\"]}";
	struct ilo *ilo = make(5);
	char token[64], head[128], text[2048];

	log_in(ilo, "lab-secret", token);
	snprintf(head, sizeof(head), "X-Auth-Token: %s\r\n", token);
	CHECK_INT(ask(ilo, "POST", "/redfish/v1/UpdateService/UpdateTaskQueue/", head, task,
		      strlen(task), NULL, 0),
		  400); /* no such file yet */
	CHECK_INT(push(ilo, token, "spf", STORE, "LABFW System Programmable Logic Device|0x2B\n",
		       NULL, 0),
		  200);
	CHECK_INT(ask(ilo, "POST", "/redfish/v1/UpdateService/UpdateTaskQueue/", head, task,
		      strlen(task), NULL, 0),
		  201);
	CHECK_INT(ask(ilo, "GET", "/redfish/v1/UpdateService/ComponentRepository/?$expand=.", head,
		      "", 0, text, sizeof(text)),
		  200);
	CHECK(strstr(text, "\"Locked\":true"));
	CHECK_STR(ilo_version(ilo, "CPLD"), "0x2A");
	ilo_host_reset(ilo);
	CHECK_STR(ilo_version(ilo, "CPLD"), "0x2B");
	ilo_free(ilo);
}

/* Another account's session uploads with the right to configure the iLO, and not without. */
static void privileges(void)
{
	static const char *const rights[] = { "false", "true" };

	for (size_t i = 0; i < 2; i++) {
		struct ilo *ilo = make(5);
		char token[64], head[128], body[512], text[1024], *at;

		log_in(ilo, "lab-secret", token);
		snprintf(head, sizeof(head), "X-Auth-Token: %s\r\n", token);
		snprintf(body, sizeof(body),
			 "{\"UserName\":\"other\",\"Password\":\"other-secret\",\"Oem\":{\"Hpe\":{"
			 "\"LoginName\":\"other\",\"Privileges\":{\"LoginPriv\":true,"
			 "\"iLOConfigPriv\":%s}}}}",
			 rights[i]);
		CHECK_INT(ask(ilo, "POST", "/redfish/v1/AccountService/Accounts/", head, body,
			      strlen(body), NULL, 0),
			  201);
		snprintf(body, sizeof(body),
			 "{\"UserName\":\"other\",\"Password\":\"other-secret\"}");
		CHECK_INT(ask(ilo, "POST", "/redfish/v1/SessionService/Sessions/", "", body,
			      strlen(body), text, sizeof(text)),
			  201);
		at = strstr(text, "X-Auth-Token: ");
		CHECK(at && sscanf(at, "X-Auth-Token: %63s", token) == 1);
		CHECK_INT(push(ilo, token, "spf", FLASH, "LABFW iLO|3\n", NULL, 0), i ? 200 : 403);
		ilo_free(ilo);
	}
}

static void reset_in_between(void)
{
	struct ilo *ilo = make(5);
	char token[64];

	log_in(ilo, "lab-secret", token);
	ilo_host_reset(ilo);
	CHECK(!strstr(ilo_log(ilo), "while it"));
	CHECK_INT(push(ilo, token, "spf", FLASH, "LABFW iLO|3\n", NULL, 0), 200);
	ilo_tick(ilo, 30000);
	ilo_host_reset(ilo);
	CHECK(strstr(ilo_log(ilo), "host reset while it flashes\n"));
	ilo_tick(ilo, 120000);
	ilo_host_reset(ilo);
	CHECK(strstr(ilo_log(ilo), "host reset while it restarts\n"));
	ilo_free(ilo);
}

static void order_of_parts(void)
{
	static const struct {
		const char *order, *parameters;
		unsigned int status;
	} rows[] = {
		{ "spf", FLASH, 200 },	{ "spcf", FLASH, 200 }, { "psf", FLASH, 400 },
		{ "sfp", FLASH, 400 },	{ "sp", FLASH, 400 },	{ "pf", FLASH, 400 },
		{ "spff", FLASH, 400 }, { "spf", "{}", 400 },	{ "spf", "not json", 400 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ilo *ilo = make(5);
		char token[64];

		log_in(ilo, "lab-secret", token);
		CHECK_INT(push(ilo, token, rows[i].order, rows[i].parameters, "LABFW iLO|3\n", NULL,
			       0),
			  rows[i].status);
		ilo_free(ilo);
	}
}

static void knobs(void)
{
	static const struct {
		enum ilo_knob knob;
		unsigned int value, status;
		const char *says;
	} rows[] = {
		{ ILO_KNOB_BUSY, 600, 400, "FirmwareFlashAlreadyInProgress" },
		{ ILO_KNOB_TPM_REQUIRED, 0, 400, "FWFlashTPMOverrideFlagRequired" },
		{ ILO_KNOB_EMPTY_400, 0, 400, "" },
		{ ILO_KNOB_SIGNATURE_INVALID, 0, 200, "UpdateInvalidFile" },
		{ ILO_KNOB_503, 60, 503, "Retry-After" },
		{ ILO_KNOB_CUT_ANSWER, 0, 0, "" },
		{ ILO_KNOB_DEAD, 0, 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ilo *ilo = make(5);
		char token[64], text[2048];

		log_in(ilo, "lab-secret", token);
		ilo_set_knob(ilo, rows[i].knob, rows[i].value, NULL);
		CHECK_INT(push(ilo, token, "spf", FLASH, "LABFW iLO|3\n", text, sizeof(text)),
			  rows[i].status);
		CHECK(strstr(text, rows[i].says));
		ilo_free(ilo);
	}
}

static void knob_names(void)
{
	CHECK_INT(ilo_knob_from_name("session-lost"), ILO_KNOB_SESSION_LOST);
	CHECK_INT(ilo_knob_from_name("nothing"), ILO_KNOB_NONE);
}

int main(void)
{
	TAP_RUN(itself);
	TAP_RUN(rom_at_reboot);
	TAP_RUN(by_uefi);
	TAP_RUN(privileges);
	TAP_RUN(reset_in_between);
	TAP_RUN(order_of_parts);
	TAP_RUN(knobs);
	TAP_RUN(knob_names);
	return TAP_END();
}
