/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated firmware without UEFI around it: its settings, the firmware entries, what it thinks
 * of a capsule and what becomes of it. The driver (driver.c) and a unit test
 * (tests/lab/test_fwsim.c) link the same files.
 */
#ifndef FWSIM_MODEL_H
#define FWSIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FWSIM_ENTRIES	   16u	 /* with a state; esrt_fill adds more that only stand there */
#define FWSIM_SETTINGS_MAX 8192u /* bytes of the settings' text */
#define FWSIM_ESRT_MAX	   20000u

/* Last attempt status (UEFI 2.10, 23.4). */
enum fwsim_status {
	FWSIM_OK,
	FWSIM_UNSUCCESSFUL,
	FWSIM_RESOURCES,
	FWSIM_VERSION,
	FWSIM_FORMAT,
	FWSIM_AUTH,
};

/* What a service answers, whatever it was given. */
enum fwsim_answer {
	FWSIM_ACCEPT,
	FWSIM_SAY_UNSUPPORTED,
	FWSIM_SAY_RESOURCES,
	FWSIM_SAY_SECURITY,
};

/* Which way of starting again keeps a capsule that was handed over in memory. */
enum fwsim_reset {
	FWSIM_RESET_WARM = 1, /* ResetSystem(EfiResetWarm) */
	FWSIM_RESET_COLD,     /* ResetSystem(EfiResetCold) */
	FWSIM_RESET_ANY,      /* while there is power */
	FWSIM_RESET_POWER,    /* it is kept in flash: any */
};

/* Capsules on disk: OsIndicationsSupported has its bit unless FWSIM_DISK_NO. */
enum fwsim_disk { FWSIM_DISK_NO, FWSIM_DISK_YES, FWSIM_DISK_IGNORED };

struct fwsim_entry {
	uint8_t guid[16];
	uint32_t type, version, lowest, flags, last_version, last_status;
	/* A capsule that was taken and is not applied yet. */
	bool is_pending, in_memory, is_plain; /* is_plain: no FMP capsule */
	uint32_t pending_version, pending_status, reboots_left;
	/* Settings: what goes wrong when it is applied. */
	bool does_nothing;
	uint32_t apply_status, version_after;
	uint32_t reboots; /* how many it takes, 1 at least */
};

struct fwsim {
	struct fwsim_entry entries[FWSIM_ENTRIES];
	uint32_t count;
	enum fwsim_answer query, update;
	enum fwsim_reset reset;
	uint32_t max_size; /* of a capsule, bytes */
	enum fwsim_disk disk;
	bool disk_reset; /* starts again after capsules from a disk */
	bool has_esrt;
	uint32_t esrt_fill;			     /* more entries */
	uint32_t esrt_count, esrt_max, esrt_version; /* what its header says, not 0: a lie */
	uint32_t esrt_memory;			     /* EFI_MEMORY_TYPE */
};

/* What the driver and the test provide. A format knows %s, %u, %x (32 bits), %G (GUID), %H (32
 * bytes). */
void fwsim_say(const char *format, ...);

/*
 * Reads settings, len bytes; README.md has the table. false: a line is not understood, which is
 * said. *ret is what a machine without settings has, and what the text changes.
 */
bool fwsim_settings(struct fwsim *ret, const char *text, size_t len);

/* How a capsule was handed over. */
enum fwsim_way {
	FWSIM_IN_MEMORY, /* it waits for the next start */
	FWSIM_NOW,	 /* from a disk, or without the flag that makes it wait */
};

/* What became of a capsule. */
enum fwsim_verdict {
	FWSIM_TAKEN,   /* its entries have something pending, perhaps only a status */
	FWSIM_INVALID, /* its header is wrong: EFI_INVALID_PARAMETER */
	FWSIM_UNKNOWN, /* nothing here takes it: EFI_UNSUPPORTED */
};

/* Could a capsule with this header be taken? UEFI 2.10, 8.5.3 */
enum fwsim_verdict fwsim_judge(const struct fwsim *sim, const uint8_t *header, uint32_t size);

/* Takes a capsule of size bytes (at least those of its header): says its hash, fills in *sim. */
enum fwsim_verdict fwsim_take(struct fwsim *sim, const uint8_t *capsule, uint32_t size,
			      enum fwsim_way way);

/*
 * The firmware starts: reset is FWSIM_RESET_WARM, _COLD, _ANY (some other way, power stayed on) or
 * _POWER (there was none). Applies what is pending, or loses it. Returns a bit for each entry that
 * a capsule was applied to.
 */
uint32_t fwsim_start(struct fwsim *sim, enum fwsim_reset reset);

/* Applies what waits for no start. */
uint32_t fwsim_apply_now(struct fwsim *sim);

/* What is kept in a variable: versions and what is pending. Entries are known by their GUID. */
#define FWSIM_STATE_BYTES (44u * FWSIM_ENTRIES)

size_t fwsim_save(const struct fwsim *sim, uint8_t buf[FWSIM_STATE_BYTES]);
void fwsim_load(struct fwsim *sim, const uint8_t *buf, size_t len);

/* SHA-256 (FIPS 180-4) */
void fwsim_sha256(const uint8_t *data, size_t len, uint8_t ret[32]);
/* CRC-32 as UEFI and zlib have it */
uint32_t fwsim_crc32(const uint8_t *data, size_t len);

uint32_t fwsim_get32(const uint8_t *at);
uint64_t fwsim_get64(const uint8_t *at);

#endif
