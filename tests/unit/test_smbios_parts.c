/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/smbios_parts.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "tap.h"

#define S(s) s "\0"

/* One structure with its strings, from a buffer that ends right behind it. */
struct entry {
	uint8_t bytes[512];
	struct smbios_entry entry;
};

static void make(struct entry *ret, const void *data, size_t len, const char *strings,
		 size_t strings_len)
{
	size_t pos = 0;
	struct err err = { 0 };

	memcpy(ret->bytes, data, len);
	ret->bytes[1] = (uint8_t)len;
	memcpy(ret->bytes + len, strings, strings_len);
	CHECK_INT(smbios_next(ret->bytes, len + strings_len, &pos, &ret->entry, &err), 1);
}

#define MAKE(ret, data, strings) make(ret, data, sizeof(data) - 1, strings, sizeof(strings) - 1)

/* Strings 1 to 6: name, version, id, date, manufacturer, lowest. */
#define TEXTS S("NIC") S("22.31") S("A1B2") S("2024-01-02") S("Maker") S("20.0") "\0"
#define HEAD  "\x2d\0\x34\x12\x01\x02\x00\x03\x00\x04\x05\x06"
#define TAIL  "\x00\x00\x10\x00\0\0\0\0\x01\x00\x04\x02\x07\x00\x09\x00"

static void a_component(void)
{
	struct smbios_firmware firmware;
	struct entry entry;

	MAKE(&entry, HEAD TAIL, TEXTS);
	CHECK_INT(smbios_firmware(&entry.entry, &firmware, NULL), 0);
	CHECK_INT(firmware.handle, 0x1234);
	CHECK_STR(firmware.name, "NIC");
	CHECK_STR(firmware.version, "22.31");
	CHECK_STR(firmware.id, "A1B2");
	CHECK_STR(firmware.guid, "");
	CHECK_STR(firmware.date, "2024-01-02");
	CHECK_STR(firmware.manufacturer, "Maker");
	CHECK_STR(firmware.lowest, "20.0");
	CHECK_INT(firmware.image_bytes, 1 << 20);
	CHECK(firmware.updatable && !firmware.write_protected);
	CHECK_STR(firmware.state, "enabled");
	CHECK_INT(firmware.associated_count, 2);
	CHECK_INT(firmware.associated[0], 7);
	CHECK_INT(firmware.associated[1], 9);
}

static void an_id_that_is_a_guid(void)
{
	static const char *const ids[][2] = {
		{ "6DCBD5ED-E82D-4C44-BDA1-7194199AD92B", "6dcbd5ed-e82d-4c44-bda1-7194199ad92b" },
		{ "6DCBD5ED", "" },
		{ "6DCBD5ED-E82D-4C44-BDA1-7194199AD92B0", "" },
	};

	for (size_t i = 0; i < 3; i++) {
		uint8_t data[] = HEAD TAIL;
		char strings[128] = "";
		struct smbios_firmware firmware;
		struct entry entry;

		data[4] = data[5] = data[9] = data[10] = data[11] = 0;
		data[7] = 1;
		data[8] = 1; /* UEFI GUID */
		memcpy(strings, ids[i][0], strlen(ids[i][0]));
		make(&entry, data, sizeof(data) - 1, strings, strlen(ids[i][0]) + 2);
		CHECK_INT(smbios_firmware(&entry.entry, &firmware, NULL), 0);
		CHECK_STR(firmware.guid, ids[i][1]);
		CHECK_STR(firmware.id, ids[i][0]);
	}
}

