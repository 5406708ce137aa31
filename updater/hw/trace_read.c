/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/trace_read.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/grow.h"
#include "base/json.h"
#include "hw/hwio.h"
#include "hw/ioctl_table.h"
#include "hw/trace.h"
#include "hw/trace_http.h"

#define PATH_MAX_BYTES 512
#define RESULT_MAX     INT_MAX
#define TIME_MAX       (UINT64_MAX / 4)
#define DATA_MAX       (1u << 30)
#define NAMES_MAX      8192

static const char *const kind_names[] = {
	[TRACE_OPEN] = "open", [TRACE_CLOSE] = "close", [TRACE_IOCTL] = "ioctl",
	[TRACE_READ] = "read", [TRACE_WRITE] = "write", [TRACE_PREAD] = "pread",
	[TRACE_POLL] = "poll", [TRACE_LIST] = "list",	[TRACE_READLINK] = "readlink",
	[TRACE_NOTE] = "note", [TRACE_HTTP] = "http",
};

/* Members beside those that every line has. */
enum { M_NUMBER = 1, M_TEXT, M_DATA, M_NAMES, M_LINES, M_BODY, M_PARTS };

static const struct member {
	enum trace_kind kind;
	const char *key;
	int what;
	bool wanted;
} members[] = {
	{ TRACE_OPEN, "flags", M_NUMBER, true },      { TRACE_IOCTL, "request", M_TEXT, true },
	{ TRACE_IOCTL, "name", M_TEXT, false },	      { TRACE_IOCTL, "arg", M_DATA, false },
	{ TRACE_IOCTL, "arg_after", M_DATA, false },  { TRACE_IOCTL, "out", M_DATA, false },
	{ TRACE_IOCTL, "in", M_DATA, false },	      { TRACE_IOCTL, "cdb", M_DATA, false },
	{ TRACE_IOCTL, "sense", M_DATA, false },      { TRACE_READ, "size", M_NUMBER, true },
	{ TRACE_READ, "in", M_DATA, false },	      { TRACE_WRITE, "out", M_DATA, true },
	{ TRACE_PREAD, "size", M_NUMBER, true },      { TRACE_PREAD, "offset", M_NUMBER, true },
	{ TRACE_PREAD, "in", M_DATA, false },	      { TRACE_POLL, "events", M_NUMBER, true },
	{ TRACE_POLL, "timeout_ms", M_NUMBER, true }, { TRACE_LIST, "names", M_NAMES, false },
	{ TRACE_READLINK, "size", M_NUMBER, true },   { TRACE_READLINK, "in", M_DATA, false },
	{ TRACE_NOTE, "text", M_TEXT, true },	      { TRACE_HTTP, "method", M_TEXT, true },
	{ TRACE_HTTP, "url", M_TEXT, true },	      { TRACE_HTTP, "headers", M_LINES, true },
	{ TRACE_HTTP, "body", M_BODY, false },	      { TRACE_HTTP, "out", M_DATA, false },
	{ TRACE_HTTP, "parts", M_PARTS, false },      { TRACE_HTTP, "sent", M_NUMBER, true },
	{ TRACE_HTTP, "pin", M_TEXT, false },	      { TRACE_HTTP, "status", M_NUMBER, false },
	{ TRACE_HTTP, "head", M_LINES, false },	      { TRACE_HTTP, "text", M_BODY, false },
	{ TRACE_HTTP, "in", M_DATA, false },
};

const char *trace_kind_name(enum trace_kind kind)
{
	return kind_names[kind];
}

static bool kind_is_on_fd(enum trace_kind kind)
{
	return kind != TRACE_OPEN && kind != TRACE_LIST && kind != TRACE_READLINK &&
	       kind != TRACE_NOTE && kind != TRACE_HTTP;
}

static int get_kind(const char *name, enum trace_kind *ret, struct err *err)
{
	for (enum trace_kind kind = TRACE_OPEN; kind <= TRACE_KIND_LAST; kind++)
		if (strcmp(kind_names[kind], name) == 0) {
			*ret = kind;
			return 0;
		}
	return err_set(err, ERR_FORMAT, "\"call\": \"%s\" is no call that is known", name);
}

static bool is_hex(const char *text, size_t digits)
{
	return strspn(text, "0123456789abcdef") == digits && !text[digits];
}

