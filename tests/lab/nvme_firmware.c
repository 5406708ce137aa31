/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware Image Download (NVMe 2.0 §5.13), Firmware Commit (§5.12), activation (§3.11). */
#include "nvme_model.h"

#include <stdlib.h>
#include <string.h>

#include "fwimage.h"

/* Commit Action, NVMe 2.0 §5.12. */
enum { CA_REPLACE, CA_REPLACE_AND_ACTIVATE, CA_ACTIVATE, CA_NOW };

size_t nvme_model_granularity(const struct nvme_model *model)
{
	uint32_t fwug = model->config.fwug;

	return fwug == 0 || fwug == 255 ? 4 : (size_t)fwug * 4096;
}

static bool reaches(uint64_t start, uint64_t end, uint32_t fault_offset)
{
	return fault_offset != NVME_MODEL_NEVER && start <= fault_offset && fault_offset < end;
}

static int download_fault(struct nvme_model *model, uint64_t start, uint64_t end)
{
	struct nvme_model_faults *faults = &model->faults;

	model->delay_ms = faults->download_delay_ms;
	if (++model->n_downloads == faults->download_fail_at)
		return (int)faults->download_fail_status;
	if (reaches(start, end, faults->gone_at_offset)) {
		faults->gone_at_offset = NVME_MODEL_NEVER;
		return NVME_MODEL_GONE;
	}
	return reaches(start, end, faults->hang_at_offset) ? NVME_MODEL_NO_ANSWER : NVME_OK;
}

static int check_range(const struct nvme_model *model, uint64_t start, uint64_t end)
{
	size_t unit = nvme_model_granularity(model);

	if (end - start > nvme_model_max_transfer(model))
		return NVME_INVALID_FIELD;
	if (start % unit || (!model->config.short_tail && end % unit))
		return NVME_INVALID_FIELD; /* NVMe 2.0 §5.17.2.1, FWUG */
	return end > (uint64_t)model->config.max_image_mb << 20 ? NVME_INVALID_FIELD : NVME_OK;
}

static int reserve(struct nvme_model_download *download, size_t size)
{
	size_t capacity = download->capacity ? download->capacity : 1 << 16;
	uint8_t *bytes;

	while (capacity < size)
		capacity *= 2;
	if (capacity == download->capacity)
		return NVME_OK;
	bytes = realloc(download->bytes, capacity);
	if (!bytes)
		return NVME_INTERNAL_ERROR;
	memset(bytes + download->capacity, 0, capacity - download->capacity);
	download->bytes = bytes;
	download->capacity = capacity;
	return NVME_OK;
}

static bool overlaps(const struct nvme_model_download *download, size_t start, size_t end)
{
	for (size_t i = 0; i < download->n_extents; i++)
		if (start < download->extent[i].end && download->extent[i].start < end)
			return true;
	return false;
}

/* Adds [start, end) to the ranges received; what touches or overlaps becomes one range. */
static int add_extent(struct nvme_model_download *download, size_t start, size_t end)
{
	struct nvme_model_extent *extent = download->extent;
	size_t first = 0, last;

	while (first < download->n_extents && extent[first].end < start)
		first++;
	for (last = first; last < download->n_extents && extent[last].start <= end; last++) {
		start = extent[last].start < start ? extent[last].start : start;
		end = extent[last].end > end ? extent[last].end : end;
	}
	if (last == first && download->n_extents == NVME_MODEL_EXTENTS)
		return NVME_INTERNAL_ERROR;
	memmove(extent + first + 1, extent + last, (download->n_extents - last) * sizeof(*extent));
	extent[first] = (struct nvme_model_extent){ start, end };
	download->n_extents = download->n_extents + 1 - (last - first);
	return NVME_OK;
}

static void begin_download(struct nvme_model_download *download)
{
	if (download->bytes)
		memset(download->bytes, 0, download->size);
	download->size = 0;
	download->n_extents = 0;
	download->open = true;
}

int nvme_model_fw_download(struct nvme_model *model, const struct nvme_model_cmd *cmd,
			   const uint8_t *data, size_t len)
{
	struct nvme_model_download *download = &model->download;
	uint64_t start = (uint64_t)cmd->cdw11 * 4;	       /* OFST, dwords */
	uint64_t end = start + ((uint64_t)cmd->cdw10 + 1) * 4; /* NUMD, dwords, 0-based */
	int status;

	if (!model->config.firmware)
		return NVME_INVALID_OPCODE;
	status = nvme_model_under_way(model);
	if (status == NVME_OK)
		status = download_fault(model, start, end);
	if (status == NVME_OK)
		status = check_range(model, start, end);
	if (status != NVME_OK)
		return status;
	if (end - start > len)
		return NVME_TRANSFER_ERROR;
	if (!download->open)
		begin_download(download);
	if (model->config.overlap && overlaps(download, start, end))
		return NVME_OVERLAPPING_RANGE;
	if (reserve(download, end) || add_extent(download, start, end))
		return NVME_INTERNAL_ERROR;
	memcpy(download->bytes + start, data, end - start);
	download->size = download->size > end ? download->size : end;
	model->busy_left = model->faults.busy_logs;
	return NVME_OK;
}

static bool writable(const struct nvme_model *model, uint32_t slot)
{
	return slot >= 1 && slot <= model->config.slots && !(slot == 1 && model->config.slot1_ro);
}

/* FS = 0: the controller chooses. An empty slot, else an inactive one, else any; 0 = none. */
static uint32_t choose_slot(const struct nvme_model *model)
{
	const struct nvme_model_firmware *firmware = &model->firmware;
	uint32_t inactive = 0, any = 0;

	for (uint32_t slot = model->config.slots; slot >= 1; slot--) {
		if (!writable(model, slot))
			continue;
		any = slot;
		if (slot != firmware->active &&
		    (!inactive || !firmware->slot[slot][0] || firmware->slot[inactive][0]))
			inactive = slot;
	}
	return inactive ? inactive : any;
}

