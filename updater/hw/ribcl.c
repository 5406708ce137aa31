/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ribcl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hw/bmc_access.h"
#include "hw/http.h"

#define CONNECT_MS 10000u

static const struct {
	int errnum, code;
	const char *words;
} failures[] = {
	{ EPROTO, ERR_UNSUPPORTED, "it offers no TLS 1.2" },
	{ EKEYREJECTED, ERR_SIGNATURE, "another one answers than the one that is expected" },
	{ ETIMEDOUT, ERR_OVERDUE, "it does not answer" },
	{ ENETUNREACH, ERR_DEVICE_GONE, "there is no way to it" },
	{ ECONNREFUSED, ERR_DEVICE_GONE, "nobody listens there" },
	{ ECONNRESET, ERR_DEVICE_GONE, "the connection ended" },
	{ EBADMSG, ERR_FORMAT, "its answer is no HTTP" },
	{ EMSGSIZE, ERR_TOO_LARGE, "its answer is too large" },
	{ ECANCELED, ERR_IO, "the image could not be read" },
	{ ENOSYS, ERR_NOT_FOUND, "there is no HTTP here" },
	{ ENOMEM, ERR_NOMEM, "out of memory" },
};

static int failed(int errnum, struct err *err)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (failures[i].errnum == errnum)
			return err_set(err, failures[i].code, "%s", failures[i].words);
	return err_set_errno(err, ERR_IO, errnum, "HTTP");
}

/* The first who answered stays the one: nobody takes the iLO's place in mid-run. */
static int ask(struct hwio *hw, struct http_request *request, const char *path,
	       struct http_answer *ret, struct err *err)
{
	char url[BMC_URL_MAX + 64];
	int rc;

	if (!bmc_is_remote(hw))
		return err_set(err, ERR_NOT_FOUND, "its address was not given");
	snprintf(url, sizeof(url), "%s%s", hw->bmc->url, path);
	request->url = url;
	request->pin = hw->bmc->pin[0] ? hw->bmc->pin : NULL;
	request->ca_file = hw->bmc->ca_file;
	request->connect_ms = request->stall_ms < CONNECT_MS ? request->stall_ms : CONNECT_MS;
	request->max_answer = RIBCL_MAX_ANSWER;
	rc = http_ask(hw, request, ret);
	if (rc)
		return failed(-rc, err);
	if (!hw->bmc->pin[0])
		snprintf(hw->bmc->pin, sizeof(hw->bmc->pin), "%s", ret->pin);
	return 0;
}

static int judge_status(const struct http_answer *answer, struct err *err)
{
	if (answer->status == 200)
		return 0;
	if (answer->status == 404)
		return err_set(err, ERR_NOT_FOUND, "it speaks no RIBCL over HTTP");
	if (answer->status == 503)
		return err_set(err, ERR_BUSY, "it answers HTTP status 503");
	return err_set(err, ERR_DEVICE, "it answers HTTP status %u", answer->status);
}

int ribcl_identify(struct hwio *hw, uint32_t wait_ms, struct ribcl_identity *ret, struct err *err)
{
	struct http_request request = { .method = "GET", .stall_ms = wait_ms };
	struct http_answer answer;
	int rc = ask(hw, &request, "/xmldata?item=all", &answer, err);

	if (rc)
		return rc;
	rc = judge_status(&answer, err);
	if (rc && rc != ERR_BUSY)
		rc = err_set(err, ERR_NOT_FOUND, "/xmldata: HTTP status %u", answer.status);
	else if (!rc &&
		 ribcl_read_identity((const uint8_t *)answer.body, answer.body_len, ret, err))
		rc = err_set(err, ERR_NOT_FOUND, "/xmldata is not that of an iLO");
	http_answer_free(&answer);
	return rc;
}

/* Of its words only what changes what is to be done is told apart. */
static int code_of(const struct ribcl_result *result)
{
	if (result->status == RIBCL_LOGIN_FAILED || result->status == RIBCL_NO_USER ||
	    strcasestr(result->message, "login"))
		return ERR_POLICY;
	if (strcasestr(result->message, "TPM") || strcasestr(result->message, "trusted"))
		return ERR_POLICY;
	if (strcasestr(result->message, "in progress") || strcasestr(result->message, "busy"))
		return ERR_BUSY;
	return ERR_DEVICE;
}

static void note(void *ctx, const char *text)
{
	hwio_note(ctx, "ribcl", text);
}

static int judge(struct hwio *hw, const struct http_answer *answer, struct ribcl_result *ret,
		 struct err *err)
{
	const uint8_t *body = (const uint8_t *)answer->body;
	int rc = judge_status(answer, err);

	if (!rc)
		rc = ribcl_read_result(body, answer->body_len, ret, err);
	if (rc)
		return rc;
	ribcl_each_inform(body, answer->body_len, note, hw);
	if (ret->status == RIBCL_OK)
		return 0;
	return err_set(err, code_of(ret), "it says \"%s\" (0x%04X)",
		       ret->message[0] ? ret->message : "error", ret->status);
}

