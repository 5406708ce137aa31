/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RIBCL as iLOs speak it: scripts byte for byte, answers with all that is wrong with real ones. */
#include <stdlib.h>

#include "format/markup.h"
#include "format/ribcl.h"
#include "tap.h"

#define OK_DOCUMENT                                                            \
	"<?xml version=\"1.0\"?>\r\n<RIBCL VERSION=\"2.23\">\r\n<RESPONSE\r\n" \
	"    STATUS=\"0x0000\"\r\n    MESSAGE='No error'\r\n     />\r\n</RIBCL>\r\n"
#define BEGIN                                                                  \
	"<?xml version=\"1.0\"?>\r\n<RIBCL VERSION=\"2.23\">\r\n<RESPONSE\r\n" \
	"    STATUS=\"0x0000\"\r\n    MESSAGE='No error'\r\n     />\r\n"

static const uint8_t *bytes(const char *text)
{
	return (const uint8_t *)text;
}

static char *built(const struct ribcl_script *script)
{
	struct err err = { 0 };
	char *text = NULL;
	size_t len = 0;

	CHECK_INT(ribcl_build(script, &text, &len, &err), 0);
	CHECK_INT(text ? strlen(text) : 0, len);
	return text;
}

static void script_to_read(void)
{
	const struct ribcl_script script = { .command = RIBCL_GET_FW_VERSION,
					     .user = "admin",
					     .password = "secret" };
	char *text = built(&script);

	CHECK_STR(text,
		  "<?xml version=\"1.0\"?>\r\n<RIBCL VERSION=\"2.0\">\r\n"
		  "<LOGIN USER_LOGIN=\"admin\" PASSWORD=\"secret\">\r\n"
		  "<RIB_INFO MODE=\"read\"><GET_FW_VERSION/></RIB_INFO>\r\n"
		  "</LOGIN>\r\n</RIBCL>\r\n");
	ribcl_wipe(text);
}

static void script_to_update(void)
{
	struct ribcl_script script = { .command = RIBCL_UPDATE_ILO,
				       .user = "a",
				       .password = "b",
				       .file = "ilo4_282.bin",
				       .size = 16777216 };
	char *text = built(&script);

	CHECK_CONTAINS(text,
		       "<RIB_INFO MODE=\"write\">\r\n<UPDATE_RIB_FIRMWARE "
		       "IMAGE_LOCATION=\"ilo4_282.bin\" IMAGE_LENGTH=\"16777216\"/>\r\n"
		       "</RIB_INFO>");
	CHECK(!strstr(text, "TPM"));
	ribcl_wipe(text);
	script.command = RIBCL_UPDATE_OTHER;
	script.tpm = true;
	text = built(&script);
	CHECK_CONTAINS(text, "<TPM_ENABLED VALUE=\"Yes\"/>\r\n<UPDATE_FIRMWARE IMAGE_LOCATION=");
	ribcl_wipe(text);
}

/* What a script is made of cannot change what it does. */
static void script_escaped(void)
{
	struct ribcl_script script = { .command = RIBCL_GET_TPM_STATUS,
				       .user = "a\"/><RESET_RIB/>",
				       .password = "p&<'\xc3\xa9" };
	struct err err = { 0 };
	char *text = built(&script);
	size_t len;

	CHECK_CONTAINS(text,
		       "USER_LOGIN=\"a&quot;/&gt;&lt;RESET_RIB/&gt;\" "
		       "PASSWORD=\"p&amp;&lt;'\xc3\xa9\">");
	ribcl_wipe(text);
	script.password = "line\nbreak";
	CHECK_INT(ribcl_build(&script, &text, &len, &err), ERR_FORMAT);
	CHECK(!strstr(err.text, "break"));
	CHECK(!text);
	script = (struct ribcl_script){
		.command = RIBCL_UPDATE_ILO, .user = "a", .password = "b", .file = "x\x01.bin"
	};
	CHECK_INT(ribcl_build(&script, &text, &len, &err), ERR_FORMAT);
}