/* A whole image, without holes, for this model, that the drive has no reason to refuse. */
static int check_image(const struct nvme_model *model, struct fwimage *ret_image)
{
	const struct nvme_model_download *download = &model->download;
	const struct nvme_model_extent *extent = download->extent;

	if (model->faults.reject_image || download->n_extents != 1 || extent->start != 0)
		return NVME_INVALID_IMAGE;
	if (fwimage_parse(download->bytes, download->size, nvme_model_granularity(model),
			  ret_image))
		return NVME_INVALID_IMAGE;
	return strcmp(ret_image->model, model->config.model) ? NVME_INVALID_IMAGE : NVME_OK;
}

static int store_image(struct nvme_model *model, uint32_t slot)
{
	struct fwimage image;
	int status;

	if (!writable(model, slot))
		return NVME_INVALID_SLOT;
	status = model->download.open ? check_image(model, &image) : NVME_INVALID_IMAGE;
	model->download.open = false;
	if (status == NVME_OK)
		memcpy(model->firmware.slot[slot], image.revision, sizeof(image.revision));
	return status;
}

/* The slot's image begins to run, unless a fault has it otherwise. */
static void run_slot(struct nvme_model *model, uint32_t slot)
{
	struct nvme_model_firmware *firmware = &model->firmware;
	const char *wrong = model->faults.wrong_revision;

	firmware->next = 0;
	firmware->next_reset = NVME_RESET_NONE;
	if (model->faults.revert)
		return;
	firmware->active = (uint8_t)slot;
	memcpy(firmware->running, *wrong ? wrong : firmware->slot[slot], sizeof(firmware->running));
}

/* The reset that a status asks for; NVME_RESET_NONE for statuses that do not ask for one. */
static enum nvme_model_reset reset_asked_by(uint32_t status)
{
	switch (status) {
	case NVME_NEEDS_CONVENTIONAL_RESET:
		return NVME_RESET_CONVENTIONAL;
	case NVME_NEEDS_SUBSYSTEM_RESET:
		return NVME_RESET_SUBSYSTEM;
	case NVME_NEEDS_CONTROLLER_RESET:
		return NVME_RESET_CONTROLLER;
	default:
		return NVME_RESET_NONE;
	}
}

static int activate(struct nvme_model *model, uint32_t slot, uint32_t action)
{
	uint32_t status = model->faults.commit_status;
	enum nvme_model_reset reset = reset_asked_by(status);

	if (!model->firmware.slot[slot][0])
		return NVME_INVALID_IMAGE;
	if (action == CA_NOW && status == NVME_NEEDS_MAX_TIME) {
		/* The same image may be committed again, with another action (NVMe 2.0 §5.12.1). */
		model->download.open = model->download.size > 0;
		return NVME_NEEDS_MAX_TIME;
	}
	if (action == CA_NOW && !reset) {
		run_slot(model, slot);
		return NVME_OK;
	}
	model->firmware.next = (uint8_t)slot;
	model->firmware.next_reset = (uint8_t)(reset ? reset : NVME_RESET_CONTROLLER);
	return reset ? (int)status : NVME_OK;
}

/* Faults that end a commit before it does anything; NVME_OK when there is none. */
static int commit_fault(struct nvme_model *model)
{
	struct nvme_model_faults *faults = &model->faults;

	model->delay_ms = faults->commit_delay_ms;
	if (++model->n_commits == faults->gone_at_commit) {
		faults->gone_at_commit = 0;
		return NVME_MODEL_GONE;
	}
	if (model->n_commits == faults->hang_at_commit)
		return NVME_MODEL_NO_ANSWER;
	if (reset_asked_by(faults->commit_status) || faults->commit_status == NVME_NEEDS_MAX_TIME)
		return NVME_OK;
	return (int)faults->commit_status;
}

int nvme_model_fw_commit(struct nvme_model *model, const struct nvme_model_cmd *cmd)
{
	uint32_t slot = cmd->cdw10 & 7, action = cmd->cdw10 >> 3 & 7;
	bool stores = action < CA_ACTIVATE || (action == CA_NOW && model->download.open);
	int status;

	if (!model->config.firmware)
		return NVME_INVALID_OPCODE;
	if (action > CA_NOW || (action == CA_NOW && !model->config.activate_now))
		return NVME_INVALID_FIELD;
	if (slot == 0 && stores)
		slot = choose_slot(model);
	if (slot < 1 || slot > model->config.slots)
		return NVME_INVALID_SLOT;
	status = commit_fault(model);
	if (status != NVME_OK)
		return status;
	if (model->faults.commit_lie) {
		model->download.open = false;
		return NVME_OK;
	}
	if (stores)
		status = store_image(model, slot);
	if (status != NVME_OK || action == CA_REPLACE)
		return status;
	return activate(model, slot, action);
}

/* NVMe 2.0 §5.12.1: which reset is enough for an image that waits for another one. */
static bool satisfies(enum nvme_model_reset kind, uint8_t waits_for)
{
	return kind == waits_for || kind == NVME_RESET_POWER || waits_for == NVME_RESET_CONTROLLER;
}

void nvme_model_fw_reset(struct nvme_model *model, enum nvme_model_reset kind)
{
	struct nvme_model_firmware *firmware = &model->firmware;

	model->download.open = false;
	if (firmware->next && satisfies(kind, firmware->next_reset))
		run_slot(model, firmware->next);
}
