/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why something is left alone: ids that never change their meaning (DESIGN 7). */
#ifndef DRYDOCK_REASON_H
#define DRYDOCK_REASON_H

enum reason {
	REASON_ALREADY_CURRENT = 1,
	REASON_NOT_APPLICABLE, /* no such device in this machine */
	REASON_NO_COMPONENT,   /* the repository has nothing for this device */
	REASON_NOT_UPDATEABLE, /* the device says that it takes no firmware */
	REASON_OLDER_THAN_INSTALLED,
	REASON_ORDER_UNKNOWN, /* different, and nobody can tell which is newer */
	REASON_BELOW_FLOOR,
	REASON_REQUIRES,
	REASON_TPM_CONSENT,
	REASON_NO_BACKEND,
	REASON_BOOT_PATH,
	REASON_DUPLICATE_TARGET,
	REASON_DEVICE_BUSY,
	REASON_UNTESTED,
	REASON_NO_PROOF,
	REASON_SUPERSEDED,   /* another component for this device was chosen */
	REASON_NOT_SELECTED, /* --only or --skip */
	REASON_COMPONENT_WITHDRAWN,
	REASON_STOPPED,	       /* an earlier step failed, --stop-on-error */
	REASON_NEEDS_HUMAN,    /* an earlier run left it in a state nobody can tell */
	REASON_NOT_UNDERSTOOD, /* the index says something this version does not know */
	REASON_HOST_POWER,     /* can be written only while the server is powered off */
	REASON_CRASH_LOOP,     /* the run died twice while it was written */
	REASON_CANARY_PENDING, /* the first of its kind waits for a reboot; this one for its proof
				*/
	REASON_HOLDER_OVERDUE, /* something it needs is held by a step that does not come back */
	REASON_LOW_MEMORY,     /* the payload does not fit into RAM, and the medium will be lost */
	REASON_ARRAY_DEGRADED, /* it is a member of a RAID set that misses another one already */
	REASON_LOW_POWER,      /* a power supply or battery says that it is not safe to write */
	REASON_LOCKDOWN,    /* the kernel is locked down, and the backend needs what it forbids */
	REASON_BEHIND_RAID, /* its RAID controller does not let firmware through to it */
	REASON_NO_WRITABLE_ESP, /* nowhere to put a capsule: only the server's own ESP would do */
	REASON_VNIC_DISABLED,	/* the iLO's virtual network adapter is off */
	REASON_NO_CREDENTIALS,	/* the BMC wants a login for it, and none was given */
	REASON_HIGH_SECURITY,	/* the iLO's security state closes the way */
	REASON_LEGACY_TLS,	/* the BMC speaks no TLS that is safe */
	REASON_BMC_UNREACHABLE, /* the BMC is there, and no way to it works */
	REASON_LAST = REASON_BMC_UNREACHABLE
};

const char *reason_id(enum reason reason);  /* "ALREADY_CURRENT" */
enum reason reason_from_id(const char *id); /* 0 = no such id */

#endif
