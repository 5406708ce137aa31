/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program in the box sees: its namespaces and file systems. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "hw/box_internal.h"

#define LOOP_TRIES 64

/* What programs expect in any /dev. */
static const char *const usual_nodes[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
					   "/dev/urandom" };
static const char *const folders[] = { "dev", "proc", "run", "sys", "tmp" };

/* DIR/root and path, which begins with '/'. */
static int in_root(const struct box *box, const char *path, char ret[FSIO_PATH_MAX],
		   struct err *err)
{
	int len = snprintf(ret, FSIO_PATH_MAX, "%s/root%s", box->dir, path);

	return len < 0 || len >= FSIO_PATH_MAX ? err_set(err, ERR_IO, "%s: too long", path) : 0;
}

static int do_mount(const char *source, const char *target, const char *type, unsigned long flags,
		    const char *data, struct err *err)
{
	if (mount(source, target, type, flags, data) == 0)
		return 0;
	return err_set_errno(err, ERR_IO, errno, "mount %s", target);
}

/* A loop device that is free may be taken by somebody else before it is ours. */
static int open_loop(int file, char name[32], struct err *err)
{
	struct loop_config config = {
		.fd = (uint32_t)file,
		.info = { .lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR },
	};
	CLEANUP_CLOSE int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);

	if (control < 0)
		return err_set_errno(err, ERR_IO, errno, "/dev/loop-control");
	for (unsigned int i = 0; i < LOOP_TRIES; i++) {
		int number = ioctl(control, LOOP_CTL_GET_FREE), fd;

		if (number < 0)
			return err_set_errno(err, ERR_IO, errno, "no free loop device");
		snprintf(name, 32, "/dev/loop%d", number);
		fd = open(name, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return err_set_errno(err, ERR_IO, errno, "%s", name);
		if (syscall(SYS_ioctl, fd, (unsigned long)LOOP_CONFIGURE, &config) == 0)
			return fd;
		close(fd);
		if (errno != EBUSY)
			return err_set_errno(err, ERR_IO, errno, "%s", name);
	}
	return err_set(err, ERR_IO, "no free loop device");
}

static int mount_runtime(const struct box *box, const char *root, struct err *err)
{
	CLEANUP_CLOSE int file = -1;
	CLEANUP_CLOSE int loop = -1;
	char path[FSIO_PATH_MAX], name[32];
	int rc = fsio_join(path, box->dir, "runtime", err);

	if (rc)
		return rc;
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	loop = open_loop(file, name, err);
	if (loop < 0)
		return loop;
	rc = do_mount(name, root, "squashfs", MS_RDONLY | MS_NOSUID | MS_NODEV, NULL, err);
	return rc ? err_prefix(err, "the runtime") : 0;
}

/* Nothing but the folders that are mounted over. */
static int make_empty_root(const struct box *box, const char *root, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = do_mount("none", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=0755", err);

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders) && !rc; i++) {
		char name[8];

		snprintf(name, sizeof(name), "/%s", folders[i]);
		rc = in_root(box, name, path, err);
		if (!rc && mkdir(path, 0755))
			rc = err_set_errno(err, ERR_IO, errno, "%s", path);
	}
	return rc ? rc
		  : do_mount("none", root, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID, NULL, err);
}

static int mount_tmpfs(const struct box *box, const char *where, unsigned long flags,
		       const char *options, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = in_root(box, where, path, err);

	return rc ? rc : do_mount("none", path, "tmpfs", flags | MS_NOSUID, options, err);
}

/* Something to mount over, of the same kind. */
static int make_place(const char *path, bool folder, struct err *err)
{
	char parent[FSIO_PATH_MAX];
	int fd, rc;

	if (folder)
		return fsio_mkdir_p(path, 0755, err);
	snprintf(parent, sizeof(parent), "%s", path);
	*strrchr(parent, '/') = '\0';
	rc = fsio_mkdir_p(parent, 0755, err);
	if (rc)
		return rc;
	fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	close(fd);
	return 0;
}

static int bind(const struct box *box, const char *source, const char *where, struct err *err)
{
	char path[FSIO_PATH_MAX];
	struct stat st;
	int rc = in_root(box, where, path, err);

	if (!rc && stat(source, &st))
		rc = err_set_errno(err, ERR_IO, errno, "%s", source);
	if (!rc)
		rc = make_place(path, S_ISDIR(st.st_mode), err);
	return rc ? rc : do_mount(source, path, NULL, MS_BIND | MS_REC, NULL, err);
}

