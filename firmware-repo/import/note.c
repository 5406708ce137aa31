/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/note.h"

#include <stddef.h>

static const struct {
	const char *id, *sentence;
	bool dropped;
} notes[] = {
	[0] = { "UNKNOWN", "unknown", false },
	[NOTE_IMPORTED] = { "IMPORTED", "imported", false },
	[NOTE_ALREADY_THERE] = { "ALREADY_THERE", "the repository has it already", false },
	[NOTE_NO_PROOF] = { "NO_PROOF",
			    "imported, but nothing is known that would prove it: it cannot run "
			    "unattended",
			    false },
	[NOTE_NOT_FOR_THESE] = { "NOT_FOR_THESE", "none of the given servers has such a device",
				 true },
	[NOTE_CANNOT_TELL] = { "CANNOT_TELL",
			       "the given inventories do not show whether it fits "
			       "(--keep-undecided)",
			       true },
	[NOTE_SUPERSEDED] = { "SUPERSEDED", "a newer one is in the same import", true },
	[NOTE_SOFTWARE] = { "SOFTWARE", "software for an operating system", true },
	[NOTE_VENDOR_TOOL] = { "VENDOR_TOOL",
			       "only the vendor's own tool can apply it (--vendor-tools)", true },
	[NOTE_NO_IMAGE] = { "NO_IMAGE", "no firmware image of a known kind inside", true },
	[NOTE_NO_TARGET] = { "NO_TARGET", "it does not say which devices it is for", true },
	[NOTE_UNKNOWN_TARGET] = { "UNKNOWN_TARGET", "a target of a kind that is not known", false },
	[NOTE_UNKNOWN_PROTOCOL] = { "UNKNOWN_PROTOCOL", "an update protocol that is not known",
				    true },
	[NOTE_UNKNOWN_FORMAT] = { "UNKNOWN_FORMAT", "a file of no known kind", true },
	[NOTE_UNREAD] = { "UNREAD", "something in its description is not understood", false },
	[NOTE_REQUIREMENT] = { "REQUIREMENT", "a condition that is told and not enforced", false },
	[NOTE_MANY_IMAGES] = { "MANY_IMAGES", "several images in an order that is not told", true },
	[NOTE_UNVERIFIED_SIGNATURE] = { "UNVERIFIED_SIGNATURE",
					"the vendor's signature goes along, the device checks it",
					false },
	[NOTE_INSIDE] = { "INSIDE", "part of what was imported", false },
};

#define COUNT (sizeof(notes) / sizeof(*notes))

const char *note_id(enum note note)
{
	return notes[(size_t)note < COUNT ? note : 0].id;
}

const char *note_sentence(enum note note)
{
	return notes[(size_t)note < COUNT ? note : 0].sentence;
}

bool note_is_dropped(enum note note)
{
	return notes[(size_t)note < COUNT ? note : 0].dropped;
}
