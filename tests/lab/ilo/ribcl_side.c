/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model's RIBCL: /xmldata, /cgi-bin/uploadRibclFiles, /ribcl. Its answers have what is wrong
 * with real ones: a document for each element, other quotes around each attribute, quotes and
 * ampersands inside of values, an element that is closed twice. An iLO 3 has nothing else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ilo_internal.h"
#include "multipart.h"

#define COOKIE "hp-iLO-Session=ribcl"
#define BEGIN                                                                  \
	"<?xml version=\"1.0\"?>\r\n<RIBCL VERSION=\"2.23\">\r\n<RESPONSE\r\n" \
	"    STATUS=\"0x0000\"\r\n    MESSAGE='No error'\r\n     />\r\n"
#define END "</RIBCL>\r\n"

static void answer_text(struct ilo_answer *ret, char *text)
{
	ret->status = 200;
	ret->body = text;
	ret->body_len = strlen(text);
	ilo_header(ret, "Content-Type: text/xml");
}

static void say(struct ilo_answer *ret, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Two documents of the login before what is said, one of its end behind it. */
static void say(struct ilo_answer *ret, const char *fmt, ...)
{
	char *inner = NULL, *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&inner, fmt, ap) < 0 ||
	    asprintf(&text, BEGIN END BEGIN END "%s" BEGIN END, inner) < 0)
		abort();
	va_end(ap);
	free(inner);
	answer_text(ret, text);
}

static void refuse(struct ilo_answer *ret, unsigned int status, const char *message)
{
	say(ret,
	    "<?xml version=\"1.0\"?>\r\n<RIBCL VERSION=\"2.23\">\r\n<RESPONSE\r\n"
	    "    STATUS=\"0x%04X\"\r\n    MESSAGE='%s'\r\n     />\r\n</RIBCL>\r\n",
	    status, message);
}

static void identify(const struct ilo *ilo, struct ilo_answer *ret)
{
	char *text = NULL;

	if (asprintf(&text,
		     "<?xml version=\"1.0\"?>\r\n<RIMP>\r\n<HSI>\r\n<SBSN>LAB0000042      "
		     "</SBSN>\r\n"
		     "<SPN>ProLiant R&D \"Lab\" Gen%u</SPN>\r\n"
		     "<cUUID>4c414230-3030-4232-8030-303034324c41</cUUID>\r\n</HSI>\r\n<MP>\r\n"
		     "<ST>1</ST>\r\n<PN>Integrated Lights-Out %u (iLO %u)</PN>\r\n"
		     "<FWRI>%.*s</FWRI>\r\n<SN>ILOLAB0000042      </SN>\r\n</MP>\r\n</RIMP>\r\n",
		     ilo->gen->number + 4 + (ilo->gen->number > 4), ilo->gen->number,
		     ilo->gen->number, (int)strcspn(ilo->firmware[0].version, " "),
		     ilo->firmware[0].version) < 0)
		abort();
	answer_text(ret, text);
}

static void tell_version(const struct ilo *ilo, struct ilo_answer *ret)
{
	const char *version = ilo->firmware[0].version;
	size_t len = strcspn(version, " ");

	say(ret,
	    BEGIN
	    "<GET_FW_VERSION\r\n   FIRMWARE_VERSION = \"%.*s\"\r\n"
	    "   FIRMWARE_DATE = \"%s\"\r\n   MANAGEMENT_PROCESSOR = \"iLO%u\"\r\n"
	    "   LICENSE_TYPE = \"iLO %u \"Advanced\" & more\"\r\n   />\r\n</RIBCL>\r\n" END,
	    (int)len, version, version[len] ? version + len + 1 : "", ilo->gen->number,
	    ilo->gen->number);
}

/* A ROM of these servers is its family and a date: "U30 v2.34 (04/08/2020)" without its number. */
static void tell_host(const struct ilo *ilo, struct ilo_answer *ret)
{
	const char *rom = ilo->firmware[1].version;
	const char *date = strchr(rom, '(');

	say(ret,
	    BEGIN
	    "<GET_HOST_DATA>\r\n"
	    " <SMBIOS_RECORD TYPE=\"0\" B64_DATA=\"ABgAAA==\">\r\n"
	    "  <FIELD NAME=\"Family\" VALUE=\"%.3s\"/>\r\n"
	    "  <FIELD NAME=\"Date\" VALUE=\"%.10s\"/>\r\n </SMBIOS_RECORD>\r\n"
	    " <SMBIOS_RECORD TYPE=\"1\" B64_DATA=\"ARsAAQ==\">\r\n"
	    "  <FIELD NAME=\"Product Name\" VALUE=\"ProLiant R&D \"Lab\" Gen8\"/>\r\n"
	    "  <FIELD NAME=\"Serial Number\" VALUE=\"LAB0000042      \"/>\r\n"
	    " </SMBIOS_RECORD>\r\n</GET_HOST_DATA>\r\n" END,
	    rom, date ? date + 1 : rom);
}