static int mount_dev(const struct box *box, const char *prefix, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = mount_tmpfs(box, "/dev", MS_NOEXEC, "size=1m,mode=0755", err);

	for (size_t i = 0; i < sizeof(usual_nodes) / sizeof(*usual_nodes) && !rc; i++)
		rc = bind(box, usual_nodes[i], usual_nodes[i], err);
	for (size_t i = 0; i < box->node_count && !rc; i++) {
		int len = snprintf(path, sizeof(path), "%s%s", prefix, box->nodes[i]);

		rc = len < 0 || (size_t)len >= sizeof(path)
			     ? err_set(err, ERR_IO, "%s: too long", box->nodes[i])
			     : bind(box, path, box->nodes[i], err);
	}
	if (!rc)
		rc = in_root(box, "/dev/fd", path, err);
	if (!rc && symlink("/proc/self/fd", path))
		rc = err_set_errno(err, ERR_IO, errno, "%s", path);
	if (!rc)
		rc = in_root(box, "/dev", path, err);
	return rc ? rc
		  : do_mount("none", path, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NOEXEC,
			     NULL, err);
}

static int mount_payload(const struct box *box, struct err *err)
{
	char source[FSIO_PATH_MAX], path[FSIO_PATH_MAX];
	int rc = mount_tmpfs(box, "/run", MS_NODEV, "size=1m,mode=0755", err);

	if (!rc)
		rc = fsio_join(source, box->dir, "payload", err);
	if (!rc)
		rc = bind(box, source, BOX_PAYLOAD, err);
	if (!rc)
		rc = in_root(box, BOX_PAYLOAD, path, err);
	/* Where RAM file systems are mounted noexec, it is lifted here alone. */
	return rc ? rc
		  : do_mount("none", path, NULL,
			     MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL, err);
}

static int mount_sysfs(const struct box *box, struct err *err)
{
	unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	char path[FSIO_PATH_MAX];
	int rc = in_root(box, "/sys", path, err);

	if (rc || !box->sysfs)
		return rc;
	return do_mount("none", path, "sysfs", box->sysfs_write ? flags : flags | MS_RDONLY, NULL,
			err);
}

static int mount_root(const struct box *box, struct err *err)
{
	char root[FSIO_PATH_MAX];
	int rc = in_root(box, "", root, err);

	if (!rc && mkdir(root, 0700))
		rc = err_set_errno(err, ERR_IO, errno, "%s", root);
	if (rc)
		return rc;
	return box->has_runtime ? mount_runtime(box, root, err) : make_empty_root(box, root, err);
}

int box_root_make(const struct box *box, const char *prefix, struct err *err)
{
	char options[48];
	int rc;

	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS))
		return err_set_errno(err, ERR_IO, errno, "namespaces");
	snprintf(options, sizeof(options), "size=%u,mode=1777", BOX_TMP_BYTES);
	rc = do_mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL, err);
	if (!rc)
		rc = mount_root(box, err);
	if (!rc)
		rc = mount_tmpfs(box, "/tmp", MS_NODEV, options, err);
	if (!rc)
		rc = mount_dev(box, prefix, err);
	if (!rc)
		rc = mount_payload(box, err);
	return rc ? rc : mount_sysfs(box, err);
}

/*
 * The initramfs is rootfs, which pivot_root(2) does not leave: there the new root is moved over it.
 * Without CAP_SYS_CHROOT and a descriptor outside, what lies below is out of reach.
 */
static int leave_old_root(struct err *err)
{
	if (syscall(SYS_pivot_root, ".", ".") == 0)
		return umount2(".", MNT_DETACH) ? err_set_errno(err, ERR_IO, errno, "old root") : 0;
	if (mount(".", "/", NULL, MS_MOVE, NULL) || chroot("."))
		return err_set_errno(err, ERR_IO, errno, "the new root");
	return 0;
}

int box_root_enter(const struct box *box, struct err *err)
{
	char path[FSIO_PATH_MAX];
	int rc = in_root(box, "/proc", path, err);

	/* /proc/sysrq-trigger and /proc/sys are the machine's: only to be read. */
	if (!rc)
		rc = do_mount("none", path, "proc", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
			      NULL, err);
	if (!rc)
		rc = in_root(box, "", path, err);
	if (!rc && chdir(path))
		rc = err_set_errno(err, ERR_IO, errno, "%s", path);
	if (!rc)
		rc = leave_old_root(err);
	if (!rc && chdir("/"))
		rc = err_set_errno(err, ERR_IO, errno, "/");
	return rc;
}
