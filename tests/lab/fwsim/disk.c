/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Capsules on disk (UEFI 2.10, 8.5.5) and the variables that tell what became of capsules (8.5.6).
 */
#include "driver.h"

#include <string.h>

#define NODE_MEDIA     4u /* 10.3.5 */
#define NODE_HARDDRIVE 1u
#define NODE_FILE      4u
#define NODE_END       0x7fu
#define PATH_MAX_BYTES 2048u
#define FILES_MAX      16u
#define NAME_MAX       64u

static const struct efi_guid global_guid = GUID_GLOBAL;
static const struct efi_guid report_guid = {
	0x39b68c46, 0xf7fb, 0x441b, { 0xb6, 0xec, 0x16, 0xb0, 0xf6, 0x98, 0x21, 0xf3 }
};
static const uint8_t fmp_guid[16] = { 0xed, 0xd5, 0xcb, 0x6d, 0x2d, 0xe8, 0x44, 0x4c,
				      0xbd, 0xa1, 0x71, 0x94, 0x19, 0x9a, 0xd9, 0x2a };

struct names {
	efi_char name[FILES_MAX][NAME_MAX];
	unsigned int count;
};

static void hex4(efi_char *at, uint16_t value)
{
	for (unsigned int i = 0; i < 4; i++) {
		unsigned int nibble = value >> (12 - 4 * i) & 15u;

		at[i] = (efi_char)(nibble < 10 ? '0' + nibble : 'A' + nibble - 10);
	}
}

static uint16_t from_hex4(const efi_char *at)
{
	uint16_t value = 0;

	for (unsigned int i = 0; i < 4; i++)
		value = (uint16_t)(value << 4 | (at[i] <= '9' ? at[i] - '0' : at[i] - 'A' + 10));
	return value;
}

/* EFI_CAPSULE_RESULT_VARIABLE_HEADER and _FMP in their order */
struct result {
	uint32_t total, reserved;
	uint8_t capsule_guid[16];
	struct efi_time processed;
	efi_status status;
	uint16_t version;
	uint8_t payload_index, image_index;
	uint8_t image_type[16];
	efi_char texts[NAME_MAX + 1]; /* file name, target: each ends with a zero */
};

static efi_status status_of(uint32_t last_status)
{
	return last_status == FWSIM_OK		? 0
	       : last_status == FWSIM_RESOURCES ? EFI_OUT_OF_RESOURCES
	       : last_status == FWSIM_FORMAT	? EFI_INVALID_PARAMETER
	       : last_status == FWSIM_AUTH	? EFI_SECURITY_VIOLATION
						: EFI_DEVICE_ERROR;
}

/* The next CapsuleNNNN */
static void write_result(struct efi_runtime *runtime, struct result *result)
{
	static const efi_char most[11] = u"CapsuleFFFF";
	efi_char last[12] = u"Capsule0000";
	uint64_t size = 22;

	if (!runtime->get_variable(u"CapsuleLast", &report_guid, NULL, &size, last))
		hex4(last + 7, (uint16_t)(from_hex4(last + 7) + 1));
	runtime->get_time(&result->processed, NULL);
	runtime->set_variable(last, &report_guid, EFI_NV | EFI_BS | EFI_RT, result->total, result);
	runtime->set_variable(u"CapsuleLast", &report_guid, EFI_NV | EFI_BS | EFI_RT, 22, last);
	runtime->set_variable(u"CapsuleMax", &report_guid, EFI_BS | EFI_RT, 22, most);
}

static void result_of(struct efi_runtime *runtime, const struct fwsim_entry *entry,
		      const efi_char *file)
{
	struct result result;
	unsigned int len = 0;

	memset(&result, 0, sizeof(result));
	result.total = offsetof(struct result, version);
	result.status = status_of(entry->last_status);
	memcpy(result.capsule_guid, entry->is_plain ? entry->guid : fmp_guid, 16);
	if (!entry->is_plain) {
		result.version = 1;
		result.image_index = 1;
		memcpy(result.image_type, entry->guid, 16);
		for (; len < NAME_MAX - 1 && file[len]; len++)
			result.texts[len] = file[len];
		result.total = (uint32_t)(offsetof(struct result, texts) + 2 * (len + 2));
	}
	write_result(runtime, &result);
}

