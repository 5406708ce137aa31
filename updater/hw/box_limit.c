/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a program in the box may do: capabilities(7), seccomp(2), getrlimit(2). */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hw/box_internal.h"

#define BIT(cap) (1ull << (cap))

/* The files that it unpacks in its /tmp, and commands that drivers pass through to devices. */
#define CAPS_ALWAYS                                                                   \
	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) | \
	 BIT(CAP_SYS_RAWIO))

static int failed(struct err *err, const char *what)
{
	return err_set_errno(err, ERR_IO, errno, "%s", what);
}

static int drop_caps(uint64_t keep, struct err *err)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)keep, (uint32_t)keep, 0 },
		{ (uint32_t)(keep >> 32), (uint32_t)(keep >> 32), 0 },
	};

	/* Beyond the last one the kernel says EINVAL. */
	for (unsigned long cap = 0; cap < 64; cap++)
		if (!(keep & BIT(cap)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) && errno != EINVAL)
			return failed(err, "capabilities");
	if (syscall(SYS_capset, &head, data))
		return failed(err, "capabilities");
	return 0;
}

/*
 * CAP_SYS_ADMIN, which NVMe passthrough wants, would allow to mount devtmpfs and with it all nodes
 * of the machine: the calls that mount, enter namespaces or load programs into the kernel are
 * refused. Numbers: arch/x86/entry/syscalls/syscall_64.tbl and syscall_32.tbl of Linux 6.12.
 */
#define FIRST_MOUNT_FD 428 /* open_tree, move_mount, fsopen, fsconfig, fsmount, fspick */
#define LAST_MOUNT_FD  433
#define MOUNT_SETATTR  442
#define X32_BIT	       0x40000000

static const unsigned short refused_64[] = { 165, 166, 155, 272, 308, 321 };
static const unsigned short refused_32[] = { 21, 22, 52, 217, 310, 346, 357 };

#define LOAD(field)	      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define EQUAL(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define BELOW(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, value, no, yes)
#define RETURN(value)	      BPF_STMT(BPF_RET | BPF_K, value)
#define DENY		      (SECCOMP_RET_ERRNO | EPERM)

/* Room for both tables and what is around them. */
struct program {
	struct sock_filter code[64];
	unsigned short len;
};

static void emit(struct program *program, struct sock_filter line)
{
	program->code[program->len++] = line;
}

/* Each line that refuses is the one behind its condition: no distances to be counted. */
static void refuse(struct program *program, const unsigned short *numbers, size_t count)
{
	emit(program, (struct sock_filter)LOAD(nr));
	for (size_t i = 0; i < count; i++) {
		emit(program, (struct sock_filter)EQUAL(numbers[i], 0, 1));
		emit(program, (struct sock_filter)RETURN(DENY));
	}
	emit(program, (struct sock_filter)BELOW(FIRST_MOUNT_FD, 2, 0));
	emit(program, (struct sock_filter)BELOW(LAST_MOUNT_FD + 1, 0, 1));
	emit(program, (struct sock_filter)RETURN(DENY));
	emit(program, (struct sock_filter)EQUAL(MOUNT_SETATTR, 0, 1));
	emit(program, (struct sock_filter)RETURN(DENY));
	emit(program, (struct sock_filter)BELOW(X32_BIT, 1, 0));
	emit(program, (struct sock_filter)RETURN(DENY));
	emit(program, (struct sock_filter)RETURN(SECCOMP_RET_ALLOW));
}

static int refuse_calls(struct err *err)
{
	struct program program = { .len = 0 };
	struct sock_fprog filter = { .filter = program.code };
	unsigned short skip;

	emit(&program, (struct sock_filter)LOAD(arch));
	emit(&program, (struct sock_filter)EQUAL(AUDIT_ARCH_X86_64, 0, 0));
	skip = program.len;
	refuse(&program, refused_64, sizeof(refused_64) / sizeof(*refused_64));
	program.code[skip - 1].jf = (unsigned char)(program.len - skip);
	emit(&program, (struct sock_filter)EQUAL(AUDIT_ARCH_I386, 1, 0));
	emit(&program, (struct sock_filter)RETURN(DENY));
	refuse(&program, refused_32, sizeof(refused_32) / sizeof(*refused_32));
	filter.len = program.len;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0))
		return failed(err, "seccomp");
	return 0;
}

int box_limit(const struct box *box, struct err *err)
{
	const struct rlimit none = { 0, 0 };
	int rc = drop_caps(CAPS_ALWAYS | (box->admin ? BIT(CAP_SYS_ADMIN) : 0), err);

	if (rc)
		return rc;
	if (setrlimit(RLIMIT_CORE, &none))
		return failed(err, "core files");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return failed(err, "no new privileges");
	return refuse_calls(err);
}
