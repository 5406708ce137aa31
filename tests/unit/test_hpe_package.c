/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What HPE's JSON and XML say, in the shapes in which they were seen. */
#include "tap.h"

#include <stdlib.h>

#include "parse/cp_xml.h"
#include "parse/fwpkg_json.h"
#include "parse/sidecar_json.h"
#include "parse/scexe.h"

static const char drive[] =
	"{\"DeviceClass\":\"F6DE0320-2e0f-489a-b238-6dd8ae7c3811\",\"PackageFormat\":\"FWPKG-v2\","
	"\"Type\":\"Firmware\",\"UpdatableBy\":[\"Bmc\"],\"MinimumActiveVersion\":\"HPG0\","
	"\"Devices\":{\"Device\":[{\"DeviceName\":\"VR000960YYXPR\","
	"\"Target\":\"562340A5-3052-3030-3936-305959585052\",\"Version\":\"HPG1\","
	"\"FirmwareImages\":[{\"DelayAfterInstallSec\":7,\"DirectFlashOK\":true,"
	"\"FileName\":\"VR.HPb\",\"InstallDurationSec\":120,\"Order\":1,\"PLDMImage\":true,"
	"\"ResetRequired\":false,\"ServerPowerOff\":true,\"SysPowerOn\":true,"
	"\"Type\":\"Firmware\",\"UEFIFlashable\":false}]},"
	"{\"Target\":\"562340a5-3052-3130-3932-305959585053\",\"Version\":\"HPG1\","
	"\"FirmwareImages\":[{\"DirectFlashOk\":\"True\",\"FileName\":\"VR.HPb\","
	"\"InstallDurationSec\":\"60\",\"PLDMImage\":\"yes\",\"ResetRequired\":\"true\","
	"\"UefiFlashable\":\"TRUE\"},{\"FileName\":\"second\"}]}]},"
	"\"package\":{\"category\":[{\"Lang\":\"en\",\"Value\":\"Firmware - NVMe\"}],"
	"\"name\":[{\"lang\":\"ja\",\"x_late\":\"\u8ffd\u52a0\"},{\"lang\":\"en\",\"x_late\":"
	"\"Update\"}],"
	"\"description\":[{\"Lang\":\"fr\",\"Value\":\"non\"},{\"Lang\":\"en\",\"Value\":\"for\\n "
	"drives\"}],"
	"\"manufacturer_name\":\"HPE\",\"id\":{\"product\":\"cp068123\",\"version\":\"HPG1\"},"
	"\"release_date\":{\"year\":2025,\"month\":\"3\",\"day\":7},"
	"\"files\":[\"VR.HPb\",{\"Name\":\"VR.xml\"}],"
	"\"installation\":{\"per_device_install_time_seconds\":\"90\",\"reboot_required\":\"yes\"},"
	"\"installation_dependency\":{\"DependencyRequirement\":["
	"{\"target_guid\":\"4764A662-b342-4fc7-9ce9-258c5d99e815\",\"minimum_version\":\"1.50\"},"
	"{\"text\":\"A controller\"},{\"odd\":[1]}]},"
	"\"prerequisites\":{\"supported_devices\":[{\"ven\":\"15b3\",\"dev\":\"1023\","
	"\"target_guid\":\"null\"}]}}}";

static int parse(const char *text, struct hpe_package *pkg, struct err *err)
{
	*pkg = (struct hpe_package){ 0 };
	return fwpkg_json_parse((const uint8_t *)text, strlen(text), pkg, err);
}

static void check_drive(const struct hpe_package *pkg)
{
	const struct hpe_image *image;

	CHECK_STR(pkg->device_class, "f6de0320-2e0f-489a-b238-6dd8ae7c3811");
	CHECK_STR(pkg->format, "FWPKG-v2");
	CHECK_STR(pkg->type, "Firmware");
	CHECK_STR(pkg->min_active_version, "HPG0");
	CHECK_INT(pkg->updatable_by, HPE_BY_BMC);
	CHECK_INT(pkg->device_count, 2);
	if (pkg->device_count != 2)
		return;
	CHECK_STR(pkg->devices[0].name, "VR000960YYXPR");
	CHECK_STR(pkg->devices[0].target, "562340a5-3052-3030-3936-305959585052");
	CHECK_STR(pkg->devices[0].version, "HPG1");
	CHECK_INT(pkg->devices[0].image_count, 1);
	image = pkg->devices[0].images;
	CHECK_STR(image->file, "VR.HPb");
	CHECK_STR(image->type, "Firmware");
	CHECK_INT(image->order, 1);
	CHECK_INT(image->install_seconds, 120);
	CHECK_INT(image->delay_seconds, 7);
	CHECK(image->pldm && image->direct_flash && image->server_power_off && image->sys_power_on);
	CHECK(!image->reset_required && !image->uefi_flash);
	CHECK_INT(pkg->devices[1].image_count, 2);
	image = pkg->devices[1].images;
	CHECK_INT(image->install_seconds, 60);
	CHECK(image->pldm && image->direct_flash && image->reset_required && image->uefi_flash);
	CHECK(!image->server_power_off);
}

