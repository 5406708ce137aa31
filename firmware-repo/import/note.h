/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why something was not imported, or was but not as one would wish: stable ids. */
#ifndef FWREPO_NOTE_H
#define FWREPO_NOTE_H

#include <stdbool.h>

enum note {
	NOTE_IMPORTED = 1,	   /* it is a component now */
	NOTE_ALREADY_THERE,	   /* the same component with the same bytes was there */
	NOTE_NO_PROOF,		   /* imported, but no field is known that would prove it */
	NOTE_NOT_FOR_THESE,	   /* fits none of the servers that were given (--for) */
	NOTE_CANNOT_TELL,	   /* those inventories do not show whether it fits (--for) */
	NOTE_SUPERSEDED,	   /* a newer one for the same targets is in the same import */
	NOTE_SOFTWARE,		   /* a driver or program for an operating system */
	NOTE_VENDOR_TOOL,	   /* only the vendor's own tool can apply it (--vendor-tools) */
	NOTE_NO_IMAGE,		   /* no firmware image inside that is known */
	NOTE_NO_TARGET,		   /* it does not say which devices it fits */
	NOTE_UNKNOWN_TARGET,	   /* one of its targets is of a kind that is not known */
	NOTE_UNKNOWN_PROTOCOL,	   /* an update protocol that nothing here speaks */
	NOTE_UNKNOWN_FORMAT,	   /* a file of no known kind */
	NOTE_UNREAD,		   /* a member of its metadata that is not understood */
	NOTE_REQUIREMENT,	   /* a prerequisite that cannot be expressed: said, not enforced */
	NOTE_MANY_IMAGES,	   /* several images for one device in a form that is not known */
	NOTE_UNVERIFIED_SIGNATURE, /* the vendor's signature travels along, it was not checked */
	NOTE_INSIDE,		   /* a part of what was imported, told for the record */
	NOTE_LAST = NOTE_INSIDE
};

const char *note_id(enum note note);	   /* "NOT_FOR_THESE" */
const char *note_sentence(enum note note); /* for people, without a full stop */
bool note_is_dropped(enum note note);	   /* it says that nothing was imported */

#endif
