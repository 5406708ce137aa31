/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The manifest of a Service Pack, in the shapes that were seen and in damaged ones. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "parse/spp_manifest.h"
#include "tap.h"

#define NIC "a6b1a447-382a-5a4f-15b3-102315b30002"
#define ILO "4764a662-b342-4fc7-9ce9-258c5d99e815"

static int read_json(const char *text, struct spp_manifest *ret, struct err *err)
{
	return spp_manifest_add_json((const uint8_t *)text, strlen(text), ret, err);
}

static const char *const whole =
	"{\"manifest\": [{\"DeviceClass\": \"79F0C163-0C13-4662-9DEA-09235FEF90CB\","
	" \"PackageFormat\": \"FWPKG-v2\", \"Type\": \"Firmware\", \"UpdatableBy\": [\"Bmc\"],"
	" \"MinimumActiveVersion\": \" 22.36.1010 \", \"Devices\": {\"Device\": ["
	"{\"DeviceName\": \"card\", \"Target\": \"A6B1A447-382A-5A4F-15B3-102315B30002\","
	" \"Version\": \"22.49.1014\", \"FirmwareImages\": [{\"FileName\": \"card.HPb\"}]},"
	"{\"Target\": \"{" ILO
	"}\", \"Version\": \"1.0\"}]},"
	" \"package\": {\"name\": [{\"lang\": \"ja\", \"x_late\": \"カード\"},"
	" {\"lang\": \"en\", \"x_late\": \"A card\"}], \"id\": {\"version\": \"22.49\"},"
	" \"files\": [{\"name\": \"cp1.compsig\", \"size\": 12},"
	" {\"name\": \"cp1.fwpkg\", \"size\": \"4096\"}]}}]}";

static void test_package(void)
{
	struct spp_manifest manifest = { 0 };
	struct err err = { 0 };
	const struct spp_entry *entry;

	CHECK_INT(read_json(whole, &manifest, &err), 0);
	CHECK_INT(manifest.entry_count, 1);
	if (manifest.entry_count != 1)
		return;
	entry = &manifest.entries[0];
	CHECK_STR(entry->file, "cp1.fwpkg");
	CHECK_STR(entry->image, "card.HPb");
	CHECK_STR(entry->name, "A card");
	CHECK_STR(entry->version, "22.49");
	CHECK_STR(entry->min_active_version, "22.36.1010");
	CHECK_STR(entry->device_class, "79f0c163-0c13-4662-9dea-09235fef90cb");
	CHECK_INT(entry->updatable_by, HPE_BY_BMC);
	CHECK(!entry->software && !entry->odd_targets);
	CHECK_INT(entry->targets.count, 2);
	CHECK_STR(entry->targets.list[0].guid, NIC);
	CHECK_STR(entry->targets.list[0].version, "22.49.1014");
	CHECK_STR(entry->targets.list[1].guid, ILO);
	spp_manifest_free(&manifest);
}

static void test_shapes(void)
{
	static const struct {
		const char *package, *file;
	} shapes[] = {
		{ "\"FileName\": \"x.fwpkg\"", "x.fwpkg" },
		{ "\"package\": {\"files\": {\"file\": [{\"Name\": \"packages/x.rpm\"}]}}",
		  "x.rpm" },
		{ "\"Package\": {\"Files\": {\"File\": {\"FileName\": \"x.scexe\"}}}", "x.scexe" },
		{ "\"package\": {\"files\": [\"x.xml\", \"x.zip\"]}", "x.zip" },
		{ "\"package\": {\"filename\": \"x.exe\", \"files\": [\"y.exe\"]}", "x.exe" },
		{ "\"name\": \"no file\", \"package\": {\"files\": 7}", "" },
		{ "\"package\": {\"files\": [{\"name\": [1]}]}", "" },
	};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct spp_manifest manifest = { 0 };
		CLEANUP_FREE char *text = NULL;

		CHECK(asprintf(&text, "{\"Components\": [{%s}]}", shapes[i].package) > 0);
		CHECK_INT(read_json(text, &manifest, NULL), 0);
		CHECK_INT(manifest.entry_count, 1);
		if (manifest.entry_count)
			CHECK_STR(manifest.entries[0].file, shapes[i].file);
		spp_manifest_free(&manifest);
	}
}

