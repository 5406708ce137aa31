/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/smbios.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "tap.h"

#define STRING(s) s "\0"

/* DSP0134 7.1: 18h bytes before 2.4, 1Ah since. */
#define BIOS_HEAD "\x00\x1a\x00\x00\x01\x02\x00\xf0\x03\x0f"
#define BIOS                                                                                     \
	BIOS_HEAD "\0\0\0\0\0\0\0\0\0\0\x02\x22\x01\x47\0\0" STRING("Example Ltd") STRING("U30") \
		STRING("04/08/2020") "\0"
#define SYSTEM                                                                                 \
	"\x01\x1b\x01\x00\x01\x02\x03\x04"                                                     \
	"\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee\xff"                     \
	"\x06\x05\x06" STRING("Example Ltd") STRING("Server 9") STRING("A2") STRING("SN-0042") \
		STRING("P00-001") STRING("Line") "\0"
#define BOARD "\x02\x08\x02\x00\x01\x02\x00\x03" STRING("Board Ltd") STRING("B1") STRING("BSN") "\0"
#define CHASSIS \
	"\x03\x09\x03\x00\x01\x97\x00\x02\x03" STRING("Box Ltd") STRING("CSN") STRING("Tag 7") "\0"
#define HOST_INTERFACE "\x2a\x06\x04\x00\x40\x00\0\0"
#define FIRMWARE       "\x2d\x04\x05\x00\0\0"
#define END	       "\x7f\x04\xff\xff\0\0"

static int summarize(const char *table, size_t len, struct smbios_summary *ret)
{
	/* On the heap and exact, so that a read behind its end is seen. */
	CLEANUP_FREE uint8_t *exact = malloc(len ? len : 1);

	memcpy(exact, table, len);
	return smbios_summarize(exact, len, ret, NULL);
}

static void everything_of_a_machine(void)
{
	static const char table[] =
		BIOS SYSTEM BOARD CHASSIS HOST_INTERFACE FIRMWARE FIRMWARE END "junk";
	struct smbios_summary sum;

	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.bios_vendor, "Example Ltd");
	CHECK_STR(sum.bios_version, "U30");
	CHECK_STR(sum.bios_date, "04/08/2020");
	CHECK_STR(sum.bios_release, "2.34");
	CHECK_STR(sum.ec_release, "1.71");
	CHECK_STR(sum.system_vendor, "Example Ltd");
	CHECK_STR(sum.system_product, "Server 9");
	CHECK_STR(sum.system_version, "A2");
	CHECK_STR(sum.system_serial, "SN-0042");
	CHECK_STR(sum.system_sku, "P00-001");
	CHECK_STR(sum.system_family, "Line");
	CHECK_STR(sum.system_uuid, "00112233-4455-6677-8899-aabbccddeeff");
	CHECK_STR(sum.board_vendor, "Board Ltd");
	CHECK_STR(sum.board_product, "B1");
	CHECK_STR(sum.board_version, "");
	CHECK_STR(sum.board_serial, "BSN");
	CHECK_STR(sum.chassis_vendor, "Box Ltd");
	CHECK_STR(sum.chassis_serial, "CSN");
	CHECK_STR(sum.chassis_asset, "Tag 7");
	CHECK_INT(sum.host_interfaces, 1);
	CHECK_INT(sum.firmware_components, 2);
}

/* A short structure has no SKU, and FFh means that there is no release. */
static void older_tables_have_less(void)
{
	static const char table[] = "\x00\x18\x00\x00\x01\x02\x00\xf0\x03\x0f"
				    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xff\xff" STRING("V") STRING("1")
					    STRING("D") "\0"
							"\x01\x08\x01\x00\x01\x02\x00\x03" STRING(
								"M") STRING("P") STRING("S") "\0" END;
	struct smbios_summary sum;

	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.bios_version, "1");
	CHECK_STR(sum.bios_release, "");
	CHECK_STR(sum.ec_release, "");
	CHECK_STR(sum.system_serial, "S");
	CHECK_STR(sum.system_sku, "");
	CHECK_STR(sum.system_uuid, "");
}

