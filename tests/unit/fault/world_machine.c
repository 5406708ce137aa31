/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "world_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fsio.h"
#include "haste.h"
#include "hw/hwio_fault.h"
#include "hw/hwio_record.h"
#include "run/session.h"

#define LAB_FD (1 << 20) /* descriptors of drives begin here */

static const struct {
	const char *name, *settings, *wanted;
	bool in_plan;
} drives[WORLD_DRIVES] = {
	{ "A0", "serial=A0,model=LOOP A,revision=1.0,activate_now=0", "2.0", true },
	{ "A1", "serial=A1,model=LOOP A,revision=1.0,activate_now=0", "2.0", true },
	{ "A2", "serial=A2,model=LOOP A,revision=1.0,activate_now=0", "2.0", true },
	{ "A3", "serial=A3,model=LOOP A,revision=1.0,activate_now=0", "2.0", true },
	{ "A4", "serial=A4,model=LOOP A,revision=1.0,activate_now=0", "2.0", true },
	{ "A5", "serial=A5,model=LOOP A,revision=2.0,activate_now=0", "2.0", false },
	{ "B0", "serial=B0,model=LOOP B,revision=1.0", "2.0", true },
	{ "B1", "serial=B1,model=LOOP B,revision=1.0", "2.0", true },
	{ "B2", "serial=B2,model=LOOP B,revision=1.0,commit_status=0x10b", "2.0", true },
	{ "C0", "serial=C0,model=LOOP C,revision=1.0,activate_now=0", "2.0", true },
	{ "C1", "serial=C1,model=LOOP C,revision=1.0,activate_now=0", "2.0", true },
	{ "D0", "serial=D0,model=LOOP D,revision=7.0", "7.0", false },
};

/* This process's own. */
static struct {
	struct world_shared *shared;
	struct hwio_nvme *lab;
	const struct hwio_ops *lab_ops; /* its own, below drive_ioctl() */
	struct hwio *drives;		/* the lab, or what disturbs it */
	const struct hwio_ops *real;
} machine;

const char *world_drive_name(unsigned int drive)
{
	return drives[drive].name;
}

const char *world_drive_wanted(unsigned int drive)
{
	return drives[drive].wanted;
}

bool world_drive_is_in_plan(unsigned int drive)
{
	return drives[drive].in_plan;
}

static void put(const char *dir, const char *path, const char *text)
{
	char full[256], above[256];

	snprintf(full, sizeof(full), "%s/root%s", dir, path);
	snprintf(above, sizeof(above), "%s", full);
	*strrchr(above, '/') = '\0';
	if (fsio_mkdir_p(above, 0755, NULL) ||
	    fsio_write_atomic(full, text, strlen(text), 0644, NULL))
		abort();
}

void world_machine_make_root(const char *dir)
{
	put(dir, "/sys/class/dmi/id/sys_vendor", "LOOP\n");
	put(dir, "/sys/class/dmi/id/product_serial", WORLD_SERIAL "\n");
	put(dir, "/sys/class/block/.none", "");
	put(dir, "/proc/self/mountinfo", "22 1 0:20 / /run rw - tmpfs tmpfs rw\n");
	put(dir, "/proc/swaps", "Filename Type Size Used Priority\n");
	put(dir, "/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 7000000 kB\n");
}

void world_machine_new_drive(unsigned int drive, struct world_drive *ret)
{
	struct nvme_model model;

	nvme_model_init(&model);
	if (nvme_model_set(&model, drives[drive].settings))
		abort();
	*ret = (struct world_drive){ .firmware = model.firmware };
	nvme_model_free(&model);
}

/* What was downloaded and not committed is lost; what waits for such a reset runs. */
static void power_on(enum nvme_model_reset power)
{
	machine.lab = hwio_nvme_new();
	for (unsigned int i = 0; i < WORLD_DRIVES; i++) {
		struct hwio_nvme_drive *drive = hwio_nvme_add(machine.lab, drives[i].settings);

		if (nvme_model_set(&drive->model, "mdts=1")) /* 8 KiB: more than one block */
			abort();
		drive->model.firmware = machine.shared->drive[i].firmware;
		nvme_model_reset(&drive->model, power);
		machine.shared->drive[i].firmware = drive->model.firmware;
	}
}

/* What a drive keeps without power, whatever becomes of this process. */
static void keep(unsigned int drive, const struct nvme_passthru_cmd *cmd, int answer)
{
	struct world_drive *to = &machine.shared->drive[drive];

	to->firmware = machine.lab->drive[drive].model.firmware;
	if (answer != 0 || !cmd)
		return;
	to->begun += cmd->opcode == NVME_ADMIN_FW_DOWNLOAD && cmd->cdw11 == 0;
}

static bool changes(unsigned long request, const struct nvme_passthru_cmd *cmd)
{
	return request == (unsigned long)NVME_IOCTL_RESET ||
	       cmd->opcode == NVME_ADMIN_FW_DOWNLOAD || cmd->opcode == NVME_ADMIN_FW_COMMIT;
}

/* Between whoever disturbs and the drives: what reaches them is counted and kept. */
static int drive_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	unsigned int drive = (unsigned int)machine.lab->fd[fd].drive;
	bool reset = request == (unsigned long)NVME_IOCTL_RESET;
	const struct nvme_passthru_cmd *cmd = reset ? NULL : arg;
	struct nvme_model_firmware before = machine.lab->drive[drive].model.firmware;
	char what[64];
	uint64_t number;
	int answer;

	if (!changes(request, cmd))
		return machine.lab_ops->ioctl(hw, fd, request, arg);
	snprintf(what, sizeof(what), "%s to %s",
		 reset					 ? "reset"
		 : cmd->opcode == NVME_ADMIN_FW_DOWNLOAD ? "download"
							 : "commit",
		 drives[drive].name);
	if (durable_begin_command(what, &number))
		return -EIO;
	answer = machine.lab_ops->ioctl(hw, fd, request, arg);
	keep(drive, cmd, answer);
	if (memcmp(before.slot, machine.lab->drive[drive].model.firmware.slot, sizeof(before.slot)))
		machine.shared->drive[drive].stored++;
	durable_end(number);
	return answer;
}

