/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Traces come from whoever sends a log folder. Maximum: 64 KiB here, TRACE_FILE_MAX_BYTES there. */
#include "hw/trace_read.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace_file file = { 0 };
	struct err err = { 0 };

	if (size > 65536 || trace_file_parse("trace-x.jsonl", data, size, &file, &err))
		return 0;
	for (size_t i = 0; i < file.count; i++) {
		const struct trace_call *call = &file.calls[i];
		struct trace_data in = trace_data(call, "in");

		/* What was checked must hold: as many digits as the length says. */
		if (in.hex)
			for (size_t at = 0; at < 2 * in.len; at++)
				if (!in.hex[at])
					abort();
		if (!call->path || !call->phase || !trace_kind_name(call->kind))
			abort();
	}
	trace_file_free(&file);
	return 0;
}