static void tell_tpm(const struct ilo *ilo, struct ilo_answer *ret)
{
	say(ret,
	    BEGIN
	    "<GET_TPM_STATUS>\r\n<TPM_SUPPORTED VALUE=\"Yes\"/>\r\n"
	    "<TPM_ENABLED VALUE=\"%s\"/>\r\n</GET_TPM_STATUS>\r\n" END,
	    ilo->knobs[ILO_KNOB_TPM_REQUIRED].on ? "Yes" : "No");
}

/* The number behind IMAGE_LENGTH=". */
static size_t told_length(const char *script)
{
	static const char word[] = "IMAGE_LENGTH=\"";
	const char *at = strstr(script, word);

	return at ? strtoul(at + strlen(word), NULL, 10) : 0;
}

static const struct {
	const char *from, *to;
} refusals[] = {
	{ "FWFlashTPMOverrideFlagRequired",
	  "Trusted Module is enabled: TPM_ENABLED must be \"Yes\" to flash" },
	{ "UpdateInvalidFile", "The firmware image file is not valid." },
	{ "UpdateNotApplicable", "The image isn't for this server's devices." },
	{ "DowngradeNotAllowed", "Downgrades are not allowed." },
};

/* The image is for another firmware than the script says, or an iLO 3 that is too old for it. */
static const char *wrong_for(const struct ilo *ilo, bool itself)
{
	char name[64], version[64];

	if (!ilo_image_read(ilo->image.data, ilo->image.size, name, version))
		return "UpdateInvalidFile";
	if (itself != (strncmp(name, "iLO", 3) == 0) || (!itself && ilo->gen->number < 4))
		return "UpdateNotApplicable";
	if (itself && ilo->gen->number == 3 && strverscmp(version, "1.28") > 0 &&
	    strverscmp(ilo->firmware[0].version, "1.28") < 0)
		return "UpdateInvalidFile";
	return NULL;
}

static const char *flash_refused(struct ilo *ilo, const char *script, bool itself)
{
	const char *wrong;

	if (ilo->state != ILO_IDLE || ilo_knob_on(ilo, ILO_KNOB_BUSY))
		return "A firmware update is in progress.";
	if (ilo->knobs[ILO_KNOB_FLASH_ERROR].on)
		return ilo->knobs[ILO_KNOB_FLASH_ERROR].text[0]
			       ? ilo->knobs[ILO_KNOB_FLASH_ERROR].text
			       : "The flash failed.";
	if (!ilo->image.size || told_length(script) != ilo->image.size)
		return "The firmware image was not found.";
	wrong = wrong_for(ilo, itself);
	if (!wrong)
		wrong = ilo_flash(ilo, strstr(script, "<TPM_ENABLED VALUE=\"Yes\"/>") != NULL);
	for (size_t i = 0; wrong && i < sizeof(refusals) / sizeof(*refusals); i++)
		if (strcmp(wrong, refusals[i].from) == 0)
			return refusals[i].to;
	return wrong;
}

/*
 * The connection ends when the iLO restarts; here it does at once, and the iLO flashes on, which is
 * what a client sees whose connection was lost. A ROM's answer comes whole.
 */
static void flash(struct ilo *ilo, const char *script, bool itself, struct ilo_answer *ret)
{
	const char *wrong = flash_refused(ilo, script, itself);

	if (wrong) {
		ilo_say(ilo, "RIBCL refused: %s", wrong);
		refuse(ret, 0x0012, wrong);
		return;
	}
	if (itself && !ilo->knobs[ILO_KNOB_SILENT].on) {
		*ret = (struct ilo_answer){ 0 };
		return;
	}
	if (!itself)
		ilo_flash_now(ilo, ilo->target, &ilo->image, ilo->target_version);
	ilo->state = ILO_IDLE;
	say(ret, BEGIN "<INFORM>Transferring image. 10%% complete.</INFORM>\r\n" END BEGIN
		       "<INFORM>Upgrading firmware: 100 percent</INFORM>\r\n" END);
}

/* The image stays until a script names it by the cookie. */
static void take_image(struct ilo *ilo, const struct multipart_part *part)
{
	uint8_t *data = malloc(part->size + 1);

	if (!data)
		abort();
	memcpy(data, part->data, part->size);
	free(ilo->image.data);
	ilo->image = (struct ilo_stored){ .data = data, .size = part->size };
	snprintf(ilo->image.name, sizeof(ilo->image.name), "%.127s", part->file_name);
}