static bool is_drive(const char *path)
{
	return strncmp(path, "/dev/nvme", 9) == 0 || strncmp(path, "/sys/class/nvme", 15) == 0;
}

static int seam_open(struct hwio *hw, const char *path, int flags)
{
	int fd;

	if (!is_drive(path))
		return machine.real->open(hw, path, flags);
	fd = machine.drives->ops->open(machine.drives, path, flags);
	return fd < 0 ? fd : fd + LAB_FD;
}

static int seam_close(struct hwio *hw, int fd)
{
	if (fd < LAB_FD)
		return machine.real->close(hw, fd);
	return machine.drives->ops->close(machine.drives, fd - LAB_FD);
}

static ssize_t seam_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	if (fd < LAB_FD)
		return machine.real->read(hw, fd, buf, size);
	return machine.drives->ops->read(machine.drives, fd - LAB_FD, buf, size);
}

static int seam_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	if (fd < LAB_FD)
		return machine.real->ioctl(hw, fd, request, arg);
	return machine.drives->ops->ioctl(machine.drives, fd - LAB_FD, request, arg);
}

static int seam_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		     size_t *ret_count)
{
	if (!is_drive(path))
		return machine.real->list(hw, path, ret_names, ret_count);
	return machine.drives->ops->list(machine.drives, path, ret_names, ret_count);
}

static uint64_t seam_now_ms(struct hwio *hw)
{
	(void)hw;
	return machine.drives->ops->now_ms(machine.drives);
}

static void seam_sleep_ms(struct hwio *hw, uint32_t ms)
{
	(void)hw;
	machine.drives->ops->sleep_ms(machine.drives, ms);
}

/*
 * The drives take the place of this machine's. Without the recorder: its thousands of lines in RAM
 * would take most of the time.
 */
static void insert_drives(struct session *s, const struct world_boot *boot)
{
	static struct hwio_ops lab_ops, ops;

	machine.lab_ops = machine.lab->hw.ops;
	lab_ops = *machine.lab_ops;
	lab_ops.ioctl = drive_ioctl;
	machine.lab->hw.ops = &lab_ops;
	machine.drives = &machine.lab->hw;
	if (boot->seed && hwio_fault_new_seeded(&machine.lab->hw, boot->seed, boot->one_in,
						boot->gone, &machine.drives, NULL))
		abort();
	if (s->hw != s->real)
		hwio_record_free(s->hw);
	s->hw = s->real;
	machine.real = s->real->ops;
	ops = *machine.real;
	ops.open = seam_open;
	ops.close = seam_close;
	ops.read = seam_read;
	ops.list = seam_list;
	ops.ioctl = seam_ioctl;
	ops.now_ms = seam_now_ms;
	ops.sleep_ms = seam_sleep_ms;
	s->real->ops = &ops;
}

/* What cmd_apply.c does between opening and closing. */
static int apply(struct session *s, enum exit_status *status, struct err *err)
{
	int rc = session_plan(s, err);

	if (rc)
		return rc;
	if (s->plan.step_count == 0) {
		*status = session_without_steps(s);
		return 0;
	}
	rc = session_begin(s, err);
	return rc ? rc : session_apply(s, status, err);
}

static enum exit_status run_session(const struct session_options *options,
				    const struct world_boot *boot)
{
	enum exit_status status = EXIT_INTERNAL;
	struct session session = { 0 };
	struct err err = { 0 };
	int rc = session_open(&session, options, &err);

	if (!rc) {
		insert_drives(&session, boot);
		rc = apply(&session, &status, &err);
	}
	if (rc)
		status = (enum exit_status)opts_exit_status(rc);
	session_close(&session, status, rc ? &err : NULL);
	return status;
}

static void set_output_aside(const struct world *world)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/said", world->dir);
	if (!freopen(path, "w", stdout) || dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		abort();
}

_Noreturn void world_machine_run(struct world *world, const struct world_boot *boot,
				 const char *log_dir)
{
	char repo[96], trust[96], root[96], log_ram[96], ram[96];
	const struct session_options options = {
		.choices = { .repo_dir = repo, .trust_dir = trust, .root = root },
		.log_dir = boot->no_journal ? NULL : log_dir,
		.log_ram = log_ram,
		.ram_dir = boot->in_ram ? ram : NULL,
		.journal_path = boot->no_journal ? NULL : world->journal,
		.yes = true,
		.unattended = true,
	};

	snprintf(repo, sizeof(repo), "%s/repo", world->dir);
	snprintf(trust, sizeof(trust), "%s/trust", world->dir);
	snprintf(root, sizeof(root), "%s/root", world->dir);
	snprintf(log_ram, sizeof(log_ram), "%s/ram/log", world->dir);
	snprintf(ram, sizeof(ram), "%s/ram/store", world->dir);
	set_output_aside(world);
	machine.shared = world->shared;
	power_on(boot->power);
	if (boot->seed)
		haste_begin();
	durable_arm(&world->shared->durable, world->medium);
	world->shared->status = run_session(&options, boot);
	fflush(stdout);
	if (machine.drives && machine.drives != &machine.lab->hw) {
		world->shared->calls = hwio_fault_calls(machine.drives);
		world->shared->disturbed = hwio_fault_disturbed(machine.drives);
	}
	world->shared->ended = true;
	_exit(0);
}