static void drive_package(void)
{
	struct hpe_package pkg;

	CHECK_INT(parse(drive, &pkg, NULL), 0);
	check_drive(&pkg);
	CHECK_STR(pkg.name, "Update");
	CHECK_STR(pkg.name_ja, "\u8ffd\u52a0");
	CHECK_STR(pkg.category, "Firmware - NVMe");
	CHECK_STR(pkg.description, "for drives");
	CHECK_STR(pkg.manufacturer, "HPE");
	CHECK_STR(pkg.id, "cp068123");
	CHECK_STR(pkg.version, "HPG1");
	CHECK_STR(pkg.release_date, "2025-3-7");
	CHECK_STR(pkg.reboot, "yes");
	CHECK_INT(pkg.per_device_seconds, 90);
	CHECK_INT(pkg.file_count, 2);
	CHECK_STR(pkg.files[1], "VR.xml");
	CHECK_INT(pkg.need_count, 1);
	CHECK_STR(pkg.needs[0].target, "4764a662-b342-4fc7-9ce9-258c5d99e815");
	CHECK_STR(pkg.needs[0].min_version, "1.50");
	CHECK_INT(pkg.condition_count, 2);
	CHECK_STR(pkg.conditions[0], "A controller");
	CHECK_STR(pkg.conditions[1], "{\"odd\":[1]}");
	CHECK_INT(pkg.supported_count, 1);
	CHECK_STR(pkg.supported[0].ven, "15b3");
	CHECK_STR(pkg.supported[0].target, "");
	CHECK_STR(pkg.unread, "");
	hpe_package_free(&pkg);
}

/* Every ASCII text as UTF-16 of both orders, with and without mark; UTF-8 with one. */
static void encodings(void)
{
	static uint8_t wide[4 * sizeof(drive)];

	for (int how = 0; how < 5; how++) {
		struct hpe_package pkg = { 0 };
		size_t n = 0;

		if (how == 4)
			wide[n++] = 0xef, wide[n++] = 0xbb, wide[n++] = 0xbf;
		else if (how < 2)
			wide[n++] = how ? 0xff : 0xfe, wide[n++] = how ? 0xfe : 0xff;
		for (const char *c = drive; *c; c++) {
			/* The Japanese is left out here: it has a test of its own. */
			if (*c & 0x80)
				continue;
			if (how < 4 && !(how & 1))
				wide[n++] = 0;
			wide[n++] = (uint8_t)*c;
			if (how < 4 && (how & 1))
				wide[n++] = 0;
		}
		CHECK_INT(fwpkg_json_parse(wide, n, &pkg, NULL), 0);
		check_drive(&pkg);
		hpe_package_free(&pkg);
	}
}

static int parse16(const char *bytes, size_t len, char *name_ja, size_t size)
{
	struct hpe_package pkg = { 0 };
	int rc = fwpkg_json_parse((const uint8_t *)bytes, len, &pkg, NULL);

	snprintf(name_ja, size, "%s", pkg.name_ja);
	hpe_package_free(&pkg);
	return rc;
}

