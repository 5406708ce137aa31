/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running the tool: its files in RAM, the box around it, what its end means. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/payload_file.h"
#include "backends/vendor_tool_internal.h"
#include "backends/vendor_tool_plan.h"
#include "base/cleanup.h"
#include "plan/plan.h"
#include "repo/catalog_tool.h"

#define LAST_WORDS 200 /* bytes of the output that go into an error */

/* The folder of one run of one tool. */
struct place {
	char dir[FSIO_PATH_MAX];
	struct payload_file payload, runtime;
};

static int make_dir(const struct backend_io *io, struct place *place, struct err *err)
{
	static atomic_uint runs;
	/* In a replay there is what the tool said and no more, and its folder may not be made. */
	const char *ram_dir = io->hw->ops->recall ? "/tmp" : io->ram_dir;
	char name[48];
	int rc = fsio_mkdir_p(ram_dir, 0700, err);

	snprintf(name, sizeof(name), "tool.%ld.%u", (long)getpid(), atomic_fetch_add(&runs, 1) + 1);
	if (!rc)
		rc = fsio_join(place->dir, ram_dir, name, err);
	if (!rc && mkdir(place->dir, 0700)) {
		rc = err_set_errno(err, ERR_IO, errno, "%s", place->dir);
		place->dir[0] = '\0';
	}
	return rc;
}

static int fill_place(const struct backend_io *io, struct place *place, struct err *err)
{
	struct backend_io files = *io;
	int rc;

	files.ram_dir = place->dir;
	rc = payload_file_make(&files, "payload", &place->payload, err);
	if (!rc && place->payload.made && chmod(place->payload.path, 0500))
		rc = err_set_errno(err, ERR_IO, errno, "%s", place->payload.path);
	files.payload = io->runtime;
	if (!rc && io->runtime)
		rc = payload_file_make(&files, "runtime", &place->runtime, err);
	return rc;
}

static void remove_in(const struct place *place, const char *name, int (*how)(const char *))
{
	char path[FSIO_PATH_MAX];

	if (fsio_join(path, place->dir, name, NULL) == 0)
		(void)how(path);
}

static void clear_place(struct place *place)
{
	payload_file_remove(&place->payload);
	payload_file_remove(&place->runtime);
	if (!place->dir[0])
		return;
	remove_in(place, "log", unlink);
	remove_in(place, "root", rmdir);
	(void)rmdir(place->dir);
}

/* What it said, into the trace of the run; its end in one line, for an error. */
static void read_output(const struct backend_io *io, const struct place *place, char *last,
			size_t size)
{
	CLEANUP_FREE uint8_t *text = NULL;
	CLEANUP_FREE char *note = NULL;
	char path[FSIO_PATH_MAX];
	size_t len = 0, from;

	last[0] = '\0';
	if (fsio_join(path, place->dir, "log", NULL) ||
	    fsio_read_file(path, BOX_LOG_BYTES + 4096, &text, &len, NULL))
		return;
	note = calloc(1, len + 1);
	if (!note)
		return;
	for (size_t i = 0; i < len; i++)
		note[i] = text[i] == '\n' || (text[i] >= 0x20 && text[i] < 0x7f) ? (char)text[i]
										 : '?';
	hwio_note(io->hw, "vendor-tool output", note);
	while (len && (note[len - 1] == '\n' || note[len - 1] == ' '))
		note[--len] = '\0';
	from = len < size ? 0 : len - size + 1;
	snprintf(last, size, "%s", note + from);
	for (char *at = last; (at = strchr(at, '\n'));)
		*at = ' ';
}

/* "not needed" is true when the device reads so. */
static bool runs_already(const struct backend_io *io)
{
	struct device now = { 0 };
	bool runs = device_copy(io->dev, &now) == 0 &&
		    vendor_tool_refresh(io->hw, &now, NULL) == 0 &&
		    plan_proof_holds(io->comp, plan_proof_value(io->comp, &now));

	device_free(&now);
	return runs;
}