static void test_updaters(void)
{
	static const struct {
		const char *list;
		unsigned int bits;
	} lists[] = {
		{ "[\"RuntimeAgent\"]", HPE_BY_RUNTIME_AGENT },
		{ "[\"uefi\", \"RUNTIMEAGENT\"]", HPE_BY_UEFI | HPE_BY_RUNTIME_AGENT },
		{ "\"Bmc\"", HPE_BY_BMC },
		{ "[\"Bmc\", \"Uefi\"]", HPE_BY_BMC | HPE_BY_UEFI },
		{ "[\"RuntimeAgent\", \"Moon\"]", HPE_BY_RUNTIME_AGENT | HPE_BY_OTHER },
		{ "[]", 0 },
	};

	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct spp_manifest manifest = { 0 };
		CLEANUP_FREE char *text = NULL;

		CHECK(asprintf(&text, "{\"manifest\": [{\"updatableby\": %s}]}", lists[i].list) >
		      0);
		CHECK_INT(read_json(text, &manifest, NULL), 0);
		if (manifest.entry_count)
			CHECK_INT(manifest.entries[0].updatable_by, lists[i].bits);
		spp_manifest_free(&manifest);
	}
}

static const char *const rules =
	"{\"SchemaVersion\": \"1.0\", \"Components\": [{\"FileName\": \"other.fwpkg\"}],"
	" \"Prerequisites\": [{\"DependencyRequirement\": {"
	"\"ApplicableTo\": {\"GuidTargets\": {\"GuidTarget\": [\"" NIC
	"\"]}},"
	"\"Requires\": {\"Requirements\": [{\"Target\": \"" ILO
	"\", \"MinimumVersion\": \"1.40\"},"
	" \"Secure Boot is off\", {\"Target\": \"" ILO
	"\"}]}}},"
	" {\"rule\": \"of another kind\"}]}";

/* metadata.json beside manifest.json: its prerequisites count, its packages are the same. */
static void test_rules(void)
{
	struct spp_manifest manifest = { 0 };
	struct err err = { 0 };

	CHECK_INT(read_json(whole, &manifest, &err), 0);
	CHECK_INT(read_json(rules, &manifest, &err), 0);
	CHECK_INT(manifest.entry_count, 1);
	CHECK_INT(manifest.rule_count, 2);
	if (manifest.rule_count != 2)
		return;
	CHECK_INT(manifest.rules[0].applies_to.count, 1);
	CHECK_STR(manifest.rules[0].applies_to.list[0].guid, NIC);
	CHECK_INT(manifest.rules[0].needs.count, 1);
	CHECK_STR(manifest.rules[0].needs.list[0].guid, ILO);
	CHECK_STR(manifest.rules[0].needs.list[0].version, "1.40");
	CHECK_STR(manifest.rules[0].text, "Secure Boot is off; {\"Target\":\"" ILO "\"}");
	CHECK_STR(manifest.rules[1].text, "{\"rule\":\"of another kind\"}");
	spp_manifest_free(&manifest);
}

/* What is damaged leaves nothing behind. */
static void test_damage(void)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", ERR_FORMAT },
		{ "[]", ERR_FORMAT },
		{ "{}", ERR_FORMAT },
		{ "{\"manifest\": {}}", ERR_FORMAT },
		{ "{\"manifest\": [7]}", ERR_FORMAT },
		{ "{\"manifest\": [{}], \"manifest\": []}", ERR_DUPLICATE },
		{ "{\"manifest\": [{}]} x", ERR_FORMAT },
		{ "{\"manifest\": [{}, {\"MinimumActiveVersion\": \""
		  "0123456789012345678901234567890123456789012345678901234567890123\"}]}",
		  ERR_FORMAT },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct spp_manifest manifest = { 0 };
		struct err err = { 0 };

		CHECK_INT(read_json(bad[i].text, &manifest, &err), bad[i].code);
		CHECK(err.text[0] && !manifest.entries && !manifest.entry_count);
	}
	for (size_t len = 0; len < strlen(whole); len++) {
		struct spp_manifest manifest = { 0 };

		CHECK_INT(spp_manifest_add_json((const uint8_t *)whole, len, &manifest, NULL),
			  ERR_FORMAT);
		CHECK(!manifest.entries);
	}
}

static void test_encodings(void)
{
	static const char text[] = "{\"manifest\": [{\"FileName\": \"x.rpm\"}]}";
	uint8_t utf16[2 * sizeof(text)] = { 0xff, 0xfe };
	struct spp_manifest manifest = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		utf16[2 + 2 * i] = (uint8_t)text[i];
	CHECK_INT(spp_manifest_add_json(utf16, sizeof(utf16), &manifest, &err), 0);
	CHECK_INT(manifest.entry_count, 1);
	if (manifest.entry_count)
		CHECK_STR(manifest.entries[0].file, "x.rpm");
	spp_manifest_free(&manifest);
	CHECK_INT(spp_manifest_add_json(utf16, sizeof(utf16) - 1, &manifest, &err), ERR_FORMAT);
	CHECK_INT(read_json("\xef\xbb\xbf{\"manifest\": [{}]}", &manifest, &err), 0);
	CHECK_INT(manifest.entry_count, 1);
	spp_manifest_free(&manifest);
}

