/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The members of struct hpe_package that are called the same in HPE's JSON and XML, as tables. */
#ifndef FWREPO_PARSE_HPE_FIELDS_H
#define FWREPO_PARSE_HPE_FIELDS_H

#include "parse/hpe_package.h"

enum hpe_kind {
	HPE_WORD = 1, /* for programs: must fit and be without control characters */
	HPE_PROSE,    /* for people: white space becomes blanks, cut to its size */
	HPE_GUID,
	HPE_NUMBER,
	HPE_FLAG,
};

struct hpe_field {
	const char *key;
	enum hpe_kind kind;
	size_t offset, size;
	bool if_unread; /* HPE_FLAG: what it is when the text cannot be read: the careful answer */
};

/* Each ends with a NULL key. */
extern const struct hpe_field hpe_package_fields[];   /* of struct hpe_package: the top level */
extern const struct hpe_field hpe_device_fields[];    /* of struct hpe_device */
extern const struct hpe_field hpe_image_fields[];     /* of struct hpe_image */
extern const struct hpe_field hpe_supported_fields[]; /* of struct hpe_supported */
extern const struct hpe_field hpe_need_fields[];      /* of struct hpe_need */

/*
 * Sets the field of object from a text in UTF-8. What cannot be read as its kind goes to
 * pkg->unread. ERR_FORMAT: a word that is too long or has control characters.
 */
int hpe_field_set(const struct hpe_field *field, void *object, const char *text,
		  struct hpe_package *pkg, struct err *err);

/* For a value that is not even a text. */
void hpe_field_unread(const struct hpe_field *field, void *object, struct hpe_package *pkg);

/* A word; what names it in the error. "" when the text only says that there is none ("N/A"). */
int hpe_set_word(char *buf, size_t size, const char *text, const char *what, struct err *err);
/* All white space as single blanks, control characters as '?', cut between characters. */
void hpe_set_prose(char *buf, size_t size, const char *text);
/* The same of its first line that is not empty. */
void hpe_set_first_line(char *buf, size_t size, const char *text);

/* Room for one more, zeroed; its count has grown. what names them: "more than 64 conditions". */
int hpe_add_device(struct hpe_package *pkg, struct hpe_device **ret, struct err *err);
/* total: images of all devices so far. */
int hpe_add_image(struct hpe_device *dev, size_t *total, struct hpe_image **ret, struct err *err);
int hpe_add_supported(struct hpe_package *pkg, struct hpe_supported **ret, struct err *err);
int hpe_add_need(struct hpe_package *pkg, const struct hpe_need *need, struct err *err);
int hpe_add_condition(struct hpe_package *pkg, const char *text, struct err *err);
int hpe_add_file(struct hpe_package *pkg, const char *name, struct err *err);

/* "Bmc", "Uefi", "RuntimeAgent", one word or several between commas or blanks. */
void hpe_add_updatable_by(struct hpe_package *pkg, const char *words);

/* The name of a member that was not understood. */
void hpe_unread(struct hpe_package *pkg, const char *name);

#endif
