/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ilo_job.h"

#include <stdio.h>
#include <string.h>

#include "hw/bmc_access.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static void read_boot(struct hwio *hw, char boot_id[48])
{
	/* Another machine's reboots are not those of this one. */
	if (bmc_is_remote(hw) || hwio_read_attr(hw, BOOT_ID, boot_id, 48) || !boot_id[0])
		snprintf(boot_id, 48, "remote");
}

static int find_device(struct ilo_job *job, struct err *err)
{
	struct ilo_list list;
	int rc = ilo_list_read(job->rf, &job->ilo, &list, err);
	bool found = job->facts.is_ilo;

	for (size_t i = 0; !rc && i < list.count; i++) {
		if (!ilo_fits(&list.items[i], job->io->dev))
			continue;
		found = true;
		job->facts.updateable = ilo_takes(&list.items[i]);
		snprintf(job->running, sizeof(job->running), "%s", list.items[i].version);
		break;
	}
	ilo_list_free(&list);
	if (!rc && !found)
		return err_set(err, ERR_DEVICE_GONE, "the iLO does not show it");
	return rc;
}

static int ask_system(struct ilo_job *job, struct err *err)
{
	struct redfish_system system;
	int rc = ilo_system_get(job->rf, &job->ilo, &system, err);

	if (rc)
		return rc;
	snprintf(job->rom, sizeof(job->rom), "%s", system.rom);
	if (job->io->comp->measured)
		job->facts.has_tpm = ilo_has_tpm(job->rf, &system);
	return 0;
}

static int ask_queue(struct ilo_job *job, struct err *err)
{
	struct ilo_facts *facts = &job->facts;
	char file[96];
	int rc;

	/* The plan knows the name; its judgement has to wait until all is known. */
	ilo_plan_make(facts, job->io->comp, 1, &job->plan, NULL);
	snprintf(file, sizeof(file), "%s", job->plan.file);
	if (job->plan.way != ILO_AT_START || !facts->update.tasks[0] ||
	    !facts->update.repository[0])
		return 0;
	rc = ilo_queue_look(job->rf, &facts->update, job->task, &facts->queue, err);
	return rc ? rc
		  : ilo_repository_look(job->rf, &facts->update, file, &facts->repository, err);
}

static int ask(struct ilo_job *job, struct err *err)
{
	struct ilo_facts *facts = &job->facts;
	int rc = ilo_service_find(job->rf, &job->ilo, err);

	if (rc)
		return rc;
	facts->generation = job->ilo.manager.generation;
	facts->ilo_version = job->ilo.manager.version;
	facts->running = job->running;
	rc = ilo_update_get(job->rf, &job->ilo, &facts->update, err);
	if (!rc)
		rc = find_device(job, err);
	if (!rc)
		rc = ask_system(job, err);
	return rc ? rc : ask_queue(job, err);
}

static int open_client(struct ilo_job *job, enum redfish_use use, uint32_t wait_ms, struct err *err)
{
	int rc;

	if (job->rf) {
		redfish_set_wait(job->rf, wait_ms);
		return 0;
	}
	rc = redfish_open(job->io->hw, use, wait_ms, &job->rf, err);
	/* A device that is known must not read as one that has no such thing. */
	if (rc == ERR_NOT_FOUND && err)
		return err->code = ERR_DEVICE_GONE;
	return rc;
}

int ilo_job_open(struct ilo_job *job, struct backend_io *io, enum redfish_use use, uint32_t wait_ms,
		 struct err *err)
{
	char boot_id[48];
	int rc;

	*job = (struct ilo_job){ .io = io };
	job->facts.is_ilo = io->dev->kind == DEVICE_BMC;
	job->facts.tpm_consent = io->tpm_consent;
	ilo_plan_task(io->comp, io->dev, job->task);
	read_boot(io->hw, boot_id);
	snprintf(job->boot, sizeof(job->boot), "%.8s", boot_id);
	ilo_plan_etag(io->comp, boot_id, job->etag);
	rc = open_client(job, use, wait_ms, err);
	return rc ? rc : ask(job, err);
}

void ilo_job_close(struct ilo_job *job)
{
	redfish_close(job->rf);
	job->rf = NULL;
}

int ilo_job_plan(struct ilo_job *job, struct err *err)
{
	return ilo_plan_make(&job->facts, job->io->comp, job->io->payload->size, &job->plan, err);
}

int ilo_job_look(struct ilo_job *job, enum redfish_use use, uint32_t wait_ms, struct err *err)
{
	int rc = open_client(job, use, wait_ms, err);

	if (!rc)
		rc = ilo_update_get(job->rf, &job->ilo, &job->facts.update, err);
	if (rc)
		ilo_job_close(job);
	return rc;
}

const char *ilo_job_reads(const struct ilo_job *job)
{
	const char *field = job->io->comp->proof.field;
	const char *shown = field[0] ? device_prop(job->io->dev, field) : NULL;

	if (strcmp(field, "bmc.version") == 0)
		return job->ilo.manager.version;
	if (strcmp(field, "system.rom") == 0)
		return shown && !bmc_is_remote(job->io->hw) ? shown : job->rom;
	if (strncmp(field, "redfish.", 8) != 0 && shown)
		return shown;
	return job->running;
}