/* The script holds the password, and its answer need not be without it: no trace keeps either. */
static int ask_script(struct hwio *hw, struct ribcl_script *script, const char *cookie,
		      uint32_t wait_ms, struct http_answer *ret, struct err *err)
{
	char header[RIBCL_COOKIE_MAX + 16];
	const char *headers[] = { "Content-Type: application/xml", cookie ? header : NULL, NULL };
	struct http_request request = {
		.method = "POST", .headers = headers, .secret = true, .stall_ms = wait_ms
	};
	size_t len = 0;
	char *text;
	int rc;

	if (!hw->bmc || !hw->bmc->user[0])
		return err_set(err, ERR_POLICY, "it wants a user and a password, none were given");
	script->user = hw->bmc->user;
	script->password = hw->bmc->password;
	rc = ribcl_build(script, &text, &len, err);
	if (rc)
		return rc;
	snprintf(header, sizeof(header), "Cookie: %s", cookie ? cookie : "");
	request.body = text;
	request.body_len = len;
	rc = ask(hw, &request, "/ribcl", ret, err);
	ribcl_wipe(text);
	return rc;
}

static int get(struct hwio *hw, enum ribcl_command command, uint32_t wait_ms,
	       struct http_answer *ret, struct err *err)
{
	struct ribcl_script script = { .command = command };
	struct ribcl_result result;
	int rc = ask_script(hw, &script, NULL, wait_ms, ret, err);

	if (rc)
		return rc;
	rc = judge(hw, ret, &result, err);
	if (rc)
		http_answer_free(ret);
	return rc;
}

int ribcl_get_firmware(struct hwio *hw, uint32_t wait_ms, struct ribcl_firmware *ret,
		       struct err *err)
{
	struct http_answer answer;
	int rc = get(hw, RIBCL_GET_FW_VERSION, wait_ms, &answer, err);

	if (rc)
		return rc;
	rc = ribcl_read_firmware((const uint8_t *)answer.body, answer.body_len, ret, err);
	http_answer_free(&answer);
	return rc;
}

int ribcl_get_host(struct hwio *hw, uint32_t wait_ms, struct ribcl_host *ret, struct err *err)
{
	struct http_answer answer;
	int rc = get(hw, RIBCL_GET_HOST_DATA, wait_ms, &answer, err);

	if (rc)
		return rc;
	rc = ribcl_read_host((const uint8_t *)answer.body, answer.body_len, ret, err);
	http_answer_free(&answer);
	return rc;
}

int ribcl_get_tpm(struct hwio *hw, uint32_t wait_ms, bool *ret, struct err *err)
{
	struct http_answer answer;
	int rc = get(hw, RIBCL_GET_TPM_STATUS, wait_ms, &answer, err);

	if (rc)
		return rc;
	rc = ribcl_read_tpm((const uint8_t *)answer.body, answer.body_len, ret, err);
	http_answer_free(&answer);
	return rc;
}

/* Bytes of the whole form; what is around the image is no progress. */
static void form_progress(void *ctx, uint64_t sent)
{
	const struct ribcl_image *image = ctx;

	if (image->progress && sent > 0)
		image->progress(image->ctx, sent < image->size ? sent : image->size);
}

static int form_read(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	const struct ribcl_image *image = ctx;

	return image->read(image->ctx, offset, buf, len);
}

/* "name=value; Path=/": what goes back is what stands before the first ';' (RFC 6265 4.2). */
static int take_cookie(const struct http_answer *answer, char cookie[RIBCL_COOKIE_MAX],
		       struct err *err)
{
	if (!http_header(answer->head, answer->head_len, "Set-Cookie", cookie, RIBCL_COOKIE_MAX))
		return err_set(err, ERR_DEVICE, "it took the image and gave no cookie for it");
	cookie[strcspn(cookie, ";\r\n")] = '\0';
	return 0;
}

int ribcl_upload(struct hwio *hw, const struct ribcl_image *image, char cookie[RIBCL_COOKIE_MAX],
		 struct err *err)
{
	struct ribcl_image form = *image;
	const struct http_part parts[] = {
		{ .name = "fileType", .data = "" },
		{ .name = "fwimgfile",
		  .file_name = image->name,
		  .content_type = "application/octet-stream",
		  .size = image->size,
		  .read = form_read,
		  .ctx = &form,
		  .firmware = true },
	};
	struct http_request request = { .method = "POST",
					.parts = parts,
					.part_count = 2,
					.stall_ms = HTTP_UPLOAD_STALL_MS,
					.progress = form_progress,
					.ctx = &form };
	struct http_answer answer;
	int rc = ask(hw, &request, "/cgi-bin/uploadRibclFiles", &answer, err);

	if (rc)
		return rc;
	rc = judge_status(&answer, err);
	if (!rc)
		rc = take_cookie(&answer, cookie, err);
	http_answer_free(&answer);
	return rc;
}

int ribcl_flash(struct hwio *hw, enum ribcl_command command, const struct ribcl_image *image,
		const char *cookie, bool tpm, struct ribcl_result *ret, struct err *err)
{
	struct ribcl_script script = {
		.command = command, .file = image->name, .size = image->size, .tpm = tpm
	};
	struct http_answer answer;
	int rc = ask_script(hw, &script, cookie, HTTP_UPLOAD_STALL_MS, &answer, err);

	if (rc)
		return rc;
	rc = judge(hw, &answer, ret, err);
	http_answer_free(&answer);
	return rc;
}
