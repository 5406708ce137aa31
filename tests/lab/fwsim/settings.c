/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings: words KEY=VALUE, one or several a line; a line that begins with "entry" describes one
 * firmware. No tables of texts: the driver's image holds no addresses (fwsim.lds).
 */
#include "model.h"

#include <string.h>

struct word {
	const char *text;
	size_t len;
};

static bool is(struct word word, const char *text)
{
	return strlen(text) == word.len && memcmp(word.text, text, word.len) == 0;
}

static unsigned int digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : 99;
}

/* Decimal or 0x…, at most 32 bits. */
static bool number(struct word word, uint32_t *ret)
{
	unsigned int base = 10;
	uint64_t value = 0;

	if (word.len > 2 && word.text[0] == '0' && word.text[1] == 'x') {
		base = 16;
		word.text += 2;
		word.len -= 2;
	}
	if (word.len == 0 || word.len > 10)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (digit(word.text[i]) >= base)
			return false;
		value = value * base + digit(word.text[i]);
	}
	*ret = (uint32_t)value;
	return value <= UINT32_MAX;
}

/* Mixed-endian, as UEFI keeps it (appendix A). */
static bool guid(struct word word, uint8_t ret[16])
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned int n = 0;

	if (word.len != 36)
		return false;
	for (size_t i = 0; i < 36; i += 2) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (word.text[i++] != '-')
				return false;
		}
		if (digit(word.text[i]) > 15 || digit(word.text[i + 1]) > 15)
			return false;
		ret[order[n++]] = (uint8_t)(digit(word.text[i]) << 4 | digit(word.text[i + 1]));
	}
	return true;
}

static bool flag(struct word value, bool *ret)
{
	*ret = is(value, "1");
	return *ret || is(value, "0");
}

static bool type_of(struct word value, uint32_t *ret)
{
	*ret = is(value, "system") ? 1 : is(value, "device") ? 2 : is(value, "driver") ? 3 : 0;
	return *ret || number(value, ret);
}

static bool answer(struct word value, enum fwsim_answer *ret)
{
	*ret = is(value, "unsupported")	       ? FWSIM_SAY_UNSUPPORTED
	       : is(value, "out_of_resources") ? FWSIM_SAY_RESOURCES
	       : is(value, "security")	       ? FWSIM_SAY_SECURITY
					       : FWSIM_ACCEPT;
	return *ret || is(value, "accept");
}

static bool reset_kind(struct word value, enum fwsim_reset *ret)
{
	*ret = is(value, "cold")    ? FWSIM_RESET_COLD
	       : is(value, "any")   ? FWSIM_RESET_ANY
	       : is(value, "power") ? FWSIM_RESET_POWER
				    : FWSIM_RESET_WARM;
	return *ret != FWSIM_RESET_WARM || is(value, "warm");
}

static bool disk_word(struct word value, enum fwsim_disk *ret)
{
	*ret = is(value, "yes")	      ? FWSIM_DISK_YES
	       : is(value, "ignored") ? FWSIM_DISK_IGNORED
				      : FWSIM_DISK_NO;
	return *ret || is(value, "no");
}

static bool memory_type(struct word value, uint32_t *ret)
{
	*ret = is(value, "runtime") ? 6 : is(value, "boot") ? 4 : is(value, "acpi") ? 9 : 0;
	return *ret || is(value, "reserved");
}

/* How an entry takes a capsule: "nothing", or the last attempt status. */
static bool apply_word(struct fwsim_entry *entry, struct word value)
{
	entry->does_nothing = is(value, "nothing");
	return entry->does_nothing || number(value, &entry->apply_status);
}

static bool entry_word(struct fwsim_entry *entry, struct word key, struct word value)
{
	if (is(key, "guid"))
		return guid(value, entry->guid);
	if (is(key, "type"))
		return type_of(value, &entry->type);
	if (is(key, "version"))
		return number(value, &entry->version);
	if (is(key, "lowest"))
		return number(value, &entry->lowest);
	if (is(key, "flags"))
		return number(value, &entry->flags);
	if (is(key, "last_version"))
		return number(value, &entry->last_version);
	if (is(key, "last_status"))
		return number(value, &entry->last_status);
	if (is(key, "apply"))
		return apply_word(entry, value);
	if (is(key, "version_after"))
		return number(value, &entry->version_after);
	if (is(key, "reboots"))
		return number(value, &entry->reboots) && entry->reboots > 0;
	return false;
}

static bool firmware_word(struct fwsim *sim, struct word key, struct word value)
{
	if (is(key, "query"))
		return answer(value, &sim->query);
	if (is(key, "update"))
		return answer(value, &sim->update);
	if (is(key, "reset"))
		return reset_kind(value, &sim->reset);
	if (is(key, "max_size"))
		return number(value, &sim->max_size);
	if (is(key, "disk"))
		return disk_word(value, &sim->disk);
	if (is(key, "disk_reset"))
		return flag(value, &sim->disk_reset);
	if (is(key, "esrt"))
		return flag(value, &sim->has_esrt);
	if (is(key, "esrt_fill"))
		return number(value, &sim->esrt_fill) && sim->esrt_fill <= FWSIM_ESRT_MAX;
	if (is(key, "esrt_count"))
		return number(value, &sim->esrt_count);
	if (is(key, "esrt_max"))
		return number(value, &sim->esrt_max);
	if (is(key, "esrt_version"))
		return number(value, &sim->esrt_version);
	if (is(key, "esrt_memory"))
		return memory_type(value, &sim->esrt_memory);
	return false;
}

static struct word next_word(struct word *line)
{
	struct word word;

	while (line->len > 0 && *line->text == ' ') {
		line->text++;
		line->len--;
	}
	word.text = line->text;
	word.len = 0;
	while (line->len > 0 && *line->text != ' ') {
		line->text++;
		line->len--;
		word.len++;
	}
	return word;
}

static struct fwsim_entry *new_entry(struct fwsim *sim)
{
	struct fwsim_entry *entry = &sim->entries[sim->count];

	if (sim->count == FWSIM_ENTRIES)
		return NULL;
	sim->count++;
	memset(entry, 0, sizeof(*entry));
	entry->type = 1;
	entry->reboots = 1;
	return entry;
}

static bool read_line(struct fwsim *sim, struct word line)
{
	struct fwsim_entry *entry = NULL;
	struct word word;

	while ((word = next_word(&line)).len > 0) {
		struct word key = word, value = word;

		if (is(word, "entry")) {
			entry = new_entry(sim);
			if (!entry)
				return false;
			continue;
		}
		key.len = 0;
		while (key.len < word.len && key.text[key.len] != '=')
			key.len++;
		if (key.len == word.len)
			return false;
		value.text += key.len + 1;
		value.len -= key.len + 1;
		if (entry ? !entry_word(entry, key, value) : !firmware_word(sim, key, value))
			return false;
	}
	return true;
}

bool fwsim_settings(struct fwsim *ret, const char *text, size_t len)
{
	struct word line = { text, 0 };
	unsigned int count = 0;

	memset(ret, 0, sizeof(*ret));
	ret->reset = FWSIM_RESET_WARM;
	ret->max_size = 64u << 20;
	ret->has_esrt = true;
	ret->esrt_memory = 6;
	for (size_t i = 0; i < len; i++) {
		if (text[i] != '\n' && i + 1 < len) {
			line.len++;
			continue;
		}
		if (text[i] != '\n')
			line.len++;
		count++;
		if (!read_line(ret, line)) {
			fwsim_say("line %u of the settings is not understood", count);
			return false;
		}
		line.text = text + i + 1;
		line.len = 0;
	}
	return true;
}