/* {"len":2,"hex":"0a0b"}, {"len":2,"sha256":"..."} or {"len":2,"redacted":"why"} */
static int check_data(yyjson_val *val, const char *key, struct err *err)
{
	const char *hex = yyjson_get_str(yyjson_obj_get(val, "hex"));
	const char *hash = yyjson_get_str(yyjson_obj_get(val, "sha256"));
	const char *why = yyjson_get_str(yyjson_obj_get(val, "redacted"));
	uint64_t len;
	int rc;

	if (!yyjson_is_obj(val))
		return err_set(err, ERR_FORMAT, "\"%s\": not an object", key);
	rc = json_get_u64(val, "len", 0, DATA_MAX, &len, err);
	if (rc)
		return err_prefix(err, "\"%s\"", key);
	if (!hex + !hash + !why != 2)
		return err_set(err, ERR_FORMAT, "\"%s\": neither bytes nor a hash nor a reason",
			       key);
	if ((hex && !is_hex(hex, 2 * (size_t)len)) || (hash && !is_hex(hash, 64)))
		return err_set(err, ERR_FORMAT, "\"%s\": not %llu bytes in hex digits", key,
			       hash ? 32ull : (unsigned long long)len);
	return 0;
}

static int check_names(yyjson_val *val, struct err *err)
{
	yyjson_arr_iter iter = yyjson_arr_iter_with(val);
	yyjson_val *entry;

	if (!yyjson_is_arr(val) || yyjson_arr_size(val) > NAMES_MAX)
		return err_set(err, ERR_FORMAT, "\"names\": not a list of at most %d", NAMES_MAX);
	while ((entry = yyjson_arr_iter_next(&iter)))
		if (!yyjson_is_str(entry) || yyjson_get_len(entry) >= HWIO_NAME_MAX ||
		    strlen(yyjson_get_str(entry)) != yyjson_get_len(entry))
			return err_set(err, ERR_FORMAT, "\"names\": not names");
	return 0;
}

static int check_lines(yyjson_val *val, const char *key, struct err *err)
{
	yyjson_arr_iter iter = yyjson_arr_iter_with(val);
	yyjson_val *entry;
	const char *text;
	size_t len;
	int rc = 0;

	if (!yyjson_is_arr(val) || yyjson_arr_size(val) > TRACE_LINES_MAX)
		return err_set(err, ERR_FORMAT, "\"%s\": not a list of at most %d", key,
			       TRACE_LINES_MAX);
	while (!rc && (entry = yyjson_arr_iter_next(&iter)))
		rc = json_text(entry, key, TRACE_TEXT_MAX, &text, &len, err);
	return rc;
}

/* With line ends, which other texts have not. */
static int check_body(yyjson_val *val, const char *key, struct err *err)
{
	if (yyjson_is_str(val) && strlen(yyjson_get_str(val)) == yyjson_get_len(val))
		return 0;
	return err_set(err, ERR_FORMAT, "\"%s\": not a text", key);
}

/* They are only held against others: whatever else is in them differs. */
static int check_parts(yyjson_val *val, struct err *err)
{
	yyjson_arr_iter iter = yyjson_arr_iter_with(val);
	yyjson_val *entry;

	if (!yyjson_is_arr(val) || yyjson_arr_size(val) > TRACE_PARTS_MAX)
		return err_set(err, ERR_FORMAT, "\"parts\": not a list of at most %d",
			       TRACE_PARTS_MAX);
	while ((entry = yyjson_arr_iter_next(&iter)))
		if (!yyjson_is_obj(entry))
			return err_set(err, ERR_FORMAT, "\"parts\": not objects");
	return 0;
}

static int check_member(yyjson_val *obj, const struct member *member, struct err *err)
{
	yyjson_val *val = yyjson_obj_get(obj, member->key);
	const char *text;
	size_t len;

	if (!val && !member->wanted)
		return 0;
	switch (member->what) {
	case M_NUMBER:
		if (!yyjson_is_int(val))
			return err_set(err, ERR_FORMAT, "\"%s\": no whole number", member->key);
		return 0;
	case M_TEXT:
		return json_text(val, member->key, TRACE_TEXT_MAX, &text, &len, err);
	case M_NAMES:
		return check_names(val, err);
	case M_LINES:
		return check_lines(val, member->key, err);
	case M_BODY:
		return check_body(val, member->key, err);
	case M_PARTS:
		return check_parts(val, err);
	default:
		return check_data(val, member->key, err);
	}
}