/* U+00E9, U+8FFD and U+1F4BE (a pair) in a name; half pairs and half units are refused. */
static void utf16_beyond_ascii(void)
{
	static const char before[] = "{\"package\":{\"name\":[{\"lang\":\"ja\",\"x_late\":\"";
	static const char after[] = "\"}]}}";
	static const struct {
		const char *units;
		size_t len;
		const char *want;
	} cases[] = {
		{ "\xe9\0\xfd\x8f\x3d\xd8\xbe\xdc", 8, "\u00e9\u8ffd\U0001f4be" },
		{ "\x3d\xd8", 2, NULL },
		{ "\xbe\xdc", 2, NULL },
		{ "a", 1, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[512], name[64];
		size_t n = 0;

		for (const char *c = before; *c; c++)
			text[n++] = *c, text[n++] = '\0';
		memcpy(text + n, cases[i].units, cases[i].len);
		n += cases[i].len;
		for (const char *c = after; *c; c++)
			text[n++] = *c, text[n++] = '\0';
		CHECK_INT(parse16(text, n, name, sizeof(name)), cases[i].want ? 0 : ERR_FORMAT);
		if (cases[i].want)
			CHECK_STR(name, cases[i].want);
	}
}

/* An entry of manifest.json: what was XML once, one object where others have a list. */
static void manifest_entry(void)
{
	static const char text[] =
		"{\"devices\":{\"device\":{\"devicename\":\"iLO 5\","
		"\"target\":\"{4764A662-B342-4FC7-9CE9-258C5D99E815}\",\"version\":3,"
		"\"firmwareimages\":{\"FirmwareImage\":{\"filename\":\" ilo5.bin \"}}}},"
		"\"UpdatableBy\":\"Bmc, Uefi\",\"MinimumActiveVersion\":\"N/A\","
		"\"package\":{\"category\":[{\"key\":\"17\",\"languages\":["
		"{\"lang\":\"fr\",\"x_late\":\"Microprogramme\"},{\"lang\":\"en_US\",\"x_late\":"
		"\"FW\"}]}],"
		"\"installation_dependency\":\"1.40 first\",\"release_date\":\"2025-01-02\"}}";
	struct hpe_package pkg;

	CHECK_INT(parse(text, &pkg, NULL), 0);
	CHECK_INT(pkg.device_count, 1);
	CHECK_STR(pkg.devices[0].target, "4764a662-b342-4fc7-9ce9-258c5d99e815");
	CHECK_STR(pkg.devices[0].version, "3");
	CHECK_INT(pkg.devices[0].image_count, 1);
	CHECK_STR(pkg.devices[0].images[0].file, "ilo5.bin");
	CHECK_INT(pkg.updatable_by, HPE_BY_BMC | HPE_BY_UEFI);
	CHECK_STR(pkg.min_active_version, "");
	CHECK_STR(pkg.category, "FW");
	CHECK_STR(pkg.conditions[0], "1.40 first");
	CHECK_STR(pkg.release_date, "2025-01-02");
	hpe_package_free(&pkg);
	CHECK_INT(fwpkg_json_entry(NULL, &pkg, NULL), ERR_FORMAT);
}

/* What cannot be read is named, and where it matters the careful answer is taken. */
static void not_understood(void)
{
	static const char text[] =
		"{\"DeviceClass\":\"drive\",\"UpdatableBy\":[\"Bmc\",\"Magic\",5],\"Devices\":{"
		"\"Device\":["
		"{\"Target\":\"xyz\",\"Version\":\"1\",\"FirmwareImages\":[{\"FileName\":\"a\","
		"\"ResetRequired\":\"perhaps\",\"ServerPowerOff\":[],\"DirectFlashOk\":\"maybe\","
		"\"Order\":-1,\"InstallDurationSec\":99999999999}]}]}}";
	struct hpe_package pkg;
	const struct hpe_image *image;

	CHECK_INT(parse(text, &pkg, NULL), 0);
	image = pkg.devices[0].images;
	CHECK(image->reset_required && !image->direct_flash);
	CHECK_INT(image->install_seconds, 0);
	CHECK_STR(pkg.devices[0].target, "");
	CHECK_STR(pkg.unread,
		  "DeviceClass, UpdatableBy, Target, Order, InstallDurationSec, "
		  "ResetRequired, ServerPowerOff, DirectFlashOk");
	CHECK(image->server_power_off);
	hpe_package_free(&pkg);
}

static void refused(void)
{
	static char deep[400];
	const struct {
		const char *text;
		int code;
		const char *says;
	} cases[] = {
		{ "", ERR_FORMAT, "JSON" },
		{ "[]", ERR_FORMAT, "object" },
		{ "{", ERR_FORMAT, "JSON" },
		{ deep, ERR_FORMAT, "deep" },
		{ "{\"Type\":\"a\",\"Type\":\"a\"}", ERR_DUPLICATE, "Type" },
		{ "{\"Type\":\"a\",\"TYPE\":\"b\"}", ERR_DUPLICATE, "Type" },
		{ "{\"Devices\":{\"Device\":[{\"Target\":\"x\"},7]}}", ERR_FORMAT, "Device 2" },
		{ "{\"Devices\":\"none\"}", ERR_FORMAT, "Device" },
		{ "{\"Type\":\"a\\u0007b\"}", ERR_FORMAT, "control" },
		{ "{\"Type\":\"0123456789012345678901234567890123\"}", ERR_FORMAT, "longer" },
		{ "{\"Devices\":[{\"FirmwareImages\":[{\"FileName\":\"a\",\"filename\":\"b\"}]}]}",
		  ERR_DUPLICATE, "FirmwareImage 1" },
		{ "{\"package\":{\"id\":{\"product\":\"a\",\"PRODUCT\":\"b\"}}}", ERR_DUPLICATE,
		  "product" },
	};

	strcpy(deep, "{\"a\":");
	memset(deep + 5, '[', 64);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hpe_package pkg;
		struct err err = { 0 };

		CHECK_INT(parse(cases[i].text, &pkg, &err), cases[i].code);
		CHECK_CONTAINS(err.text, cases[i].says);
		CHECK(!pkg.devices && !pkg.type[0]);
	}
}

