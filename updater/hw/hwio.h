/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one seam to the hardware. Everything that reads or writes a device goes through it, so that
 * a run can be recorded, replayed at a desk, and disturbed on purpose. libpci and libefivar do
 * their own I/O: what they were asked is recorded at their level; libcurl is behind http().
 */
#ifndef DRYDOCK_HW_HWIO_H
#define DRYDOCK_HW_HWIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define HWIO_NAME_MAX 64

/*
 * What is no file is opened by these names: they are what traces and faults know it by. Below
 * another root there is none of it (ENOENT). read() takes one datagram, write() sends one.
 *
 * Generic netlink (netlink(7), AF_NETLINK NETLINK_GENERIC); with "/<number>" behind it the socket
 * is a member of that multicast group.
 */
#define HWIO_GENL "/dev/socket/genl"
/* A datagram socket for the ioctls of network interfaces (netdevice(7)). */
#define HWIO_INET "/dev/socket/inet"
/* Never opened: http() by its name in traces and faults. */
#define HWIO_HTTP "/dev/socket/http"

/*
 * A note by this subject says what the thread does from here on ("step 3"): a recorded run is
 * replayed by such phases. A thread that never says it shares the one of the recorder's maker.
 */
#define HWIO_PHASE     "phase"
#define HWIO_PHASE_MAX 64

struct hwio;
struct box;
struct box_end;
struct http_request;
struct http_answer;
struct bmc_access;

/*
 * Every member returns what the system call returns, or a negative errno. Paths are absolute and
 * without the root prefix ("/dev/nvme0", "/sys/class/nvme"). Members must be callable from several
 * threads at once, each with descriptors of its own.
 */
struct hwio_ops {
	const char *name;
	/* flags as open(2), never O_CREAT */
	int (*open)(struct hwio *hw, const char *path, int flags);
	int (*close)(struct hwio *hw, int fd);
	/* Drivers answer some requests with a positive status: returned as it is. */
	int (*ioctl)(struct hwio *hw, int fd, unsigned long request, void *arg);
	ssize_t (*read)(struct hwio *hw, int fd, void *buf, size_t size);
	ssize_t (*write)(struct hwio *hw, int fd, const void *buf, size_t size);
	/*
	 * Reads what a drive stores; NULL = no implementation. It never gets into a trace, only its
	 * length and hash do.
	 */
	ssize_t (*pread)(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset);
	/* Waits for events (poll(2)) on fd; > 0 ready, 0 time over. timeout_ms -1 = no limit. */
	int (*poll)(struct hwio *hw, int fd, short events, int timeout_ms);
	/*
	 * The entries of a directory but "." and "..", sorted by byte value, in one malloc'ed
	 * array of *ret_count names; returns 0. A name longer than HWIO_NAME_MAX - 1 is left out.
	 */
	int (*list)(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		    size_t *ret_count);
	/* The target of a symbolic link; the length, without a NUL, at most size. */
	ssize_t (*readlink)(struct hwio *hw, const char *path, char *buf, size_t size);
	uint64_t (*now_ms)(struct hwio *hw); /* monotonic */
	void (*sleep_ms)(struct hwio *hw, uint32_t ms);
	/*
	 * Runs a vendor's program (hw/box.h) and waits for it; NULL = no implementation: no program
	 * is run against another root's copy of files. A replay answers as it ended then.
	 */
	int (*run)(struct hwio *hw, const struct box *box, struct box_end *ret);
	/* One HTTP exchange with a BMC (http.h); NULL = no implementation. */
	int (*http)(struct hwio *hw, const struct http_request *request, struct http_answer *ret);
	/* May be NULL: keeps what a library that does its own I/O was asked and answered. */
	void (*note)(struct hwio *hw, const char *subject, const char *text);
	/*
	 * NULL = the libraries are there to be asked. Else the text of the next note that they
	 * left under this subject, malloc'ed; NULL = there is none any more.
	 */
	char *(*recall)(struct hwio *hw, const char *subject);
};

struct hwio {
	const struct hwio_ops *ops;
	void *priv; /* the implementation's own */
	/* How to reach the BMC (bmc_access.h); NULL = nothing was said. Wrappers show the inner
	 * one's.
	 */
	struct bmc_access *bmc;
};

/*
 * The live machine, or another /sys and /dev below root ("" or NULL = this machine).
 * Returns NULL without memory. hwio_real_free() takes NULL.
 */
struct hwio *hwio_real_new(const char *root);
void hwio_real_free(struct hwio *hw);

/*
 * Reads a whole small file (sysfs attribute) of at most size bytes into buf; not terminated.
 * Returns the length or a negative errno; -EFBIG when the file is larger.
 */
ssize_t hwio_read_file(struct hwio *hw, const char *path, void *buf, size_t size);

/*
 * Reads a sysfs attribute as text: NUL terminated, trailing white space removed, what is not
 * printable ASCII replaced by '?'. Returns 0 or a negative errno (then buf is ""); -EFBIG when the
 * file has size bytes or more.
 */
int hwio_read_attr(struct hwio *hw, const char *path, char *buf, size_t size);

/*
 * Reads all size bytes from offset on. Returns 0 or a negative errno: -ENODATA when there are
 * fewer, -ENOSYS when the implementation cannot.
 */
int hwio_pread(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset);

/* "libpci", "0000:03:00.0 8086:1593 ...": goes into the trace of a run that is recorded. */
void hwio_note(struct hwio *hw, const char *subject, const char *text);

#endif
