/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program of somebody else's, run with next to nothing around it: mount, PID, network, IPC and
 * UTS namespaces of its own (namespaces(7)), its runtime as a read-only root, a /tmp of limited
 * size, the device nodes that are named and no others, few capabilities, no network interface.
 *
 * This process has many threads, and after fork() a thread of such a process may call nothing but
 * async-signal-safe functions until it execs (signal-safety(7)). Making a box takes a loop device,
 * a dozen mounts and a second fork, so the program itself is started again (posix_spawn of
 * /proc/self/exe with BOX_WORD): there it is alone and may do what it likes.
 *
 * That process outlives this one: nothing ever ends the program but the program (law 8). It reads
 * the output whatever becomes of us, so that no write ends with SIGPIPE.
 */
#ifndef DRYDOCK_HW_BOX_H
#define DRYDOCK_HW_BOX_H

#include <stdbool.h>
#include <stddef.h>

#define BOX_WORD      "run-in-box" /* argv[1] of a program that is to call box_main() */
#define BOX_PAYLOAD   "/run/payload"
#define BOX_TMP_BYTES (256u << 20)
#define BOX_LOG_BYTES (256u << 10) /* of the output: as much of its beginning, a quarter of it */
#define BOX_LOG_TAIL  (64u << 10)  /* of its end */

/*
 * In dir, a folder of this run alone, lie "payload" (mode 0500) and, with has_runtime, "runtime"
 * (a squashfs). It gets "root" (a mount point) and "log" (what the program said).
 */
struct box {
	const char *dir;
	bool has_runtime; /* without one the payload is a static program */
	/* "/dev/nvme0", "/dev/bsg" (a folder with all that is in it). */
	const char *const *nodes;
	size_t node_count;
	bool sysfs;	  /* read-only */
	bool sysfs_write; /* to be written, too */
	bool admin;	  /* with CAP_SYS_ADMIN, which drivers want for what they pass through */
	const char *const *argv; /* NULL-terminated; argv[0] is a path in the box */
};

enum box_result {
	BOX_EXITED = 1, /* by itself, with code */
	BOX_SIGNALLED,	/* by signal number code */
	BOX_NOT_BEGUN,	/* text says why */
	BOX_LOST,	/* how it ended is not known */
};

struct box_end {
	enum box_result result;
	int code;
	char text[200];
};

/*
 * Runs the program and waits for it and all that it started, without an end. root is put before
 * the nodes' paths ("" on the live machine). Returns 0, or a negative errno: nothing was started.
 */
int box_run(const char *root, const struct box *box, struct box_end *ret);

/* The process that makes the box: argv as box_run() gives it, behind BOX_WORD. Does not return. */
_Noreturn void box_main(int argc, char **argv);

#endif
