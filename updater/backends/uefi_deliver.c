/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/uefi_deliver.h"

#include <stdio.h>
#include <string.h>

#include "format/le.h"

/* In the order in which they are tried. */
static const struct uefi_delivery *const deliveries[] = { &uefi_by_loader, &uefi_by_disk,
							  &uefi_by_helper };

static const char fmp_guid[] = "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"; /* UEFI 2.10, 23.3.1 */

static void put_header(uint8_t header[CAPSULE_HEADER_BYTES], const uint8_t guid[GUID_BYTES],
		       uint32_t header_size, uint32_t flags, uint64_t size)
{
	memcpy(header, guid, GUID_BYTES);
	le32_put(header + 16, header_size);
	le32_put(header + 20, uefi_plan_flags(flags));
	le32_put(header + 24, (uint32_t)size);
}

static void add_text(struct err *all, const struct uefi_delivery *delivery, const struct err *why)
{
	size_t len = strlen(all->text);

	/* The one that a person can do something about: boot from another medium. */
	if (!all->code || why->code == ERR_NO_WRITABLE_ESP)
		all->code = why->code;
	snprintf(all->text + len, sizeof(all->text) - len, "%s%s: %s", len ? "; " : "",
		 delivery->words, why->text);
}

static int choose(struct backend_io *io, const uint8_t *header, uint64_t size,
		  const struct uefi_delivery **ret, struct err *err)
{
	struct err all = { 0 };

	for (size_t i = 0; i < sizeof(deliveries) / sizeof(*deliveries); i++) {
		struct err why = { 0 };

		*ret = deliveries[i];
		if (deliveries[i]->ask(io, header, size, &why) == 0)
			return 0;
		add_text(&all, deliveries[i], &why);
	}
	return err_set(err, all.code, "%s", all.text);
}

int uefi_deliver_choose(struct backend_io *io, const struct uefi_capsule *cap,
			const struct uefi_delivery **ret, struct err *err)
{
	uint8_t header[CAPSULE_HEADER_BYTES];

	put_header(header, cap->head.guid, cap->head.header_size, cap->head.flags, cap->head.size);
	return choose(io, header, cap->head.size, ret, err);
}

int uefi_deliver_check(struct backend_io *io, const char *guid, struct err *err)
{
	const char *const guids[] = { guid, fmp_guid };
	uint8_t header[CAPSULE_HEADER_BYTES], bytes[GUID_BYTES];
	const struct uefi_delivery *delivery;
	int rc = ERR_FORMAT;

	for (size_t i = 0; rc && i < sizeof(guids) / sizeof(*guids); i++) {
		if (guid_parse_mixed(guids[i], bytes))
			return err_set(err, ERR_FORMAT, "\"%s\" is no GUID", guids[i]);
		put_header(header, bytes, CAPSULE_HEADER_BYTES, 0, io->payload->size);
		rc = choose(io, header, io->payload->size, &delivery, err);
	}
	return rc;
}