static struct ribcl_result result(const char *text, int want)
{
	struct ribcl_result ret;
	struct err err = { 0 };

	CHECK_INT(ribcl_read_result(bytes(text), strlen(text), &ret, &err), want);
	return ret;
}

static void results(void)
{
	struct ribcl_result ret = result(OK_DOCUMENT OK_DOCUMENT OK_DOCUMENT, 0);

	CHECK_INT(ret.responses, 3);
	CHECK_INT(ret.status, RIBCL_OK);
	CHECK_STR(ret.message, "");
	ret = result(OK_DOCUMENT
		     "<?xml version=\"1.0\"?><RIBCL VERSION=\"2.23\"><RESPONSE "
		     "STATUS=\"0x005F\" MESSAGE='Login credentials rejected.'/></RIBCL>"
		     "<RIBCL><RESPONSE STATUS=\"0x0001\" MESSAGE='Later'/></RIBCL>",
		     0);
	CHECK_INT(ret.status, RIBCL_LOGIN_FAILED);
	CHECK_STR(ret.message, "Login credentials rejected.");
	ret = result("<RIBCL><RESPONSE STATUS=\"0x0012\" MSG=\"a name as in the guide\"/>", 0);
	CHECK_INT(ret.status, 0x12);
	CHECK_STR(ret.message, "a name as in the guide");
}

/* A status that cannot be read is no success. */
static void results_broken(void)
{
	CHECK_INT(result("<RESPONSE STATUS=\"fine\"/>", 0).status, RIBCL_SYNTAX);
	CHECK_INT(result("<RESPONSE MESSAGE='No error'/>", 0).status, RIBCL_SYNTAX);
	CHECK_INT(result("<RESPONSE STATUS=\"0x10000\"/>", 0).status, RIBCL_SYNTAX);
	CHECK_INT(result("<RESPONSE STATUS=\"\"/>", 0).status, RIBCL_SYNTAX);
	result("", ERR_FORMAT);
	result("<html><body>Server Error</body></html>", ERR_FORMAT);
	result("<RIBCL VERSION=\"2.23\"></RIBCL>", ERR_FORMAT);
	result("<RESPONSE STATUS=\"0x0000\"", ERR_FORMAT);
}

static void results_too_large(void)
{
	char *text = malloc(RIBCL_MAX_ANSWER + 1);
	struct ribcl_result ret;

	memset(text, ' ', RIBCL_MAX_ANSWER + 1);
	CHECK_INT(ribcl_read_result(bytes(text), RIBCL_MAX_ANSWER + 1, &ret, NULL), ERR_TOO_LARGE);
	CHECK_INT(ribcl_read_result(bytes(text), RIBCL_MAX_ANSWER, &ret, NULL), ERR_FORMAT);
	free(text);
}

static void count(void *ctx, const char *text)
{
	(*(int *)ctx)++;
	CHECK(text[0]);
}

static void informs(void)
{
	static const char text[] = OK_DOCUMENT BEGIN
		"<INFORM>Scripting utility should be updated.</INFORM>\r\n"
		"</RIBCL>\r\n" BEGIN
		"<INFORM>Transferring image.  10% complete."
		"</INFORM>\r\n</RIBCL>\r\n" BEGIN
		"<INFORM>Upgrading firmware: 85 percent\r\n</INFORM></RIBCL>" BEGIN
		"<INFORM>The iLO will be reset.</INFORM></RIBCL>";
	struct ribcl_result ret = result(text, 0);
	int seen = 0;

	CHECK_INT(ret.status, 0);
	CHECK(ret.has_percent);
	CHECK_INT(ret.percent, 85);
	CHECK_STR(ret.inform, "The iLO will be reset.");
	ribcl_each_inform(bytes(text), strlen(text), count, &seen);
	CHECK_INT(seen, 4);
}