void fwsim_results(struct efi_runtime *runtime, const struct fwsim *sim, uint32_t applied,
		   const efi_char *file)
{
	for (uint32_t i = 0; i < sim->count; i++)
		if (applied & 1u << i)
			result_of(runtime, &sim->entries[i], file);
}

static size_t node_length(const struct efi_device_path *node)
{
	return node->length[0] | (size_t)node->length[1] << 8;
}

static const struct efi_device_path *next_node(const struct efi_device_path *node)
{
	return (const struct efi_device_path *)((const uint8_t *)node + node_length(node));
}

static bool is_node(const struct efi_device_path *node, unsigned int type, unsigned int subtype)
{
	return node->type == type && node->subtype == subtype;
}

/* A path that begins with a partition means that partition wherever it is: by its signature. */
static bool has_partition(const struct efi_device_path *path,
			  const struct efi_device_path *short_form)
{
	for (; path->type != NODE_END; path = next_node(path))
		if (is_node(path, NODE_MEDIA, NODE_HARDDRIVE) &&
		    memcmp((const uint8_t *)path + 24, (const uint8_t *)short_form + 24, 16) == 0)
			return true;
	return false;
}

/* Is a file system with this path on what the boot option names? */
static bool belongs(const struct efi_device_path *path, const struct efi_device_path *option)
{
	if (is_node(option, NODE_MEDIA, NODE_HARDDRIVE))
		return has_partition(path, option);
	while (option->type != NODE_END && !is_node(option, NODE_MEDIA, NODE_FILE)) {
		if (path->type == NODE_END || node_length(path) != node_length(option) ||
		    memcmp(path, option, node_length(path)) != 0)
			return false;
		path = next_node(path);
		option = next_node(option);
	}
	return true;
}

/* The option that is about to be started (3.1.3): its path, in buf; NULL: there is none. */
static const struct efi_device_path *boot_option(struct efi_runtime *runtime, uint8_t *buf)
{
	efi_char name[9] = u"Boot0000";
	uint64_t size = 2, at = 6;
	uint16_t current;

	if (runtime->get_variable(u"BootCurrent", &global_guid, NULL, &size, &current))
		return NULL;
	hex4(name + 4, current);
	size = PATH_MAX_BYTES;
	if (runtime->get_variable(name, &global_guid, NULL, &size, buf))
		return NULL;
	while (at + 1 < size && (buf[at] || buf[at + 1]))
		at += 2;
	return at + 2 < size ? (const struct efi_device_path *)(buf + at + 2) : NULL;
}

static bool precedes(const efi_char *a, const efi_char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a < *b;
}

static void add_name(struct names *names, const efi_char *name)
{
	unsigned int at = names->count, len = 0;

	while (name[len])
		len++;
	if (names->count == FILES_MAX || len >= NAME_MAX)
		return;
	for (; at > 0 && precedes(name, names->name[at - 1]); at--)
		memcpy(names->name[at], names->name[at - 1], sizeof(names->name[at]));
	memcpy(names->name[at], name, 2 * (len + 1));
	names->count++;
}

/* Files by their names, in alphabetical order */
static void list(struct efi_file *dir, struct names *names)
{
	uint8_t buf[sizeof(struct efi_file_info) + 1024] __attribute__((aligned(8)));
	const struct efi_file_info *info = (const struct efi_file_info *)buf;
	uint64_t size = sizeof(buf);

	names->count = 0;
	while (!dir->read(dir, &size, buf) && size > 0) {
		if (!(info->attributes & EFI_FILE_DIRECTORY))
			add_name(names, info->name);
		size = sizeof(buf);
	}
}