/* The same key twice with the same value, case aside: nobody could be misled. */
static void same_twice(void)
{
	struct hpe_package pkg;

	CHECK_INT(parse("{\"Type\":\"a\",\"TYPE\":\"a\"}", &pkg, NULL), 0);
	CHECK_STR(pkg.type, "a");
	hpe_package_free(&pkg);
}

static void too_many(void)
{
	size_t size = 64 + (HPE_MAX_DEVICES + 1) * 3;
	char *text = malloc(size);
	struct hpe_package pkg;
	struct err err = { 0 };
	size_t n = 0;

	n += (size_t)snprintf(text + n, size - n, "{\"Devices\":[{}");
	for (size_t i = 0; i < HPE_MAX_DEVICES - 1; i++)
		n += (size_t)snprintf(text + n, size - n, ",{}");
	memcpy(text + n, "]}", 3);
	CHECK_INT(parse(text, &pkg, NULL), 0);
	CHECK_INT(pkg.device_count, HPE_MAX_DEVICES);
	hpe_package_free(&pkg);
	memcpy(text + n, ",{}]}", 6);
	CHECK_INT(parse(text, &pkg, &err), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "4096 devices");
	free(text);
}

/* Long texts for people are cut between characters, not refused. */
static void long_prose(void)
{
	char text[2048];
	struct hpe_package pkg;
	size_t n = (size_t)snprintf(text, sizeof(text), "{\"package\":{\"name\":\"");

	for (int i = 0; i < 200; i++, n += 3)
		memcpy(text + n, "\u8ffd", 4);
	memcpy(text + n, "\"}}", 4);
	CHECK_INT(parse(text, &pkg, NULL), 0);
	CHECK_INT(strlen(pkg.name), 159);
	hpe_package_free(&pkg);
}