static void percents(void)
{
	static const struct {
		const char *text;
		int want;
	} rows[] = {
		{ "0% done", 0 },     { "100 % done", 100 }, { "block 12 of 90: 13%", 13 },
		{ "101%", -1 },	      { "1234%", -1 },	     { "Upgrading iLO 4", -1 },
		{ "99 percent", 99 }, { "%", -1 },	     { "", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned int percent = 0;
		bool has = ribcl_percent(rows[i].text, &percent);

		CHECK_INT(has ? (int)percent : -1, rows[i].want);
	}
}

static void firmware(void)
{
	static const char text[] = OK_DOCUMENT BEGIN
		"<GET_FW_VERSION\r\n"
		"   FIRMWARE_VERSION = \"1.88\"\r\n"
		"   FIRMWARE_DATE = \"Jul 13 2016\"\r\n"
		"   MANAGEMENT_PROCESSOR = \"iLO3\"\r\n"
		"   LICENSE_TYPE = \"iLO 3 Advanced\"\r\n"
		"   />\r\n</RIBCL>\r\n" OK_DOCUMENT;
	struct ribcl_firmware ret;
	struct err err = { 0 };

	CHECK_INT(ribcl_read_firmware(bytes(text), strlen(text), &ret, &err), 0);
	CHECK_STR(ret.version, "1.88");
	CHECK_STR(ret.date, "Jul 13 2016");
	CHECK_STR(ret.processor, "iLO3");
	CHECK_STR(ret.license, "iLO 3 Advanced");
	CHECK_INT(ret.generation, 3);
	CHECK_INT(ribcl_read_firmware(bytes(OK_DOCUMENT), strlen(OK_DOCUMENT), &ret, &err),
		  ERR_FORMAT);
}

/* Seen on iLO 2: a root that is closed at once, values without quotes to the end of the line. */
static void firmware_malformed(void)
{
	static const char text[] =
		"<?xml version=\"1.0\"?><RIBCL VERSION=\"2.22\"/>\n<RESPONSE "
		"STATUS=\"0x0000\" MESSAGE='No error'/>\n<GET_FW_VERSION\n"
		"FIRMWARE_VERSION = 2.05\nFIRMWARE_DATE = Dec 17 2010\n"
		"MANAGEMENT_PROCESSOR = iLO2\n/>\n</RIBCL></RIBCL>";
	struct ribcl_firmware ret;

	CHECK_INT(ribcl_read_firmware(bytes(text), strlen(text), &ret, NULL), 0);
	CHECK_STR(ret.version, "2.05");
	CHECK_STR(ret.date, "Dec 17 2010");
	CHECK_INT(ret.generation, 2);
}

static void host(void)
{
	static const char text[] = BEGIN
		"<GET_HOST_DATA>\r\n"
		"<SMBIOS_RECORD TYPE=\"0\" B64_DATA=\"AAAA\">\r\n"
		" <FIELD NAME=\"Family\" VALUE=\"P70\"/>\r\n"
		" <FIELD NAME=\"Date\" VALUE=\"07/01/2015\"/>\r\n</SMBIOS_RECORD>\r\n"
		"<SMBIOS_RECORD TYPE=\"1\" B64_DATA=\"AAAA\">\r\n"
		" <FIELD NAME=\"Product Name\" VALUE=\"ProLiant DL380p Gen8 & more\"/>\r\n"
		" <FIELD NAME=\"Serial Number\" VALUE=\"CZ0000001       \"/>\r\n"
		" <FIELD NAME=\"cUUID\" VALUE=\"30303030-3030-3030-3030-303030303030\"/>\r\n"
		"</SMBIOS_RECORD>\r\n<SMBIOS_RECORD TYPE=\"226\" B64_DATA=\"AAAA\">\r\n"
		" <FIELD NAME=\"Serial Number\" VALUE=\"another\"/>\r\n"
		"</SMBIOS_RECORD>\r\n</GET_HOST_DATA>\r\n</RIBCL>";
	struct ribcl_host ret;

	CHECK_INT(ribcl_read_host(bytes(text), strlen(text), &ret, NULL), 0);
	CHECK_STR(ret.rom_family, "P70");
	CHECK_STR(ret.rom_date, "07/01/2015");
	CHECK_STR(ret.product, "ProLiant DL380p Gen8 & more");
	CHECK_STR(ret.serial, "CZ0000001");
	CHECK_STR(ret.uuid, "30303030-3030-3030-3030-303030303030");
	CHECK_INT(ribcl_read_host(bytes(OK_DOCUMENT), strlen(OK_DOCUMENT), &ret, NULL), ERR_FORMAT);
}

static void tpm(void)
{
	static const char yes[] = BEGIN
		"<GET_TPM_STATUS><TPM_PRESENT VALUE=\"Yes\"/>"
		"<TPM_ENABLED VALUE=\"Yes\"/></GET_TPM_STATUS></RIBCL>";
	static const char no[] = BEGIN
		"<GET_TPM_STATUS><TPM_SUPPORTED VALUE=\"Yes\"/>"
		"<TPM_ENABLED VALUE=\"No\"/></GET_TPM_STATUS></RIBCL>";
	bool ret = false;

	CHECK_INT(ribcl_read_tpm(bytes(yes), strlen(yes), &ret, NULL), 0);
	CHECK(ret);
	CHECK_INT(ribcl_read_tpm(bytes(no), strlen(no), &ret, NULL), 0);
	CHECK(!ret);
	CHECK_INT(ribcl_read_tpm(bytes(OK_DOCUMENT), strlen(OK_DOCUMENT), &ret, NULL), ERR_FORMAT);
}

static void identity(void)
{
	static const char text[] =
		"<?xml version=\"1.0\"?>\n<RIMP>\n<HSI>\n<SBSN>CZ0000002   </SBSN>\n"
		"<SPN>ProLiant DL380p Gen8</SPN>\n<UUID>6567CZ0000002</UUID>\n"
		"<cUUID>30303030-3030-3030-3030-303030303031</cUUID>\n"
		"<VIRTUAL><VID><BSN></BSN><cUUID></cUUID></VID></VIRTUAL><NICS><NIC><PORT>1</PORT>"
		"<DESCRIPTION>a & b < c</DESCRIPTION></NIC></NICS>\n</HSI>\n<MP><ST>1</ST>\n"
		"<PN>Integrated Lights-Out 4 (iLO 4)</PN>\n<FWRI>2.54</FWRI>\n<BBLK></BBLK>\n"
		"<SN>ILOCZ0000002   </SN>\n</MP><SPATIAL><SN>rack</SN></SPATIAL></RIMP>";
	struct ribcl_identity ret;

	CHECK_INT(ribcl_read_identity(bytes(text), strlen(text), &ret, NULL), 0);
	CHECK_STR(ret.server, "ProLiant DL380p Gen8");
	CHECK_STR(ret.server_serial, "CZ0000002");
	CHECK_STR(ret.uuid, "30303030-3030-3030-3030-303030303031");
	CHECK_STR(ret.product, "Integrated Lights-Out 4 (iLO 4)");
	CHECK_STR(ret.firmware, "2.54");
	CHECK_STR(ret.serial, "ILOCZ0000002");
	CHECK_INT(ret.generation, 4);
}

static void identities(void)
{
	static const struct {
		const char *product;
		unsigned int want;
	} rows[] = {
		{ "Integrated Lights-Out (iLO)", 1 },
		{ "Integrated Lights-Out 2 (iLO 2)", 2 },
		{ "Integrated Lights-Out 3 (iLO 3)", 3 },
		{ "Integrated Lights-Out 5", 5 },
		{ "BladeSystem Onboard Administrator", 0 },
	};
	struct ribcl_identity ret;
	char text[200];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(text, sizeof(text), "<RIMP><MP><PN>%s</PN></MP></RIMP>", rows[i].product);
		CHECK_INT(ribcl_read_identity(bytes(text), strlen(text), &ret, NULL), 0);
		CHECK_INT(ret.generation, rows[i].want);
	}
	CHECK_INT(ribcl_read_identity(bytes("<RIMP><HSI></HSI></RIMP>"), 24, &ret, NULL),
		  ERR_FORMAT);
	CHECK_INT(ribcl_read_identity(bytes("<html></html>"), 13, &ret, NULL), ERR_FORMAT);
}

