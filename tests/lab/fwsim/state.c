/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of a capsule that was taken, and what is kept between two starts. */
#include "model.h"

#include <string.h>

static void apply(struct fwsim_entry *entry)
{
	uint32_t status = entry->pending_status ? entry->pending_status : entry->apply_status;

	entry->is_pending = false;
	if (entry->does_nothing) {
		fwsim_say("%G: does nothing", entry->guid);
		return;
	}
	entry->last_version = entry->pending_version;
	entry->last_status = status;
	if (!status)
		entry->version =
			entry->version_after ? entry->version_after : entry->pending_version;
	fwsim_say("applied %G version %u status %u: runs %u", entry->guid, entry->pending_version,
		  status, entry->version);
}

static bool survives(const struct fwsim *sim, enum fwsim_reset reset)
{
	return sim->reset == FWSIM_RESET_POWER || sim->reset == reset ||
	       (sim->reset == FWSIM_RESET_ANY && reset != FWSIM_RESET_POWER);
}

/* true: it was applied */
static bool start_entry(struct fwsim *sim, struct fwsim_entry *entry, enum fwsim_reset reset)
{
	if (entry->in_memory && !survives(sim, reset)) {
		entry->is_pending = false;
		fwsim_say("lost %G version %u", entry->guid, entry->pending_version);
		return false;
	}
	if (entry->reboots_left > 1) {
		entry->reboots_left--;
		/* From now on it is in the flash memory. */
		entry->in_memory = false;
		fwsim_say("%G waits for %u more", entry->guid, entry->reboots_left);
		return false;
	}
	apply(entry);
	return true;
}

uint32_t fwsim_start(struct fwsim *sim, enum fwsim_reset reset)
{
	uint32_t applied = 0;

	for (uint32_t i = 0; i < sim->count; i++)
		if (sim->entries[i].is_pending && start_entry(sim, &sim->entries[i], reset))
			applied |= 1u << i;
	return applied;
}

uint32_t fwsim_apply_now(struct fwsim *sim)
{
	uint32_t applied = 0;

	for (uint32_t i = 0; i < sim->count; i++) {
		struct fwsim_entry *entry = &sim->entries[i];

		if (!entry->is_pending || entry->in_memory || entry->reboots_left)
			continue;
		apply(entry);
		applied |= 1u << i;
	}
	return applied;
}

static void put32(uint8_t **at, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		*(*at)++ = (uint8_t)(value >> 8 * i);
}

size_t fwsim_save(const struct fwsim *sim, uint8_t buf[FWSIM_STATE_BYTES])
{
	uint8_t *at = buf;

	for (uint32_t i = 0; i < sim->count; i++) {
		const struct fwsim_entry *entry = &sim->entries[i];

		memcpy(at, entry->guid, 16);
		at += 16;
		put32(&at, entry->version);
		put32(&at, entry->last_version);
		put32(&at, entry->last_status);
		put32(&at, (uint32_t)entry->is_pending | (uint32_t)entry->in_memory << 1 |
				   (uint32_t)entry->is_plain << 2);
		put32(&at, entry->pending_version);
		put32(&at, entry->pending_status);
		put32(&at, entry->reboots_left);
	}
	return (size_t)(at - buf);
}

static void load_entry(struct fwsim_entry *entry, const uint8_t *at)
{
	entry->version = fwsim_get32(at + 16);
	entry->last_version = fwsim_get32(at + 20);
	entry->last_status = fwsim_get32(at + 24);
	entry->is_pending = fwsim_get32(at + 28) & 1;
	entry->in_memory = fwsim_get32(at + 28) & 2;
	entry->is_plain = fwsim_get32(at + 28) & 4;
	entry->pending_version = fwsim_get32(at + 32);
	entry->pending_status = fwsim_get32(at + 36);
	entry->reboots_left = fwsim_get32(at + 40);
}

void fwsim_load(struct fwsim *sim, const uint8_t *buf, size_t len)
{
	for (size_t at = 0; at + 44 <= len; at += 44)
		for (uint32_t i = 0; i < sim->count; i++)
			if (memcmp(sim->entries[i].guid, buf + at, 16) == 0)
				load_entry(&sim->entries[i], buf + at);
}
