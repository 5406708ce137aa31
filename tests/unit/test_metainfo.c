/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metainfo of the LVFS, and 32 bits as versions for people. */
#include "tap.h"

#include <stdlib.h>

#include "base/err.h"
#include "import/lvfs_version.h"
#include "parse/metainfo.h"

static int parse(const char *text, struct metainfo *info, struct err *err)
{
	return metainfo_parse((const uint8_t *)text, strlen(text), info, err);
}

static const char whole[] =
	"<?xml version=\"1.0\"?><component type=\"firmware\"><id>com.example.x</id>"
	"<name xml:lang=\"de\">Eins</name><name>One\n  two</name>"
	"<developer><name>Example</name></developer>"
	"<categories><category>X-Drive</category></categories><provides>"
	"<firmware type=\"flashed\">BEC63ED7-A95F-54FE-B8CC-8E9FEE64BA5A</firmware>"
	"<firmware type=\"flashed\">bec63ed7-a95f-54fe-b8cc-8e9fee64ba5a</firmware>"
	"<firmware type=\"runtime\">12029307-5bb1-5200-99a5-536f1be9d081</firmware>"
	"<firmware type=\"flashed\">what</firmware></provides>"
	"<requires><id compare=\"ge\" version=\"1.8\">org.freedesktop.fwupd</id>"
	"<firmware compare=\"ge\" version=\"2.0\"/><firmware depth=\"1\">bootloader</firmware>"
	"<not_hardware>6de5d951-d755-576b-bd09-c5cf66b27234</not_hardware><client>x</client>"
	"</requires><releases>"
	"<release version=\"1.9\" date=\"2023-11-13\" urgency=\"low\"/>"
	"<release version=\"2.1\" timestamp=\"1700000000\" urgency=\"critical\" "
	"install_duration=\"120\"><description><p>A  b</p><ul><li>c</li></ul></description>"
	"<checksum target=\"container\" filename=\"x.cab\">00</checksum>"
	"<checksum target=\"content\" filename=\"fw/x.bin\">"
	"DA39A3EE5E6B4B0D3255BFEF95601890AFD80709</checksum>"
	"<checksum target=\"content\" filename=\"fw/x.bin\"/>"
	"<size type=\"download\">1</size><size type=\"installed\">4096</size></release></releases>"
	"<custom><value key=\"LVFS::UpdateProtocol\">org.nvmexpress</value>"
	"<value key=\"LVFS::VersionFormat\">plain</value>"
	"<value key=\"LVFS::DeviceIntegrity\">signed</value>"
	"<value key=\"LVFS::UpdateMessage\">Off and on.</value></custom></component>";

static void check_releases(const struct metainfo *info)
{
	const struct metainfo_release *rel = info->releases;

	CHECK_INT(info->release_count, 2);
	if (info->release_count != 2)
		return;
	CHECK_STR(rel->version, "2.1"); /* a day later, though it stands below */
	CHECK_STR(rel->date, "2023-11-14");
	CHECK_STR(rel->urgency, "critical");
	CHECK_STR(rel->description, "A b c");
	CHECK_STR(rel->file, "x.bin");
	CHECK_INT(rel->size, 4096);
	CHECK_INT(rel->install_seconds, 120);
	CHECK_INT(rel->checksum_count, 1);
	CHECK_STR(rel->checksums[0].algorithm, "SHA1");
	CHECK_INT(rel->checksums[0].len, 20);
	CHECK_INT(rel->checksums[0].value[0], 0xda);
	CHECK_INT(rel->checksums[0].value[19], 0x09);
	CHECK_STR(rel[1].version, "1.9");
	CHECK_STR(rel[1].file, "firmware.bin");
}

static void check_requirements(const struct metainfo *info)
{
	const struct metainfo_requirement *needs = info->requirements;

	CHECK_INT(info->requirement_count, 5);
	if (info->requirement_count != 5)
		return;
	CHECK_INT(needs[0].need, METAINFO_NEED_ID);
	CHECK_STR(needs[0].text, "org.freedesktop.fwupd");
	CHECK_INT(needs[1].need, METAINFO_NEED_FIRMWARE);
	CHECK_STR(needs[1].compare, "ge");
	CHECK_STR(needs[1].version, "2.0");
	CHECK(!needs[1].of_relative);
	CHECK(needs[2].of_relative);
	CHECK_INT(needs[3].need, METAINFO_NEED_NOT_HARDWARE);
	CHECK_INT(needs[4].need, METAINFO_NEED_OTHER);
	CHECK_STR(needs[4].text, "client");
}

