/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/boot_settings.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/hex.h"
#include "format/load_option.h"
#include "hw/efi_var.h"

#define ENTRIES_MAX    64
#define ATTRIBUTES     "/sys/class/firmware-attributes"
#define ATTRIBUTES_MAX 512 /* servers have some 300 */
#define ATTRIBUTE_MAX  256

static void put_title(struct hwio *hw, FILE *out, unsigned int entry)
{
	CLEANUP_FREE uint8_t *option = NULL;
	char name[16], title[64];
	struct err err = { 0 };
	size_t len;

	snprintf(name, sizeof(name), "Boot%04X", entry);
	if (efi_var_get(hw, EFI_GLOBAL_GUID, name, &option, &len) ||
	    load_option_title(option, len, title, sizeof(title), &err))
		snprintf(title, sizeof(title), "no such entry");
	fprintf(out, " %04X (%s)", entry, title);
}

static void put_order(struct hwio *hw, FILE *out, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i + 2 <= size && i < 2 * ENTRIES_MAX; i += 2)
		put_title(hw, out, (unsigned int)(data[i] | data[i + 1] << 8));
}

static void put_number(struct hwio *hw, FILE *out, const uint8_t *data, size_t size)
{
	(void)hw;
	for (size_t i = 0; i < size && i < 8; i++)
		fprintf(out, " %u", data[i]);
}

static void put_hash(struct hwio *hw, FILE *out, const uint8_t *data, size_t size)
{
	uint8_t hash[HASH_BYTES];
	char text[2 * HASH_BYTES + 1];

	(void)hw;
	if (hash_sha256(data, size, hash)) {
		fprintf(out, " %zu bytes", size);
		return;
	}
	hex_encode(hash, sizeof(hash), text);
	fprintf(out, " %zu bytes, SHA-256 %s", size, text);
}

static const struct setting {
	const char *name;
	bool is_database; /* of signatures: db has another GUID than the rest */
	void (*put)(struct hwio *hw, FILE *out, const uint8_t *data, size_t size);
} settings[] = {
	{ "BootOrder", false, put_order },  { "SecureBoot", false, put_number },
	{ "SetupMode", false, put_number }, { "PK", false, put_hash },
	{ "KEK", false, put_hash },	    { "db", true, put_hash },
};

/* False without UEFI: then there is nothing to say at all. */
static bool put_setting(struct hwio *hw, FILE *out, const struct setting *setting)
{
	CLEANUP_FREE uint8_t *data = NULL;
	size_t size;
	int rc = efi_var_get(hw, setting->is_database ? EFI_VAR_SECURITY_GUID : EFI_GLOBAL_GUID,
			     setting->name, &data, &size);

	if (rc == -EOPNOTSUPP)
		return false;
	fprintf(out, "%s:", setting->name);
	if (rc == -ENOENT)
		fprintf(out, " none");
	else if (rc)
		fprintf(out, " not readable (%s)", strerror(-rc));
	else
		setting->put(hw, out, data, size);
	fprintf(out, "\n");
	return true;
}

static bool is_secret(const char *name)
{
	return strcasestr(name, "password") || strcasestr(name, "passphrase");
}

/* One BIOS attribute; what cannot be read (write-only ones, passwords) is left out. */
static void put_attribute(struct hwio *hw, FILE *out, const char *driver, const char *name)
{
	char path[256], value[ATTRIBUTE_MAX];

	snprintf(path, sizeof(path), ATTRIBUTES "/%s/attributes/%s/current_value", driver, name);
	if (!is_secret(name) && hwio_read_attr(hw, path, value, sizeof(value)) == 0)
		fprintf(out, "BIOS %s: %s\n", name, value);
}

/* Documentation/ABI/testing/sysfs-class-firmware-attributes: of Dell, Lenovo and HP so far. */
static void put_attributes(struct hwio *hw, FILE *out)
{
	CLEANUP_FREE char(*drivers)[HWIO_NAME_MAX] = NULL;
	size_t driver_count = 0, left = ATTRIBUTES_MAX;

	if (hw->ops->list(hw, ATTRIBUTES, &drivers, &driver_count))
		return;
	for (size_t i = 0; i < driver_count; i++) {
		CLEANUP_FREE char(*names)[HWIO_NAME_MAX] = NULL;
		size_t count = 0;
		char path[128];

		snprintf(path, sizeof(path), ATTRIBUTES "/%s/attributes", drivers[i]);
		if (hw->ops->list(hw, path, &names, &count))
			continue;
		for (size_t k = 0; k < count && left; k++, left--)
			put_attribute(hw, out, drivers[i], names[k]);
	}
}

int boot_settings_read(struct hwio *hw, char **ret_text, struct err *err)
{
	size_t size = 0;
	FILE *out = open_memstream(ret_text, &size);

	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (!put_setting(hw, out, &settings[i]))
			break;
	put_attributes(hw, out);
	if (fclose(out) == 0)
		return 0;
	free(*ret_text);
	*ret_text = NULL;
	return err_set(err, ERR_NOMEM, "out of memory");
}

/* The line that begins with the same key, without its end; NULL when there is none. */
static const char *find_line(const char *text, const char *key, size_t key_len, size_t *ret_len)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		if (len > key_len && strncmp(text, key, key_len) == 0) {
			*ret_len = len;
			return text;
		}
		text += len + (text[len] == '\n');
	}
	return NULL;
}

/* A line of before against its counterpart. */
static void compare_line(FILE *out, const char *line, size_t len, const char *after)
{
	const char *colon = memchr(line, ':', len);
	size_t key_len = colon ? (size_t)(colon - line) + 1 : len;
	size_t other_len = 0;
	const char *other = find_line(after, line, key_len, &other_len);

	if (other && other_len == len && strncmp(line, other, len) == 0)
		return;
	fprintf(out, "%.*s was%.*s and is now%.*s\n", (int)(key_len - (colon != NULL)), line,
		(int)(len - key_len), line + key_len,
		(int)(other ? other_len - key_len : sizeof(" not known") - 1),
		other ? other + key_len : " not known");
}

int boot_settings_compare(const char *before, const char *after, char **ret_text, struct err *err)
{
	size_t size = 0;
	FILE *out;

	*ret_text = NULL;
	if (!*before || !*after)
		return 0;
	out = open_memstream(ret_text, &size);
	if (!out)
		return err_set(err, ERR_NOMEM, "out of memory");
	while (*before) {
		size_t len = strcspn(before, "\n");

		compare_line(out, before, len, after);
		before += len + (before[len] == '\n');
	}
	if (fclose(out) == 0 && size)
		return 0;
	free(*ret_text);
	*ret_text = NULL;
	return size ? err_set(err, ERR_NOMEM, "out of memory") : 0;
}