static void process(struct efi_system *system, struct fwsim *sim, struct efi_file *file,
		    const efi_char *name)
{
	uint64_t size = (uint64_t)sim->max_size + 1;
	uint8_t *buf;

	if (system->boot->allocate_pool(EFI_BOOT_SERVICES_DATA, size, (void **)&buf)) {
		fwsim_say("no memory for a capsule on disk");
		return;
	}
	if (file->read(file, &size, buf) || size < 28 ||
	    fwsim_take(sim, buf, (uint32_t)size, FWSIM_NOW) != FWSIM_TAKEN)
		fwsim_say("a file of %u bytes is no capsule for this machine", (uint32_t)size);
	fwsim_results(system->runtime, sim, fwsim_apply_now(sim), name);
	system->boot->free_pool(buf);
}

/* Returns how many files there were. */
static unsigned int process_dir(struct efi_system *system, struct fwsim *sim, struct efi_file *root)
{
	static struct names names;
	struct efi_file *dir, *file;

	if (root->open(root, &dir, u"\\EFI\\UpdateCapsule", EFI_FILE_READ, 0))
		return 0;
	list(dir, &names);
	for (unsigned int i = 0; i < names.count; i++) {
		if (dir->open(dir, &file, names.name[i], EFI_FILE_READ | EFI_FILE_WRITE, 0)) {
			fwsim_say("a capsule on disk cannot be opened");
			continue;
		}
		process(system, sim, file, names.name[i]);
		if (file->remove(file))
			fwsim_say("a capsule on disk cannot be removed");
	}
	dir->close(dir);
	return names.count;
}

/* Is this handle an EFI system partition of the option? Then its root. */
static struct efi_file *open_esp(struct efi_boot *boot, efi_handle handle,
				 const struct efi_device_path *option)
{
	static const struct efi_guid path_guid = {
		0x09576e91, 0x6d3f, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
	};
	static const struct efi_guid info_guid = {
		0x8cf2f62c, 0xbc9b, 0x4821, { 0x80, 0x8d, 0xec, 0x9e, 0xc4, 0x21, 0xa1, 0xa0 }
	};
	static const struct efi_guid fs_guid = {
		0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
	};
	struct efi_partition_info *info;
	struct efi_device_path *path;
	struct efi_file_system *fs;
	struct efi_file *root;

	if (boot->handle_protocol(handle, &path_guid, (void **)&path) || !belongs(path, option) ||
	    boot->handle_protocol(handle, &info_guid, (void **)&info) || info->system != 1 ||
	    boot->handle_protocol(handle, &fs_guid, (void **)&fs) || fs->open_volume(fs, &root))
		return NULL;
	return root;
}

static unsigned int process_option(struct efi_system *system, struct fwsim *sim,
				   const struct efi_device_path *option)
{
	static const struct efi_guid fs_guid = {
		0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b }
	};
	struct efi_boot *boot = system->boot;
	unsigned int files = 0;
	efi_handle *handles;
	uint64_t count;

	if (boot->locate_handle_buffer(EFI_BY_PROTOCOL, &fs_guid, NULL, &count, &handles))
		return 0;
	for (uint64_t i = 0; i < count; i++) {
		struct efi_file *root = open_esp(boot, handles[i], option);

		if (!root)
			continue;
		files += process_dir(system, sim, root);
		root->close(root);
	}
	boot->free_pool(handles);
	return files;
}

/* As EDK2 does after capsules: it starts again, and the option is the next one again. */
static void start_again(struct efi_runtime *runtime)
{
	uint64_t size = 2;
	uint16_t current;

	if (!runtime->get_variable(u"BootCurrent", &global_guid, NULL, &size, &current))
		runtime->set_variable(u"BootNext", &global_guid, EFI_NV | EFI_BS | EFI_RT, 2,
				      &current);
	runtime->reset_system(EFI_RESET_WARM, 0, 0, NULL);
}

void fwsim_disk(struct efi_system *system, struct fwsim *sim)
{
	static uint8_t buf[PATH_MAX_BYTES];
	struct efi_runtime *runtime = system->runtime;
	const struct efi_device_path *option = boot_option(runtime, buf);
	unsigned int files = option ? process_option(system, sim, option) : 0;
	fwsim_say("capsules on disk: %u files", files);
	fwsim_store();
	if (files > 0 && sim->disk_reset)
		start_again(runtime);
}