static void reads_all(void)
{
	struct metainfo info;

	CHECK_INT(parse(whole, &info, NULL), 0);
	CHECK(info.is_firmware);
	CHECK_STR(info.id, "com.example.x");
	CHECK_STR(info.name, "One two");
	CHECK_STR(info.vendor, "Example");
	CHECK(metainfo_has_category(&info, "X-Drive"));
	CHECK(!metainfo_has_category(&info, "X-System"));
	CHECK_INT(info.guid_count, 1);
	if (info.guid_count)
		CHECK_STR(info.guids[0], "bec63ed7-a95f-54fe-b8cc-8e9fee64ba5a");
	CHECK_INT(info.unread_count, 1);
	CHECK_STR(info.unread[0], "the firmware \"what\" is no GUID");
	CHECK_STR(info.protocol, "org.nvmexpress");
	CHECK_STR(info.version_format, "plain");
	CHECK_STR(info.integrity, "signed");
	CHECK_STR(info.message, "Off and on.");
	check_releases(&info);
	check_requirements(&info);
	metainfo_free(&info);
}

static void artifacts(void)
{
	static const char text[] =
		"<component type=\"firmware\"><id>x</id><releases><release version=\"1\">"
		"<artifacts><artifact type=\"binary\"><filename>x.cab</filename></artifact>"
		"<artifact type=\"source\"><filename>in.cap</filename><checksum type=\"sha256\">"
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855</checksum>"
		"</artifact></artifacts></release></releases></component>";
	struct metainfo info;

	CHECK_INT(parse(text, &info, NULL), 0);
	CHECK_INT(info.release_count, 1);
	CHECK_STR(info.releases[0].file, "in.cap");
	CHECK_INT(info.releases[0].checksum_count, 1);
	CHECK_STR(info.releases[0].checksums[0].algorithm, "SHA256");
	metainfo_free(&info);
}

static void refuses(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "<components/>", "not <component>" },
		{ "<component type=\"firmware\"/>", "no <id>" },
		{ "<component type=\"firmware\"><id>x</id></component>", "no <release>" },
		{ "<component type=\"firmware\"><id>x</id><releases><release/></releases>"
		  "</component>",
		  "without a version" },
		{ "<component type=\"firmware\"><id>x</id><releases><release version=\"1\">"
		  "<checksum target=\"content\">abcd</checksum></release></releases></component>",
		  "is no checksum" },
		{ "<component type=\"firmware\"><id>x</id><releases><release version=\"1\">"
		  "<checksum target=\"content\" type=\"sha256\">"
		  "da39a3ee5e6b4b0d3255bfef95601890afd80709</checksum></release></releases>"
		  "</component>",
		  "is no checksum" },
		{ "<component type=\"firmware\"><id>x</id><releases><release version=\"1\">"
		  "<size type=\"installed\">-1</size></release></releases></component>",
		  "is no size" },
		{ "<component type=\"firmware\"><id>x</id><releases><release version=\"1\">"
		  "<checksum target=\"content\" filename=\"a\"/>"
		  "<checksum target=\"content\" filename=\"b\"/></release></releases>"
		  "</component>",
		  "several payloads" },
		{ "<component type=\"firmware\"><id>x</id><releases><release version=\""
		  "0123456789012345678901234567890123456789012345678901234567890123\"/>"
		  "</releases></component>",
		  "longer than 63" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct metainfo info;
		struct err err = { 0 };

		CHECK_INT(parse(rows[i].text, &info, &err), ERR_FORMAT);
		CHECK(strstr(err.text, rows[i].says) != NULL);
		CHECK(!info.releases && !info.guids);
	}
}

/* One beyond each maximum, and what is exactly at it. */
static void limits(void)
{
	size_t size = 1u << 16, len;
	char *text = calloc(1, size);
	struct metainfo info;

	for (size_t extra = 0; text && extra < 2; extra++) {
		len = (size_t)snprintf(text, size,
				       "<component type=\"firmware\"><id>x</id><releases>");
		for (size_t i = 0; i < METAINFO_MAX_RELEASES + extra; i++)
			len += (size_t)snprintf(text + len, size - len,
						"<release version=\"%zu\"/>", i);
		snprintf(text + len, size - len, "</releases></component>");
		CHECK_INT(parse(text, &info, NULL), extra ? ERR_TOO_LARGE : 0);
		CHECK_INT(info.release_count, extra ? 0 : METAINFO_MAX_RELEASES);
		metainfo_free(&info);
	}
	free(text);
	CHECK_INT(metainfo_parse((const uint8_t *)"", METAINFO_MAX_BYTES + 1, &info, NULL),
		  ERR_TOO_LARGE);
}