/* The value of A of the first tag of text; "-" = none. */
static const char *value_of_a(const char *text)
{
	static char value[64];
	struct markup markup = { .buf = bytes(text), .len = strlen(text) };
	struct markup_item item;

	if (!markup_next(&markup, &item) || !markup_attribute(&item, "A", value, sizeof(value)))
		return "-";
	return value;
}

static void attributes(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "<X A=\"1\" B='2'/>", "1" },
		{ "<X B='2' a = '1'>", "1" },
		{ "<X A=\"it is \"quoted\" here\" B=\"2\"/>", "it is \"quoted\" here" },
		{ "<X A='the user's login'/>", "the user's login" },
		{ "<X A=\"3.5\" drive\"/>", "3.5\" drive" },
		{ "<X A=\"a > b\" B=\"c\"/>", "a > b" },
		{ "<X A=\"R&D &amp; &lt;x&gt; &nbsp;\"/>", "R&D & <x> &nbsp;" },
		{ "<X A=open B=\"2\"/>", "open" },
		{ "<X A=two words\n B=\"2\"/>", "two words" },
		{ "<X A=\"never closed B='2'/></X><Y A=\"other\"/>", "\"never closed" },
		{ "<X A=\"\"/>", "" },
		{ "<X A/>", "-" },
		{ "<X AB=\"1\" BA=\"2\"/>", "-" },
		{ "<X A=\"cut", "-" },
		{ "<X B=\"A=1\"/>", "-" },
		{ "<X A=\"tab\there\"/>", "tab?here" },
		{ "</X A=\"1\">", "-" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		CHECK_STR(value_of_a(rows[i].text), rows[i].want);
}