static void the_first_of_a_type_counts(void)
{
	static const char table[] = BOARD "\x02\x08\x09\x00\x01\x02\x00\x03" STRING("Other")
		STRING("B2") STRING("X") "\0" END;
	struct smbios_summary sum;

	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.board_vendor, "Board Ltd");
	CHECK_STR(sum.board_serial, "BSN");
}

static void strings_that_are_not_there_are_empty(void)
{
	static const char table[] =
		"\x02\x08\x02\x00\x09\xff\x00\x02" STRING("one") STRING("two ") "\0" END;
	struct smbios_summary sum;

	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.board_vendor, "");
	CHECK_STR(sum.board_product, "");
	CHECK_STR(sum.board_version, "");
	CHECK_STR(sum.board_serial, "two");
}

static void unset_uuids_are_left_out(void)
{
	char table[] = SYSTEM END;
	struct smbios_summary sum;

	memset(table + 8, 0xff, 16);
	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.system_uuid, "");
	CHECK_STR(sum.system_serial, "SN-0042");
	memset(table + 8, 0, 16);
	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.system_uuid, "");
}

/* A structure that ends within its UUID has none. */
static void half_a_uuid_is_left_out(void)
{
	static const char table[] =
		"\x01\x17\x01\x00\x00\x00\x00\x00"
		"\x33\x22\x11\x00\x55\x44\x77\x66\x88\x99\xaa\xbb\xcc\xdd\xee"
		"\0\0" END;
	struct smbios_summary sum;

	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.system_uuid, "");
}

/* What was read before the damage stays. */
static void every_cut_is_survived(void)
{
	static const char table[] = BIOS SYSTEM BOARD;
	const size_t bios = sizeof(BIOS) - 1, system = bios + sizeof(SYSTEM) - 1;
	struct smbios_summary sum;

	for (size_t len = 0; len < sizeof(table) - 1; len++) {
		int whole = len == 0 || len == bios || len == system;

		CHECK_INT(summarize(table, len, &sum), whole ? 0 : ERR_FORMAT);
		CHECK_STR(sum.bios_version, len >= bios ? "U30" : "");
		CHECK_STR(sum.system_serial, len >= system ? "SN-0042" : "");
	}
	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), 0);
	CHECK_STR(sum.board_serial, "BSN");
}

static void a_length_below_four_is_damage(void)
{
	static const char table[] = "\x01\x03\x00\x00\0\0\0\0";
	struct smbios_summary sum;

	CHECK_INT(summarize(table, sizeof(table) - 1, &sum), ERR_FORMAT);
}

static void structures_are_walked_one_by_one(void)
{
	static const char table[] = HOST_INTERFACE BOARD END;
	const uint8_t *buf = (const uint8_t *)table;
	struct smbios_entry entry;
	size_t pos = 0;
	char text[32];

	CHECK_INT(smbios_next(buf, sizeof(table) - 1, &pos, &entry, NULL), 1);
	CHECK_INT(entry.type, SMBIOS_TYPE_HOST_INTERFACE);
	CHECK_INT(entry.handle, 4);
	CHECK_INT(entry.data_len, 6);
	CHECK_INT(entry.data[4], 0x40);
	smbios_string(&entry, 4, text, sizeof(text));
	CHECK_STR(text, "");
	CHECK_INT(smbios_next(buf, sizeof(table) - 1, &pos, &entry, NULL), 1);
	CHECK_INT(entry.type, SMBIOS_TYPE_BOARD);
	smbios_string(&entry, 5, text, sizeof(text));
	CHECK_STR(text, "B1");
	smbios_string(&entry, 4, text, 4);
	CHECK_STR(text, "Boa");
	smbios_string(&entry, 8, text, sizeof(text));
	CHECK_STR(text, "");
	CHECK_INT(smbios_next(buf, sizeof(table) - 1, &pos, &entry, NULL), 0);
}

int main(void)
{
	TAP_RUN(everything_of_a_machine);
	TAP_RUN(older_tables_have_less);
	TAP_RUN(the_first_of_a_type_counts);
	TAP_RUN(strings_that_are_not_there_are_empty);
	TAP_RUN(unset_uuids_are_left_out);
	TAP_RUN(half_a_uuid_is_left_out);
	TAP_RUN(every_cut_is_survived);
	TAP_RUN(a_length_below_four_is_damage);
	TAP_RUN(structures_are_walked_one_by_one);
	return TAP_END();
}