/* 0x12345678 and the like, by hand out of fwupd's description of the formats. */
static void numbers(void)
{
	static const struct {
		const char *format, *text;
		uint32_t number;
	} rows[] = {
		{ "quad", "1.2.3.4", 0x01020304 },
		{ "quad", "255.255.255.255", UINT32_MAX },
		{ "triplet", "1.2.772", 0x01020304 },
		{ "pair", "258.772", 0x01020304 },
		{ "number", "16909060", 0x01020304 },
		{ "bcd", "12.34.56.78", 0x12345678 },
		{ "intel-me", "11.0.3.1", 0x00030001 },
		{ "intel-me", "12.2.3.772", 0x22030304 },
		{ "intel-me2", "1.2.3.772", 0x12030304 },
		{ "intel-csme19", "20.2.3.772", 0x22030304 },
		{ "surface-legacy", "4.128.772", 0x01020304 },
		{ "surface", "1.515.4", 0x01020304 },
		{ "hex", "0x01020304", 0x01020304 },
		{ "plain", "16909060", 0x01020304 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char text[64];
		uint32_t number = 0;

		CHECK(lvfs_version_number(rows[i].format, rows[i].text, &number));
		CHECK_INT(number, rows[i].number);
		CHECK(lvfs_version_text(rows[i].format, rows[i].number, text, sizeof(text)));
		CHECK_STR(text, rows[i].text);
	}
}

static void no_numbers(void)
{
	static const char *const rows[][2] = {
		{ "quad", "1.2.3" },
		{ "quad", "1.2.3.256" },
		{ "quad", "1.2.3.4.5" },
		{ "triplet", "1.2.65536" },
		{ "triplet", "1.2.3 " },
		{ "triplet", ".1.2.3" },
		{ "triplet", "" },
		{ "number", "4294967296" },
		{ "triplet", "20240517" },
		{ "bcd", "1.2.3.100" },
		{ "intel-me", "10.0.0.0" },
		{ "dell-bios", "1.2.3" },
		{ "plain", "1.2.3" },
		{ "semver", "1.2.3" },
		{ "compal-bios", "01.02" },
		{ "hex", "0x" },
		{ "dell-bios-msb", "1.2.3" },
	};
	char text[64];
	uint32_t number;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		CHECK(!lvfs_version_number(rows[i][0], rows[i][1], &number));
	CHECK(lvfs_version_text("dell-bios", 0x01020304, text, sizeof(text)));
	CHECK_STR(text, "2.3.4");
	CHECK(lvfs_version_text("dell-bios-msb", 0x01020304, text, sizeof(text)));
	CHECK_STR(text, "1.2.3");
	CHECK(lvfs_version_text("compal-bios", 0x0102a304, text, sizeof(text)));
	CHECK_STR(text, "a3.04");
	CHECK(!lvfs_version_text("semver", 7, text, sizeof(text)));
	CHECK_STR(text, "7");
}

static void schemes(void)
{
	CHECK_INT(lvfs_version_scheme("triplet", "1.2.3"), VERSION_DOTTED);
	CHECK_INT(lvfs_version_scheme("hex", "0x1f"), VERSION_HEX);
	CHECK_INT(lvfs_version_scheme("plain", "EXT7302Q"), VERSION_ALPHANUM);
	CHECK_INT(lvfs_version_scheme("plain", "2.1"), VERSION_DOTTED);
	CHECK_INT(lvfs_version_scheme("compal-bios", "0a.1f"), VERSION_PLAIN);
	CHECK_INT(lvfs_version_scheme("triplet", "what?"), VERSION_PLAIN);
}

int main(void)
{
	TAP_RUN(reads_all);
	TAP_RUN(artifacts);
	TAP_RUN(refuses);
	TAP_RUN(limits);
	TAP_RUN(numbers);
	TAP_RUN(no_numbers);
	TAP_RUN(schemes);
	return TAP_END();
}