static enum backend_result after_done(const struct component *comp)
{
	switch (comp->activation) {
	case ACTIVATION_DEVICE_RESET:
		return BACKEND_NEEDS_ACTIVATE;
	case ACTIVATION_REBOOT:
		return BACKEND_NEEDS_REBOOT;
	case ACTIVATION_POWER_CYCLE:
		return BACKEND_NEEDS_POWER_CYCLE;
	case ACTIVATION_NONE:
		break;
	}
	return BACKEND_DONE;
}

static int judge_code(const struct backend_io *io, int code, const char *last,
		      enum backend_result *ret, struct err *err)
{
	const char *colon = last[0] ? ": " : "";

	switch (tool_meaning_of(io->comp->tool, code)) {
	case TOOL_DONE:
		*ret = after_done(io->comp);
		return 0;
	case TOOL_REBOOT:
		*ret = BACKEND_NEEDS_REBOOT;
		return 0;
	case TOOL_POWER_CYCLE:
		*ret = BACKEND_NEEDS_POWER_CYCLE;
		return 0;
	case TOOL_NOT_NEEDED:
		if (runs_already(io)) {
			*ret = BACKEND_DONE;
			return 0;
		}
		return err_set(err, ERR_DEVICE,
			       "the vendor's tool ended with %d, the update is not needed%s%s",
			       code, colon, last);
	case TOOL_FAILED:
		break;
	}
	return err_set(err, ERR_DEVICE, "the vendor's tool ended with %d%s%s", code, colon, last);
}

static int judge(const struct backend_io *io, const struct box_end *end, const char *last,
		 enum backend_result *ret, struct err *err)
{
	char note[64];

	snprintf(note, sizeof(note), "result %d, code %d", (int)end->result, end->code);
	hwio_note(io->hw, "vendor-tool end", note);
	switch (end->result) {
	case BOX_EXITED:
		return judge_code(io, end->code, last, ret, err);
	case BOX_SIGNALLED:
		return err_set(err, ERR_DEVICE, "the vendor's tool was ended by signal %d (%s)%s%s",
			       end->code, strsignal(end->code), last[0] ? ": " : "", last);
	case BOX_NOT_BEGUN:
		return err_set(err, ERR_UNSUPPORTED, "the vendor's tool could not be started: %s",
			       end->text);
	case BOX_LOST:
		break;
	}
	return err_set(err, ERR_DEVICE, "how the vendor's tool ended is not known");
}

static void note_start(const struct backend_io *io, const struct box *box)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	for (size_t i = 0; box->argv[i]; i++)
		fprintf(out, "%s%s", i ? " " : "", box->argv[i]);
	if (fclose(out) == 0)
		hwio_note(io->hw, "vendor-tool start", text);
}

static int run_in_place(struct backend_io *io, struct place *place, const struct box *box,
			enum backend_result *ret, struct err *err)
{
	struct box_end end = { 0 };
	char last[LAST_WORDS];
	int rc = fill_place(io, place, err);

	if (!rc)
		rc = io->intent(io->ctx, err);
	if (rc)
		return rc;
	note_start(io, box);
	rc = io->hw->ops->run(io->hw, box, &end);
	if (rc)
		return err_set_errno(err, ERR_UNSUPPORTED, -rc,
				     "the vendor's tool could not be started");
	io->progress(io->ctx, io->payload->size);
	read_output(io, place, last, sizeof(last));
	return judge(io, &end, last, ret, err);
}

int vendor_tool_write(struct backend_io *io, enum backend_result *ret, struct err *err)
{
	struct vendor_tool_plan plan = { 0 };
	struct place place = { 0 };
	int rc = vendor_tool_plan_make(io->hw, io->comp, io->dev, &plan, err);

	if (!rc && plan.box.has_runtime && !io->runtime)
		rc = err_set(err, ERR_UNSUPPORTED, "its runtime is not there");
	if (!rc)
		rc = make_dir(io, &place, err);
	plan.box.dir = place.dir;
	if (!rc)
		rc = run_in_place(io, &place, &plan.box, ret, err);
	clear_place(&place);
	vendor_tool_plan_free(&plan);
	return rc;
}
