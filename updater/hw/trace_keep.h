/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What traces keep of the data of a command: firmware and secrets are not ours to hand out. */
#ifndef DRYDOCK_HW_TRACE_KEEP_H
#define DRYDOCK_HW_TRACE_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* From the least to the most strict. */
enum trace_rule {
	TRACE_BYTES = 1, /* as it is */
	TRACE_HASH,	 /* length and SHA-256: firmware, stored data */
	TRACE_NOTHING,	 /* length only: secrets */
};

struct trace_keep {
	enum trace_rule rule;
	const char *why; /* "" for TRACE_BYTES */
};

/* By the opcode of an NVMe admin command. */
struct trace_keep trace_keep_nvme(uint8_t opcode);

/* By network function (of the request or of the answer) and command of an IPMI message. */
struct trace_keep trace_keep_ipmi(uint8_t netfn, uint8_t cmd);

/* By a SCSI command of cdb_len bytes; data (len bytes) is what goes out with it, NULL = nothing. */
struct trace_keep trace_keep_scsi(const uint8_t *cdb, size_t cdb_len, const uint8_t *data,
				  size_t len);

/* By the file that is read or written. */
struct trace_keep trace_keep_path(const char *path);

/* By a packet of an iLO's host channel (format/chif.h): passwords, tokens of sessions. */
struct trace_keep trace_keep_hpilo(const uint8_t *packet, size_t len, bool to_device);

/* By the file, and by what was read or written where that decides. */
struct trace_keep trace_keep_data(const char *path, const uint8_t *data, size_t len,
				  bool to_device);

#endif