static void items(void)
{
	static const char text[] = "<?xml?><!-- <A/> --><A>one <2 two</A><B/> < <!--";
	static const struct {
		enum markup_kind kind;
		const char *text;
	} want[] = { { MARKUP_TAG, "A" }, { MARKUP_TEXT, "one" }, { MARKUP_TAG, "2" } };
	struct markup markup = { .buf = bytes(text), .len = strlen(text) };
	struct markup_item item;

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		CHECK(markup_next(&markup, &item));
		CHECK_INT(item.kind, want[i].kind);
		CHECK_INT(item.name_len, strlen(want[i].text));
		CHECK(!strncmp((const char *)item.name, want[i].text, item.name_len));
	}
	CHECK(markup_next(&markup, &item));
	CHECK(markup_is(&item, MARKUP_TAG, "b"));
	CHECK(markup_next(&markup, &item));
	CHECK_INT(item.kind, MARKUP_TEXT);
	CHECK(!markup_next(&markup, &item));
}

int main(void)
{
	TAP_RUN(script_to_read);
	TAP_RUN(script_to_update);
	TAP_RUN(script_escaped);
	TAP_RUN(results);
	TAP_RUN(results_broken);
	TAP_RUN(results_too_large);
	TAP_RUN(informs);
	TAP_RUN(percents);
	TAP_RUN(firmware);
	TAP_RUN(firmware_malformed);
	TAP_RUN(host);
	TAP_RUN(tpm);
	TAP_RUN(identity);
	TAP_RUN(identities);
	TAP_RUN(attributes);
	TAP_RUN(items);
	return TAP_END();
}