/* What came must be as long as the result says. */
static int check_input(const struct trace_call *call, struct err *err)
{
	struct trace_data in = trace_data(call, "in");

	if (call->kind == TRACE_LIST && call->result == 0 && !yyjson_obj_get(call->obj, "names"))
		return err_set(err, ERR_FORMAT, "a list without \"names\"");
	if (call->kind == TRACE_HTTP && call->result == 0 &&
	    (!yyjson_obj_get(call->obj, "status") || !yyjson_obj_get(call->obj, "head")))
		return err_set(err, ERR_FORMAT, "an answer without \"status\" and \"head\"");
	if (call->kind != TRACE_READ && call->kind != TRACE_READLINK)
		return 0;
	if (call->result > trace_number(call, "size"))
		return err_set(err, ERR_FORMAT, "\"result\" is larger than \"size\"");
	if (call->result > 0 && (!in.there || in.len != (size_t)call->result))
		return err_set(err, ERR_FORMAT, "\"in\" is not as long as \"result\" says");
	return 0;
}

static int get_number(yyjson_val *obj, const char *key, int64_t min, int64_t max, int64_t *ret,
		      struct err *err)
{
	yyjson_val *val = yyjson_obj_get(obj, key);

	if (!yyjson_is_int(val) || (yyjson_is_uint(val) && yyjson_get_uint(val) > INT64_MAX) ||
	    yyjson_get_sint(val) < min || yyjson_get_sint(val) > max)
		return err_set(err, ERR_FORMAT, "\"%s\": not a whole number from %lld to %lld", key,
			       (long long)min, (long long)max);
	*ret = yyjson_get_sint(val);
	return 0;
}

static int get_text(yyjson_val *obj, const char *key, size_t size, const char **ret,
		    struct err *err)
{
	size_t len;

	return json_text(yyjson_obj_get(obj, key), key, size, ret, &len, err);
}

static int parse_common(yyjson_val *obj, struct trace_call *call, struct err *err)
{
	const char *name;
	int64_t fd = -1;
	int rc = get_text(obj, "call", 16, &name, err);

	rc = rc ? rc : get_kind(name, &call->kind, err);
	rc = rc ? rc : json_get_u64(obj, "seq", 1, TIME_MAX, &call->seq, err);
	rc = rc ? rc : json_get_u64(obj, "at_ms", 0, TIME_MAX, &call->at_ms, err);
	rc = rc ? rc : json_get_u64(obj, "ms", 0, TIME_MAX, &call->ms, err);
	rc = rc ? rc : get_number(obj, "result", -RESULT_MAX, RESULT_MAX, &call->result, err);
	rc = rc ? rc : get_text(obj, "path", PATH_MAX_BYTES, &call->path, err);
	if (!rc && yyjson_obj_get(obj, "phase"))
		rc = get_text(obj, "phase", HWIO_PHASE_MAX, &call->phase, err);
	if (!rc && kind_is_on_fd(call->kind))
		rc = get_number(obj, "fd", -1, INT_MAX, &fd, err);
	call->fd = (int)fd;
	return rc;
}

static int parse_call(yyjson_val *obj, struct trace_call *call, struct err *err)
{
	int rc;

	call->obj = obj;
	call->phase = "";
	rc = parse_common(obj, call, err);
	for (size_t i = 0; i < sizeof(members) / sizeof(*members) && !rc; i++)
		if (members[i].kind == call->kind)
			rc = check_member(obj, &members[i], err);
	return rc ? rc : check_input(call, err);
}

static int parse_head(struct trace_file *file, yyjson_val *obj, struct err *err)
{
	uint64_t format;
	int rc = json_get_u64(obj, "format", 1, UINT32_MAX, &format, err);

	if (!rc && format > TRACE_FORMAT)
		return err_set(err, ERR_UNSUPPORTED, "format %llu is later than this program",
			       (unsigned long long)format);
	return rc ? rc : json_get_str(obj, "device", file->device, sizeof(file->device), err);
}