/* "fileType", empty, then "fwimgfile": in this order, nothing else. */
static const char *take_form(struct ilo *ilo, const struct ilo_request *request)
{
	struct multipart multipart;
	struct multipart_part part;
	char type[256];

	if (!ilo_request_header(request, "Content-Type", type, sizeof(type)) ||
	    !multipart_start(type, request->body, request->body_len, &multipart))
		return "no multipart/form-data";
	if (!multipart_next(&multipart, &part) || strcmp(part.name, "fileType") != 0 || part.size)
		return "no fileType";
	if (!multipart_next(&multipart, &part) || strcmp(part.name, "fwimgfile") != 0 ||
	    !part.file_name[0] || strcmp(part.content_type, "application/octet-stream") != 0)
		return "no fwimgfile";
	take_image(ilo, &part);
	return multipart_next(&multipart, &part) || !multipart.ended ? "parts behind the image"
								     : NULL;
}

static void upload(struct ilo *ilo, const struct ilo_request *request, struct ilo_answer *ret)
{
	const char *wrong;

	if (ilo->knobs[ILO_KNOB_EMPTY_400].on) {
		ret->status = 400;
		return;
	}
	if (ilo->state != ILO_IDLE || ilo_knob_on(ilo, ILO_KNOB_BUSY)) {
		ret->status = 503;
		return;
	}
	wrong = take_form(ilo, request);
	ilo_say(ilo, wrong ? "upload refused: %s" : "received %s", wrong ? wrong : ilo->image.name);
	ret->status = wrong ? 400 : 200;
	if (!wrong)
		ilo_header(ret, "Set-Cookie: " COOKIE "; Path=/; Secure");
}

/* USER_LOGIN="..." PASSWORD="..." of the only account there is. */
static bool knows(const struct ilo *ilo, const char *script)
{
	char login[300];

	snprintf(login, sizeof(login), "<LOGIN USER_LOGIN=\"%s\" PASSWORD=\"%s\">",
		 ilo->accounts[0].user, ilo->accounts[0].password);
	return strstr(script, login) != NULL;
}

static void run_script(struct ilo *ilo, const struct ilo_request *request, const char *script,
		       struct ilo_answer *ret)
{
	static const char begin[] = "<?xml version=\"1.0\"?>\r\n<RIBCL VERSION=\"2.";
	const bool ilo_itself = strstr(script, "<UPDATE_RIB_FIRMWARE ") != NULL;
	char cookie[256];

	if (strncmp(script, begin, strlen(begin)) != 0)
		refuse(ret, 0x0001,
		       "Syntax error: Line #1: syntax error near \"\" in the line: \"\"");
	else if (!knows(ilo, script))
		refuse(ret, 0x005f, "The user's login was rejected.");
	else if (strstr(script, "<GET_FW_VERSION/>"))
		tell_version(ilo, ret);
	else if (strstr(script, "<GET_HOST_DATA/>"))
		tell_host(ilo, ret);
	else if (strstr(script, "<GET_TPM_STATUS/>"))
		tell_tpm(ilo, ret);
	else if (!ilo_itself && !strstr(script, "<UPDATE_FIRMWARE "))
		refuse(ret, 0x0001, "Syntax error: unknown element");
	else if (!ilo_request_header(request, "Cookie", cookie, sizeof(cookie)) ||
		 strcmp(cookie, COOKIE) != 0 || ilo->knobs[ILO_KNOB_SESSION_LOST].on)
		refuse(ret, 0x0013, "The firmware image was not found.");
	else
		flash(ilo, script, ilo_itself, ret);
}

static void ribcl(struct ilo *ilo, const struct ilo_request *request, struct ilo_answer *ret)
{
	char *script = strndup(request->body ? (const char *)request->body : "", request->body_len);

	if (!script)
		abort();
	run_script(ilo, request, script, ret);
	free(script);
}

bool ilo_ribcl_side(struct ilo *ilo, const struct ilo_request *request, const char *path,
		    struct ilo_answer *ret)
{
	bool post = strcmp(request->method, "POST") == 0;

	if (ilo->set.flavour || request->local)
		return false;
	if (strcmp(path, "/xmldata") == 0 && !post)
		identify(ilo, ret);
	else if (strcmp(path, "/ribcl") == 0 && post && ilo->gen->number <= 5)
		ribcl(ilo, request, ret);
	else if (strcmp(path, "/cgi-bin/uploadRibclFiles") == 0 && post && ilo->gen->number <= 5)
		upload(ilo, request, ret);
	else if (ilo->gen->number < 4)
		ret->status = 404;
	else
		return false;
	return true;
}