static const char ilo_xml[] =
	"<cpq_package version=\"2.0.1.0\"><filename>cp057631.scexe</filename>"
	"<category key=\"17\"><category_xlate lang=\"en\">Lights-Out</category_xlate></category>"
	"<id>cp057631</id><name><name_xlate lang=\"ja\">\u8ffd\u52a0</name_xlate>"
	"<name_xlate lang=\"en\">Online ROM Flash</name_xlate></name>"
	"<version value=\"3.10\" revision=\"A\" type_of_change=\"2\"/>"
	"<manufacturer_name><manufacturer_name_xlate lang=\"en\">HPE</manufacturer_name_xlate>"
	"</manufacturer_name><release_date year=\"2025\" month=\"02\" day=\"14\" hour=\"1\"/>"
	"<description><description_xlate lang=\"en\"><![CDATA[For <b> the\nprocessor]]>"
	"</description_xlate></description><prerequisite_notes><prerequisite_notes_xlate "
	"lang=\"en\">"
	"1.40 first</prerequisite_notes_xlate></prerequisite_notes><revision_history><revision>"
	"<version value=\"3.10\"/><revision_enhancements_xlate lang=\"en\"/>"
	"<revision_fixes_xlate lang=\"ja\">x</revision_fixes_xlate>"
	"<revision_fixes_xlate lang=\"en\">\n Sessions "
	"stay.\nMore.</revision_fixes_xlate></revision>"
	"<revision><revision_fixes_xlate lang=\"en\">old</revision_fixes_xlate></revision>"
	"</revision_history><installation><reboot_required>no</reboot_required></installation>"
	"<payload><DeviceClass>2F317b9d-c9e3-4d76-bff6-b9d0d085a952</DeviceClass>"
	"<UpdatableBy>Bmc</UpdatableBy><UpdatableBy>RuntimeAgent</UpdatableBy><Devices><Device>"
	"<DeviceName>iLO 5</DeviceName><Version>3.10</Version>"
	"<Target>4764a662-b342-4fc7-9ce9-258c5d99e815</Target><FirmwareImages>"
	"<FileName>ilo5.bin</FileName><InstallDurationSec>300</InstallDurationSec>"
	"<ResetRequired>True</ResetRequired><DirectFlashOk>True</DirectFlashOk>"
	"<UefiFlashable>False</UefiFlashable></FirmwareImages><FirmwareImages><FirmwareImage>"
	"<FileName>b</FileName></FirmwareImage><FirmwareImage><FileName>c</FileName></"
	"FirmwareImage>"
	"</FirmwareImages></Device></Devices></payload></cpq_package>";

static void smart_component_xml(void)
{
	struct hpe_package pkg = { 0 };
	const struct hpe_device *dev;

	CHECK_INT(cp_xml_parse((const uint8_t *)ilo_xml, sizeof(ilo_xml) - 1, &pkg, NULL), 0);
	CHECK_STR(pkg.file, "cp057631.scexe");
	CHECK_STR(pkg.id, "cp057631");
	CHECK_STR(pkg.name, "Online ROM Flash");
	CHECK_STR(pkg.name_ja, "\u8ffd\u52a0");
	CHECK_STR(pkg.category, "Lights-Out");
	CHECK_STR(pkg.version, "3.10");
	CHECK_STR(pkg.change, "2");
	CHECK_STR(pkg.manufacturer, "HPE");
	CHECK_STR(pkg.release_date, "2025-02-14");
	CHECK_STR(pkg.description, "For <b> the processor");
	CHECK_STR(pkg.revision, "Sessions stay.");
	CHECK_STR(pkg.reboot, "no");
	CHECK_INT(pkg.condition_count, 1);
	CHECK_STR(pkg.conditions[0], "1.40 first");
	CHECK_STR(pkg.device_class, "2f317b9d-c9e3-4d76-bff6-b9d0d085a952");
	CHECK_INT(pkg.updatable_by, HPE_BY_BMC | HPE_BY_RUNTIME_AGENT);
	CHECK_INT(pkg.device_count, 1);
	dev = pkg.devices;
	CHECK_STR(dev->target, "4764a662-b342-4fc7-9ce9-258c5d99e815");
	CHECK_INT(dev->image_count, 3);
	CHECK_STR(dev->images[0].file, "ilo5.bin");
	CHECK_INT(dev->images[0].install_seconds, 300);
	CHECK(dev->images[0].reset_required && dev->images[0].direct_flash);
	CHECK_STR(dev->images[2].file, "c");
	hpe_package_free(&pkg);
}

static void other_xml(void)
{
	static const char old[] =
		"<cpq_package><id>cp1</id><name>Old</name><version>2009.06</version>"
		"</cpq_package>";
	static const char bundle[] = "<cpq_bundle><id>bp1</id></cpq_bundle>";
	struct hpe_package pkg = { 0 };
	struct err err = { 0 };

	CHECK_INT(cp_xml_parse((const uint8_t *)old, sizeof(old) - 1, &pkg, NULL), 0);
	CHECK_STR(pkg.name, "Old");
	CHECK_STR(pkg.version, "2009.06");
	hpe_package_free(&pkg);
	CHECK_INT(cp_xml_parse((const uint8_t *)bundle, sizeof(bundle) - 1, &pkg, &err),
		  ERR_FORMAT);
	CHECK_CONTAINS(err.text, "cpq_bundle");
}

static int sidecar(const char *text, struct sidecar *ret)
{
	*ret = (struct sidecar){ 0 };
	return sidecar_json_parse((const uint8_t *)text, strlen(text), ret, NULL);
}

