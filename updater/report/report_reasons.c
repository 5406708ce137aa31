/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ids of reason.h and err.h for people: what is meant, and what can be done. */
#include <string.h>

#include "report/report_story.h"

static const struct {
	const char *id, *words;
} reasons[] = {
	{ "ALREADY_CURRENT", "It runs this version already; nothing is to be done." },
	{ "NOT_APPLICABLE", "No device in this machine fits the component." },
	{ "NO_COMPONENT", "The repository has nothing for this device." },
	{ "NOT_UPDATEABLE", "The device itself says that it takes no firmware." },
	{ "OLDER_THAN_INSTALLED",
	  "The device runs something newer; going back needs a yes "
	  "(--allow-downgrade, within the policy)." },
	{ "ORDER_UNKNOWN",
	  "The versions differ and nobody can tell which is newer; --rewrite or "
	  "--allow-downgrade decides, within the policy." },
	{ "BELOW_FLOOR", "The signed index forbids versions as old as this one." },
	{ "REQUIRES", "Something that must be in place first is not, or did not end well." },
	{ "TPM_CONSENT",
	  "It changes TPM measurements (BitLocker and others would ask for their "
	  "recovery key): it needs consent (--tpm-consent, within the policy)." },
	{ "NO_BACKEND", "This version cannot write to such a device." },
	{ "BOOT_PATH", "This run itself depends on the device." },
	{ "DUPLICATE_TARGET", "It is the same device as another one, which is written." },
	{ "DEVICE_BUSY", "The device is in use or being rebuilt; try again when it is idle." },
	{ "UNTESTED", "The policy wants more evidence for such devices than this version has." },
	{ "NO_PROOF", "No field of the device would prove the result; it needs a yes." },
	{ "SUPERSEDED", "Another component was chosen for the device." },
	{ "NOT_SELECTED", "It was not asked for (--only, --skip)." },
	{ "COMPONENT_WITHDRAWN",
	  "It did not end well on another device, so no further device gets "
	  "it in this run: look at that device first." },
	{ "STOPPED", "An earlier step failed and --stop-on-error was given." },
	{ "NEEDS_HUMAN",
	  "An earlier run left the device in a state that nobody can tell: look at "
	  "it, then run again." },
	{ "NOT_UNDERSTOOD",
	  "The index says something that this version does not know: use a newer "
	  "Drydock." },
	{ "HOST_POWER", "It can be written only while the server is powered off." },
	{ "CRASH_LOOP",
	  "The run died twice while this was written to this device: a person must "
	  "find out why before it is tried again." },
	{ "CANARY_PENDING",
	  "The first device of its kind needs a reboot before it can be proven; "
	  "this one comes after that." },
	{ "HOLDER_OVERDUE", "A step that does not come back holds what this one needs." },
	{ "LOW_MEMORY",
	  "It must be held in RAM, because writing it takes the medium away, and "
	  "there is not enough RAM." },
	{ "ARRAY_DEGRADED",
	  "It is a member of a RAID set that misses a member already: repair the "
	  "set first." },
	{ "LOW_POWER", "A power supply or battery says that it is not safe to write now." },
	{ "LOCKDOWN", "The locked down kernel (Secure Boot) forbids what is needed for it." },
	{ "BEHIND_RAID",
	  "It is behind a RAID controller that lets no firmware through to it: the controller's "
	  "own "
	  "tool must write it." },
	{ "NO_WRITABLE_ESP",
	  "The firmware takes this update only from an EFI system partition, and there is none "
	  "but the server's own, which is not ours: boot from a USB stick, which has one." },
	{ "VNIC_DISABLED",
	  "The iLO's virtual network adapter is off; switching it on resets the iLO and needs a "
	  "yes (--enable-vnic, within the policy)." },
	{ "NO_CREDENTIALS",
	  "The management controller wants a login for this: give one (--ilo-login FILE), or let "
	  "the run make an account of its own on the iLO (--temporary-account, within the "
	  "policy)." },
	{ "HIGH_SECURITY",
	  "The iLO is in a security state in which the host may not manage it without a login: "
	  "give one (--ilo-login FILE)." },
	{ "LEGACY_TLS",
	  "The management controller speaks no TLS newer than 1.1, which is not used: its "
	  "vendor's own tool can write it." },
	{ "BMC_UNREACHABLE",
	  "The management controller does not answer, or there is no way from here that carries "
	  "firmware." },
	{ "HASH", "Bytes on the medium are not the signed ones: the medium is damaged." },
	{ "SIGNATURE", "The repository is not signed as the policy demands." },
	{ "PROOF",
	  "The device took it without an error, but what it shows afterwards is not what "
	  "was to be there." },
	{ "OVERDUE",
	  "The device has not answered for longer than anybody expects; the write is "
	  "left alone and may still end." },
	{ "DEVICE", "The device refused it or answered with an error." },
	{ "DEVICE_GONE", "The device does not answer any more." },
	{ "BUSY", "The device was not as the plan had seen it, or somebody else uses it." },
	{ "INTERRUPTED", "The run was cut off or asked to stop." },
	{ "FULL", "The journal or the medium had no room: without a record nothing is written." },
	{ "IO", "The medium could not be read or written." },
	{ "POLICY", "The policy does not allow it." },
};

const char *report_reason_words(const char *id)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strcmp(reasons[i].id, id) == 0)
			return reasons[i].words;
	return "";
}