static int parse_object(struct trace_file *file, yyjson_val *obj, struct err *err)
{
	struct trace_call *calls;

	if (!file->device[0])
		return parse_head(file, obj, err);
	if (yyjson_obj_get(obj, "format"))
		return err_set(err, ERR_FORMAT, "a second recording begins here; one is replayed");
	if (yyjson_obj_get(obj, "truncated"))
		return err_set(err, ERR_FORMAT,
			       "the trace had reached its limit: what followed "
			       "was not recorded");
	if (file->count == TRACE_MAX_CALLS)
		return err_set(err, ERR_TOO_LARGE, "more than %u calls", TRACE_MAX_CALLS);
	calls = array_grow(file->calls, file->count, sizeof(*calls));
	if (!calls)
		return err_set(err, ERR_NOMEM, "out of memory");
	file->calls = calls;
	memset(&calls[file->count], 0, sizeof(*calls));
	calls[file->count].file = file->name;
	return parse_call(obj, &calls[file->count++], err);
}

static int parse_line(struct trace_file *file, const uint8_t *line, size_t len, struct err *err)
{
	yyjson_doc **docs = array_grow(file->docs, file->doc_count, sizeof(*docs));
	yyjson_doc *doc;
	int rc;

	if (!docs)
		return err_set(err, ERR_NOMEM, "out of memory");
	file->docs = docs;
	rc = json_parse(line, len, TRACE_LINE_MAX_BYTES, &doc, err);
	if (rc)
		return rc;
	docs[file->doc_count++] = doc;
	return parse_object(file, yyjson_doc_get_root(doc), err);
}

static int parse_lines(struct trace_file *file, const uint8_t *buf, size_t len, struct err *err)
{
	const uint8_t *end;
	size_t number = 1;

	for (; len; number++) {
		size_t line_len;
		int rc;

		end = memchr(buf, '\n', len);
		if (!end)
			return err_set(err, ERR_FORMAT, "%s, line %zu: it is cut off", file->name,
				       number);
		line_len = (size_t)(end - buf);
		rc = parse_line(file, buf, line_len, err);
		if (rc)
			return err_prefix(err, "%s, line %zu", file->name, number);
		buf += line_len + 1;
		len -= line_len + 1;
	}
	if (number == 1)
		return err_set(err, ERR_FORMAT, "%s: it is empty", file->name);
	return 0;
}

int trace_file_parse(const char *name, const uint8_t *buf, size_t len, struct trace_file *ret,
		     struct err *err)
{
	int rc;

	ret->name = strdup(name);
	if (!ret->name)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (len > TRACE_FILE_MAX_BYTES)
		rc = err_set(err, ERR_TOO_LARGE, "%s: more than %u bytes", name,
			     TRACE_FILE_MAX_BYTES);
	else
		rc = parse_lines(ret, buf, len, err);
	if (rc)
		trace_file_free(ret);
	return rc;
}

int trace_file_read(const char *path, struct trace_file *ret, struct err *err)
{
	const char *slash = strrchr(path, '/');
	CLEANUP_FREE uint8_t *buf = NULL;
	size_t len;
	int rc = fsio_read_file(path, TRACE_FILE_MAX_BYTES, &buf, &len, err);

	return rc ? rc : trace_file_parse(slash ? slash + 1 : path, buf, len, ret, err);
}

void trace_file_free(struct trace_file *file)
{
	for (size_t i = 0; i < file->doc_count; i++)
		yyjson_doc_free(file->docs[i]);
	free(file->docs);
	free(file->calls);
	free(file->name);
	*file = (struct trace_file){ 0 };
}

int64_t trace_number(const struct trace_call *call, const char *key)
{
	return yyjson_get_sint(yyjson_obj_get(call->obj, key));
}

const char *trace_text(const struct trace_call *call, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(call->obj, key));

	return text ? text : "";
}

struct trace_data trace_data(const struct trace_call *call, const char *key)
{
	yyjson_val *val = yyjson_obj_get(call->obj, key);

	return (struct trace_data){
		.there = val != NULL,
		.len = (size_t)yyjson_get_uint(yyjson_obj_get(val, "len")),
		.hex = yyjson_get_str(yyjson_obj_get(val, "hex")),
		.sha256 = yyjson_get_str(yyjson_obj_get(val, "sha256")),
	};
}

const char *trace_name(const struct trace_call *call, size_t index)
{
	return yyjson_get_str(yyjson_arr_get(yyjson_obj_get(call->obj, "names"), index));
}