static void test_odd_targets(void)
{
	struct spp_manifest manifest = { 0 };

	CHECK_INT(read_json("{\"manifest\": [{\"Devices\": {\"Device\": [{\"Target\": \"x\"},"
			    " {\"Target\": \"" NIC "\"}]}}]}",
			    &manifest, NULL),
		  0);
	CHECK_INT(manifest.entry_count, 1);
	if (!manifest.entry_count)
		return;
	CHECK(manifest.entries[0].odd_targets);
	CHECK_INT(manifest.entries[0].targets.count, 1);
	spp_manifest_free(&manifest);
}

static int read_xml(const char *text, struct spp_manifest *ret, struct err *err)
{
	struct xml_node *root = NULL;
	int rc = xml_parse((const uint8_t *)text, strlen(text), &root, err);

	rc = rc ? rc : spp_manifest_add_xml(root, ret, err);
	xml_free(root);
	return rc;
}

/* Older ones have elements where newer ones have attributes. */
static const char *const meta =
	"<hp_manifest schema_version=\"2.0.0.0\"><meta lang=\"en\"><product id=\"p1\">"
	"<product_version><filename>hp/swpackages/cp1.scexe</filename>"
	"<type id=\"smartcomponent-linux-firmware-array\"/>"
	"<name><name_xlate lang=\"ja\">J</name_xlate><name_xlate lang=\"EN\">E</name_xlate></name>"
	"<version value=\"8.32\" revision=\"B\"/>"
	"<files><file><name>cp1.xml</name></file>"
	"<file><name>cp1.scexe</name><size>123</size></file></files>"
	"<payload><Devices><Device><Target>" NIC
	"</Target><Version>8.32</Version></Device></Devices>"
	"</payload></product_version>"
	"<product_version><type id=\"smartcomponent-linux-driver-network\"/>"
	"<files><file name=\"d.rpm\" size=\"77\"/></files></product_version></product>"
	"<product><product_version/></product></meta></hp_manifest>";

static void test_meta(void)
{
	struct spp_manifest manifest = { 0 };
	struct err err = { 0 };

	CHECK_INT(read_xml(meta, &manifest, &err), 0);
	CHECK_INT(manifest.entry_count, 3);
	if (manifest.entry_count != 3)
		return;
	CHECK_STR(manifest.entries[0].file, "cp1.scexe");
	CHECK_STR(manifest.entries[0].name, "E");
	CHECK_STR(manifest.entries[0].version, "8.32");
	CHECK(!manifest.entries[0].software);
	CHECK_INT(manifest.entries[0].targets.count, 1);
	CHECK_STR(manifest.entries[0].targets.list[0].guid, NIC);
	CHECK_STR(manifest.entries[1].file, "d.rpm");
	CHECK(manifest.entries[1].software);
	CHECK_STR(manifest.entries[2].file, "");
	CHECK(!manifest.entries[2].software);
	CHECK_INT(read_xml(meta, &manifest, &err), 0);
	CHECK_INT(manifest.entry_count, 3);
	spp_manifest_free(&manifest);
}

static void test_other_xml(void)
{
	struct spp_manifest manifest = { 0 };
	struct err err = { 0 };

	CHECK_INT(read_xml("<cpq_package><meta/></cpq_package>", &manifest, &err), ERR_FORMAT);
	CHECK_CONTAINS(err.text, "cpq_package");
	CHECK_INT(read_xml("<manifest><devices/></manifest>", &manifest, &err), ERR_FORMAT);
	CHECK_INT(read_xml("<manifest><meta/></manifest>", &manifest, &err), 0);
	CHECK_INT(manifest.entry_count, 0);
}

int main(void)
{
	TAP_RUN(test_package);
	TAP_RUN(test_shapes);
	TAP_RUN(test_updaters);
	TAP_RUN(test_rules);
	TAP_RUN(test_damage);
	TAP_RUN(test_encodings);
	TAP_RUN(test_odd_targets);
	TAP_RUN(test_meta);
	TAP_RUN(test_other_xml);
	return TAP_END();
}
