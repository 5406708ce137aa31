/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the model share. */
#ifndef LAB_ILO_INTERNAL_H
#define LAB_ILO_INTERNAL_H

#include <stdarg.h>

#include "chif_side.h"
#include "ilo.h"

#define ILO_FIRMWARE   16
#define ILO_STORED     64
#define ILO_TASKS      32
#define ILO_ACCOUNTS   12 /* as many as an iLO 5 has */
#define ILO_SESSIONS   8
#define ILO_SECTION    (32u << 20)
#define ILO_IMAGE_MAX  (128u << 20)
#define ILO_REPOSITORY 1073168384ull /* TotalSizeBytes, facts of real ones */

/* How a firmware gets in. */
enum ilo_kind {
	ILO_ITSELF = 1, /* flashed at once, then the iLO restarts */
	ILO_AT_ONCE,	/* flashed at once, runs at once */
	ILO_AT_REBOOT,	/* flashed at once, runs after a restart of the host */
	ILO_BY_UEFI,	/* from the repository, by a task, at the next POST */
	ILO_FIXED,	/* takes nothing */
};

struct ilo_firmware {
	enum ilo_kind kind;
	const char *name, *context, *device_class, *targets[2];
	char version[64], waiting[64]; /* waiting: runs after a restart of the host */
	char flashed[65];	       /* SHA-256 of the image */
};

/* What differs between the generations. */
struct ilo_generation {
	unsigned int number;
	const char *model, *version, *oem; /* "iLO 5", "2.44 Jul 21 2021", "Hpe" */
	const char *registry;		   /* "iLO.2.14" */
	bool chif, update_service, actions_inside_oem, stubs;
	unsigned int post_tasks_stay_pending; /* a flash by UEFI leaves its task Pending */
};

struct ilo_stored {
	char name[128];
	uint8_t *data;
	size_t size;
	bool locked;
};

struct ilo_task {
	unsigned int id; /* 0 = free */
	char name[64], file[128], state[16], result[64];
	bool by_uefi, foreign, tpm;
};

struct ilo_account {
	unsigned int id; /* 0 = free */
	char user[64], password[128], login[64];
	bool can_update, can_login;
};

struct ilo_session {
	char token[33]; /* "" = free */
	char user[64];
	unsigned int requests;
};

enum ilo_state { ILO_IDLE = 0, ILO_VERIFYING, ILO_WRITING, ILO_UPDATING, ILO_COMPLETE, ILO_ERROR };

struct ilo {
	struct ilo_settings set;
	const struct ilo_generation *gen;
	uint64_t now_ms; /* simulated */
	struct {
		unsigned int value;
		uint64_t since_ms;
		char text[64];
		bool on;
	} knobs[ILO_KNOB_LAST + 1];

	struct ilo_firmware firmware[ILO_FIRMWARE];
	size_t firmware_count;
	struct ilo_stored stored[ILO_STORED];
	struct ilo_task tasks[ILO_TASKS];
	struct ilo_account accounts[ILO_ACCOUNTS];
	struct ilo_session sessions[ILO_SESSIONS];
	unsigned int next_id;

	enum ilo_state state;
	uint64_t state_since_ms;
	char etag[64], result[64];
	struct ilo_stored image; /* what is flashed, or comes in sections */
	unsigned int sections;
	struct ilo_firmware *target;
	char target_version[64];

	bool down;
	uint64_t down_since_ms;
	uint64_t booted_ms;
	unsigned int resets;
	bool vnic, vnic_next, in_post;

	struct chif_side *chif; /* NULL until the first packet */

	char *log;
	size_t log_len;
};

void ilo_say(struct ilo *ilo, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Knobs with a value of seconds end by themselves. */
bool ilo_knob_on(const struct ilo *ilo, enum ilo_knob knob);

/* Answers. json: printf into the body, Content-Type set. */
void ilo_json(struct ilo_answer *ret, unsigned int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* An error with an extended info of the iLO's registry. */
void ilo_error(const struct ilo *ilo, struct ilo_answer *ret, unsigned int status,
	       const char *message);
void ilo_header(struct ilo_answer *ret, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool ilo_request_header(const struct ilo_request *request, const char *name, char *buf,
			size_t size);

/* A part of the tree; path without the slash at its end. False: it is not of this part. */
typedef bool ilo_part_fn(struct ilo *ilo, const struct ilo_request *request, const char *path,
			 struct ilo_answer *ret);
ilo_part_fn ilo_tree, ilo_inventory, ilo_accounts, ilo_update, ilo_repository, ilo_tasks;
/* Other faces: RIBCL, a BMC that is no iLO. Asked first, without a login. */
ilo_part_fn ilo_ribcl_side, ilo_standard_side;

/* May the request be answered? Else the answer is in ret. */
bool ilo_may(struct ilo *ilo, const struct ilo_request *request, const char *path,
	     struct ilo_answer *ret);
bool ilo_token_is_valid(struct ilo *ilo, const char *token);
/* Its account may configure the iLO, and there still is such an account. */
bool ilo_token_may_update(struct ilo *ilo, const char *token);
void ilo_forget_sessions(struct ilo *ilo);

const struct ilo_generation *ilo_generation(unsigned int number);
void ilo_fill_firmware(struct ilo *ilo);
const struct ilo_firmware *ilo_find_firmware(const struct ilo *ilo, const char *name);
struct ilo_firmware *ilo_change_firmware(struct ilo *ilo, const char *name);

/*
 * An image of the lab: "LABFW <name>|<version>\n" within its first 64 KiB (so that it may lie in a
 * zip that is only stored). False: it is none, or is cut off.
 */
bool ilo_image_read(const uint8_t *data, size_t size, char name[64], char version[64]);

/* Begins to flash ilo->image; NULL, or the message why not. */
const char *ilo_flash(struct ilo *ilo, bool tpm_override);
/* Takes a whole image for firmware that is flashed by UEFI. */
void ilo_flash_now(struct ilo *ilo, struct ilo_firmware *fw, const struct ilo_stored *image,
		   const char *version);
void ilo_update_tick(struct ilo *ilo);
void ilo_run_post(struct ilo *ilo);
/* It restarts, and forgets what is not stored. */
void ilo_restart(struct ilo *ilo);

struct ilo_stored *ilo_stored_find(struct ilo *ilo, const char *name);
/* Takes data over. False: no room. */
bool ilo_store(struct ilo *ilo, const char *name, uint8_t *data, size_t size);
uint64_t ilo_stored_free(const struct ilo *ilo);

#endif