static void characteristics_and_states(void)
{
	static const struct {
		uint8_t bits, state;
		bool updatable, write_protected;
		const char *word;
	} cases[] = {
		{ 0, 0, false, false, "unknown" },
		{ 1, 1, true, false, "other" },
		{ 2, 3, false, true, "disabled" },
		{ 3, 5, true, true, "absent" },
		{ 0, 6, false, false, "standby offline" },
		{ 0, 7, false, false, "standby spare" },
		{ 0, 8, false, false, "unavailable offline" },
		{ 0, 9, false, false, "unknown" },
		{ 0xfc, 255, false, false, "unknown" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t data[] = HEAD TAIL;
		struct smbios_firmware firmware;
		struct entry entry;

		data[0x14] = cases[i].bits;
		data[0x16] = cases[i].state;
		make(&entry, data, sizeof(data) - 1, TEXTS, sizeof(TEXTS) - 1);
		CHECK_INT(smbios_firmware(&entry.entry, &firmware, NULL), 0);
		CHECK_INT(firmware.updatable, cases[i].updatable);
		CHECK_INT(firmware.write_protected, cases[i].write_protected);
		CHECK_STR(firmware.state, cases[i].word);
	}
}

/* What can be read of a short one is. */
static void lengths_that_do_not_fit(void)
{
	static const uint8_t whole[] = HEAD TAIL;
	struct smbios_firmware firmware;
	struct entry entry;

	for (size_t len = 4; len < sizeof(whole) - 1; len++) {
		make(&entry, whole, len, TEXTS, sizeof(TEXTS) - 1);
		CHECK_INT(smbios_firmware(&entry.entry, &firmware, NULL), ERR_FORMAT);
		CHECK_STR(firmware.name, len > 4 ? "NIC" : "");
		CHECK_STR(firmware.version, len > 5 ? "22.31" : "");
		CHECK_INT(firmware.associated_count, 0);
	}
}

static void many_handles_are_cut(void)
{
	uint8_t data[0x18 + 2 * 100] = "\x2d";
	struct smbios_firmware firmware;
	struct entry entry;

	data[0x17] = 100;
	data[0x18 + 2 * 31] = 31;
	make(&entry, data, sizeof(data), "\0", 2);
	CHECK_INT(smbios_firmware(&entry.entry, &firmware, NULL), 0);
	CHECK_INT(firmware.associated_count, SMBIOS_FIRMWARE_HANDLES);
	CHECK_INT(firmware.associated[31], 31);
}

static void slots_and_onboard_devices(void)
{
	static const char slot[] = "\x09\0\x01\0\x01\xa5\x0d\x04\x04\x03\0\0\0\x01\0\x3b\x0a";
	static const char board[] = "\x29\0\x02\0\x01\x85\x01\0\0\x02\x03";
	struct smbios_place place;
	struct entry entry;
	char off[sizeof(board)];

	MAKE(&entry, slot, S("PCI-E Slot 3") "\0");
	CHECK(smbios_place(&entry.entry, &place));
	CHECK_STR(place.name, "PCI-E Slot 3");
	CHECK_INT(place.segment, 1);
	CHECK_INT(place.bus, 0x3b);
	CHECK_INT(place.device, 1);
	CHECK_INT(place.function, 2);
	make(&entry, slot, sizeof(slot) - 2, S("x") "\0", 3);
	CHECK(!smbios_place(&entry.entry, &place)); /* before 2.6 */
	MAKE(&entry, board, S("LOM Port 4") "\0");
	CHECK(smbios_place(&entry.entry, &place));
	CHECK_STR(place.name, "LOM Port 4");
	CHECK_INT(place.bus, 2);
	CHECK_INT(place.function, 3);
	memcpy(off, board, sizeof(board));
	off[5] = 5; /* disabled */
	MAKE(&entry, off, S("LOM") "\0");
	CHECK(!smbios_place(&entry.entry, &place));
	memcpy(off, board, sizeof(board));
	off[9] = off[10] = (char)0xff;
	MAKE(&entry, off, S("LOM") "\0");
	CHECK(!smbios_place(&entry.entry, &place));
	MAKE(&entry, "\x2d\0\x02\0\x01\x85\x01\0\0\x02\x03", S("LOM") "\0");
	CHECK(!smbios_place(&entry.entry, &place));
}

static void tpms(void)
{
	static const char tpm2[] =
		"\x2b\0\x01\0NTC\0\x02\0\x02\0\x07\0\0\0\0\0\x01\x08\0\0\0\0\0\0"
		"\0\0\0\0\0";
	static const char tpm1[] =
		"\x2b\0\x01\0IFX\0\x01\x02\x01\x02\x04\x1c\0\0\0\0\0\0\0\0\0\0\0"
		"\0\0\0\0\0\0";
	struct smbios_tpm tpm;
	struct entry entry;

	MAKE(&entry, tpm2, S("TPM 2.0") "\0");
	CHECK_INT(smbios_tpm(&entry.entry, &tpm, NULL), 0);
	CHECK_STR(tpm.vendor, "NTC");
	CHECK_STR(tpm.specification, "2.0");
	CHECK_STR(tpm.version, "7.2");
	CHECK_STR(tpm.description, "TPM 2.0");
	CHECK(tpm.updatable);
	MAKE(&entry, tpm1, "\0\0");
	CHECK_INT(smbios_tpm(&entry.entry, &tpm, NULL), 0);
	CHECK_STR(tpm.specification, "1.2");
	CHECK_STR(tpm.version, "4.28");
	CHECK(!tpm.updatable);
	make(&entry, tpm2, 0x1a, "\0", 2);
	CHECK_INT(smbios_tpm(&entry.entry, &tpm, NULL), ERR_FORMAT);
}

/* A network interface on USB with one protocol: its Redfish service and its length in two places.
 */
static size_t make_host(uint8_t *data, uint8_t format)
{
	static const uint8_t head[] = { 42, 0, 1, 0, 0x40, 3, 0x04, 0, 0, 1, 4, 91 };
	uint8_t *redfish = data + sizeof(head);

	memset(data, 0, 200);
	memcpy(data, head, sizeof(head));
	redfish[51] = format;
	memcpy(redfish + 52, "\x10\x01\x0f\x01", 4);
	redfish[84] = 443 & 0xff;
	redfish[85] = 443 >> 8;
	return sizeof(head) + 91;
}

static void host_interfaces(void)
{
	uint8_t data[200];
	char words[192];
	struct entry entry;
	size_t len = make_host(data, 1);

	make(&entry, data, len, "\0", 2);
	CHECK_INT(smbios_host_interface(&entry.entry, words, sizeof(words), NULL), 0);
	CHECK_STR(words, "network, USB, Redfish over IP at 16.1.15.1 port 443");
	make_host(data, 2);
	make(&entry, data, len, "\0", 2);
	CHECK_INT(smbios_host_interface(&entry.entry, words, sizeof(words), NULL), 0);
	CHECK_STR(words, "network, USB, Redfish over IP at 1001:f01:: port 443");
	make_host(data, 0);
	make(&entry, data, len, "\0", 2);
	CHECK_INT(smbios_host_interface(&entry.entry, words, sizeof(words), NULL), 0);
	CHECK_STR(words, "network, USB, Redfish over IP");
	/* Two protocols are told, the second runs past the end. */
	make_host(data, 1);
	data[9] = 2;
	make(&entry, data, len, "\0", 2);
	CHECK_INT(smbios_host_interface(&entry.entry, words, sizeof(words), NULL), ERR_FORMAT);
	CHECK_CONTAINS(words, "16.1.15.1");
	for (size_t cut = 4; cut < len; cut++) {
		make_host(data, 1);
		make(&entry, data, cut, "\0", 2);
		CHECK_INT(smbios_host_interface(&entry.entry, words, sizeof(words), NULL),
			  cut == 9 ? 0 : ERR_FORMAT);
	}
	MAKE(&entry, "\x2a\0\x01\0\x02\0\x01\x02\0", "\0\0");
	CHECK_INT(smbios_host_interface(&entry.entry, words, sizeof(words), NULL), 0);
	CHECK_STR(words, "KCS, IPMI");
	/* Words that do not fit are cut. */
	CHECK_INT(smbios_host_interface(&entry.entry, words, 6, NULL), 0);
	CHECK_STR(words, "KCS, ");
}

int main(void)
{
	TAP_RUN(a_component);
	TAP_RUN(an_id_that_is_a_guid);
	TAP_RUN(characteristics_and_states);
	TAP_RUN(lengths_that_do_not_fit);
	TAP_RUN(many_handles_are_cut);
	TAP_RUN(slots_and_onboard_devices);
	TAP_RUN(tpms);
	TAP_RUN(host_interfaces);
	return TAP_END();
}
