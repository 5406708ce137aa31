/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/trace_keep.h"

#include <string.h>
#include <strings.h>

#include "format/chif.h"
#include "format/chif_blob.h"
#include "format/le.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct trace_keep as_it_is = { TRACE_BYTES, "" };

struct opcode_keep {
	uint8_t opcode;
	struct trace_keep keep;
};

static struct trace_keep by_opcode(const struct opcode_keep *table, size_t count, uint8_t opcode)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].opcode == opcode)
			return table[i].keep;
	return as_it_is;
}

/*
 * NVMe 2.0 figure 88. Passwords and keys of self-encrypting drives travel in the security
 * commands.
 */
struct trace_keep trace_keep_nvme(uint8_t opcode)
{
	static const struct opcode_keep table[] = {
		{ 0x11, { TRACE_HASH, "firmware" } },
		{ 0x81, { TRACE_NOTHING, "security send" } },
		{ 0x82, { TRACE_NOTHING, "security receive" } },
	};

	return by_opcode(table, COUNT(table), opcode);
}

/*
 * By network function and command (IPMI 2.0 appendix G): 06h/47h user passwords, 06h/56h channel
 * keys; 2Ch/02h credentials of the Redfish host interface (DSP0270 8.2; 52h is the group), 2Ch/32h
 * firmware (HPM.1). The answer has the function plus one.
 */
struct trace_keep trace_keep_ipmi(uint8_t netfn, uint8_t cmd)
{
	static const struct {
		uint8_t netfn, cmd;
		struct trace_keep keep;
	} table[] = {
		{ 0x06, 0x47, { TRACE_NOTHING, "set user password" } },
		{ 0x06, 0x56, { TRACE_NOTHING, "channel security keys" } },
		{ 0x2c, 0x02, { TRACE_NOTHING, "bootstrap credentials" } },
		{ 0x2c, 0x32, { TRACE_HASH, "firmware" } },
	};

	for (size_t i = 0; i < COUNT(table); i++)
		if (table[i].netfn == (netfn & ~1) && table[i].cmd == cmd)
			return table[i].keep;
	return as_it_is;
}

/* ATA8-ACS table 17: what comes inside ATA PASS-THROUGH. */
static struct trace_keep by_ata_command(uint8_t command)
{
	static const struct opcode_keep table[] = {
		{ 0x92, { TRACE_HASH, "firmware" } },		  /* DOWNLOAD MICROCODE */
		{ 0x93, { TRACE_HASH, "firmware" } },		  /* ... DMA */
		{ 0x5c, { TRACE_NOTHING, "trusted receive" } },	  /* and DMA */
		{ 0x5d, { TRACE_NOTHING, "trusted receive" } },	  /* ... */
		{ 0x5e, { TRACE_NOTHING, "trusted send" } },	  /* and DMA */
		{ 0x5f, { TRACE_NOTHING, "trusted send" } },	  /* ... */
		{ 0xf1, { TRACE_NOTHING, "security password" } }, /* SET PASSWORD */
		{ 0xf2, { TRACE_NOTHING, "security password" } }, /* UNLOCK */
		{ 0xf3, { TRACE_NOTHING, "security password" } }, /* ERASE PREPARE */
		{ 0xf4, { TRACE_NOTHING, "security password" } }, /* ERASE UNIT */
		{ 0xf5, { TRACE_NOTHING, "security password" } }, /* FREEZE LOCK */
		{ 0xf6, { TRACE_NOTHING, "security password" } }, /* DISABLE PASSWORD */
	};

	return by_opcode(table, COUNT(table), command);
}

/*
 * SEND DIAGNOSTIC carries many pages: 0Eh is the download of microcode (SES-3 §6.1.20), its code
 * the first byte of the page.
 */
static struct trace_keep by_diagnostic_page(const uint8_t *data, size_t len)
{
	return data && len && data[0] == 0x0e ? (struct trace_keep){ TRACE_HASH, "firmware" }
					      : as_it_is;
}

/*
 * Operation codes: SPC-5 annex on codes, SBC-4. A command of variable length (7Fh) may be anything,
 * 27h is how a Smart Array takes what is its own, firmware among it.
 */