static void sidecars(void)
{
	struct sidecar car;
	const struct sidecar_file *file;

	CHECK_INT(sidecar("{\"Package\":{\"Description\":[{\"Lang\":\"en\",\"Value\":\"A drive\"}],"
			  "\"Files\":[{\"Name\":\"other\"},{\"Bytes\":\"35840\",\"MD5Sum\":"
			  "\"D41D8CD98F00B204E9800998ECF8427E\",\"Name\":\"cp1.FWPKG\"}]}}",
			  &car),
		  0);
	CHECK_STR(car.description, "A drive");
	CHECK(!sidecar_find(&car, "cp2.fwpkg"));
	file = sidecar_find(&car, "CP1.fwpkg");
	CHECK(file && file->has_size && file->has_md5);
	if (file) {
		CHECK_INT(file->size, 35840);
		CHECK_INT(file->md5[0], 0xd4);
		CHECK_INT(file->md5[15], 0x7e);
	}
	file = sidecar_find(&car, "other");
	CHECK(file && !file->has_size && !file->has_md5);
	sidecar_free(&car);
	CHECK_INT(sidecar("{\"Package\":{}}", &car), ERR_NOT_FOUND);
	CHECK_INT(sidecar("{\"a\":1}", &car), ERR_NOT_FOUND);
	CHECK_INT(sidecar("{\"Package\":{\"Files\":[{\"Bytes\":\"12a\"}]}}", &car), ERR_FORMAT);
	CHECK_INT(sidecar("{\"Package\":{\"Files\":[{\"MD5Sum\":\"12\"}]}}", &car), ERR_FORMAT);
	CHECK_INT(sidecar("{\"Package\":{\"Files\":[7]}}", &car), ERR_FORMAT);
}

static int find(const char *text, size_t len, size_t *at, struct err *err)
{
	return scexe_find_archive((const uint8_t *)text, len, at, err);
}

#define FIND(text, at, err) find(text, sizeof(text) - 1, at, err)

static void archive_in_script(void)
{
	struct err err = { 0 };
	size_t at = 0;

	CHECK_INT(FIND("#!/bin/sh\n_SKIP=4\nexit\n\x1f\x8b\x08rest", &at, NULL), 0);
	CHECK_INT(at, 23);
	CHECK_INT(FIND("#!/bin/sh\r\n_SKIP=3\r\n\x1f\x8b\x08", &at, NULL), 0);
	CHECK_INT(at, 20);
	CHECK_INT(FIND("#!/bin/sh\nexit\n\x1f\x8b\x08", &at, NULL), ERR_NOT_FOUND);
	CHECK_INT(FIND("\x1f\x8b\x08", &at, NULL), ERR_NOT_FOUND);
	CHECK_INT(FIND("", &at, NULL), ERR_NOT_FOUND);
	CHECK_INT(FIND("#!/bin/sh\necho _SKIP=3\n\x1f\x8b\x08", &at, NULL), ERR_NOT_FOUND);
	CHECK_INT(FIND("#!/bin/sh\n_SKIP=3x\n\x1f\x8b\x08", &at, NULL), ERR_NOT_FOUND);
	/* The place is what the script says, not where something like an archive is. */
	CHECK_INT(FIND("#!/bin/sh\n_SKIP=4\n\x1f\x8b\x08\nrest", &at, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "line 4");
	CHECK_INT(FIND("#!/bin/sh\n_SKIP=1\n\x1f\x8b\x08", &at, NULL), ERR_FORMAT);
	CHECK_INT(FIND("#!/bin/sh\n_SKIP=99999999999999999999\n\x1f\x8b\x08", &at, NULL),
		  ERR_FORMAT);
	CHECK_INT(FIND("#!/bin/sh\n_SKIP=3\n\x1f\x8b", &at, NULL), ERR_FORMAT);
}

int main(void)
{
	TAP_RUN(drive_package);
	TAP_RUN(encodings);
	TAP_RUN(utf16_beyond_ascii);
	TAP_RUN(manifest_entry);
	TAP_RUN(not_understood);
	TAP_RUN(refused);
	TAP_RUN(same_twice);
	TAP_RUN(too_many);
	TAP_RUN(long_prose);
	TAP_RUN(smart_component_xml);
	TAP_RUN(other_xml);
	TAP_RUN(sidecars);
	TAP_RUN(archive_in_script);
	return TAP_END();
}