struct trace_keep trace_keep_scsi(const uint8_t *cdb, size_t cdb_len, const uint8_t *data,
				  size_t len)
{
	static const struct opcode_keep table[] = {
		{ 0x3b, { TRACE_HASH, "firmware" } },		 /* WRITE BUFFER */
		{ 0x27, { TRACE_HASH, "firmware" } },		 /* BMIC write */
		{ 0xa2, { TRACE_NOTHING, "security receive" } }, /* SECURITY PROTOCOL IN */
		{ 0xb5, { TRACE_NOTHING, "security send" } },	 /* SECURITY PROTOCOL OUT */
		{ 0x7f, { TRACE_NOTHING, "unknown command" } },
		{ 0x08, { TRACE_HASH, "stored data" } }, /* READ (6), (10), (12), (16) */
		{ 0x28, { TRACE_HASH, "stored data" } },
		{ 0xa8, { TRACE_HASH, "stored data" } },
		{ 0x88, { TRACE_HASH, "stored data" } },
		{ 0x0a, { TRACE_HASH, "stored data" } }, /* WRITE (6), (10), (12), (16) */
		{ 0x2a, { TRACE_HASH, "stored data" } },
		{ 0xaa, { TRACE_HASH, "stored data" } },
		{ 0x8a, { TRACE_HASH, "stored data" } },
	};

	if (!cdb_len)
		return as_it_is;
	/* SAT-4 §12.2.2: where the ATA command stands in ATA PASS-THROUGH (16) and (12). */
	if (cdb[0] == 0x85 && cdb_len >= 16)
		return by_ata_command(cdb[14]);
	if (cdb[0] == 0xa1 && cdb_len >= 12)
		return by_ata_command(cdb[9]);
	if (cdb[0] == 0x1d)
		return by_diagnostic_page(data, len);
	return by_opcode(table, COUNT(table), cdb[0]);
}

/* The last part of a path; keys of NVMe in-band authentication: drivers/nvme/host/sysfs.c. */
struct trace_keep trace_keep_path(const char *path)
{
	static const struct {
		const char *name;
		struct trace_keep keep;
	} table[] = {
		{ "dhchap_secret", { TRACE_NOTHING, "secret" } },
		{ "dhchap_ctrl_secret", { TRACE_NOTHING, "secret" } },
		{ "efi_capsule_loader", { TRACE_HASH, "firmware" } },
	};
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < COUNT(table); i++)
		if (strcmp(name, table[i].name) == 0)
			return table[i].keep;
	return as_it_is;
}

/* Any case: JSON members and the names of headers. */
static bool has_word(const uint8_t *data, size_t len, const char *word)
{
	const size_t size = strlen(word);

	for (size_t i = 0; i + size <= len; i++)
		if (strncasecmp((const char *)data + i, word, size) == 0)
			return true;
	return false;
}

/*
 * HTTP in the host channel of an iLO. A request in parts is not kept at all: a word may lie across
 * two of them.
 */
struct trace_keep trace_keep_hpilo(const uint8_t *packet, size_t len, bool to_device)
{
	static const struct trace_keep part = { TRACE_NOTHING, "part of a request" };
	static const struct trace_keep secret = { TRACE_NOTHING, "password or session" };
	struct chif_header header;

	if (chif_parse_header(packet, len, &header, NULL) ||
	    (header.command & ~CHIF_ANSWER) != CHIF_BLOB_STORE)
		return as_it_is;
	if (to_device && len >= CHIF_HEADER + 4 && le32_at(packet + CHIF_HEADER) == CHIF_BLOB_PUT)
		return part;
	if (has_word(packet, len, "X-Auth-Token") || has_word(packet, len, "Authorization:") ||
	    has_word(packet, len, "Cookie:") || (to_device && has_word(packet, len, "Password")))
		return secret;
	return as_it_is;
}

struct trace_keep trace_keep_data(const char *path, const uint8_t *data, size_t len, bool to_device)
{
	if (strncmp(path, "/dev/hpilo/", strlen("/dev/hpilo/")) == 0)
		return trace_keep_hpilo(data, len, to_device);
	return trace_keep_path(path);
}
