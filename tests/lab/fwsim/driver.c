/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A UEFI runtime driver that takes the place of a machine's firmware update: it installs an ESRT
 * and answers UpdateCapsule() and QueryCapsuleCapabilities() instead of the firmware. It comes as
 * the option ROM of an emulated card, so that it is there before any boot loader.
 */
#include "driver.h"

#include <string.h>

#define PERSIST	      0x00010000u
#define SETTINGS_FILE "opt/drydock/fwsim"
#define RUNTIME_ATTRS (EFI_NV | EFI_BS | EFI_RT)

static const struct efi_guid esrt_guid = {
	0xb122a263, 0x3661, 0x4f68, { 0x99, 0x29, 0x78, 0xf8, 0xb0, 0xd6, 0x21, 0x80 }
};
static const struct efi_guid global_guid = GUID_GLOBAL;
static const struct efi_guid state_guid = { /* of our own */
					    0x0c1f4b52,
					    0x5f0f,
					    0x4a3c,
					    { 0x8d, 0x6e, 0x4c, 0x41, 0x42, 0x46, 0x57, 0x01 }
};
static const efi_char state_name[] = u"FwsimState";
static const efi_char indications_name[] = u"OsIndications";
static const efi_char supported_name[] = u"OsIndicationsSupported";

/* Addresses in here are converted when the operating system moves them: address_change(). */
static struct fwsim sim;
static struct efi_system *the_system;
static struct efi_runtime *runtime;
static struct efi_esrt_entry *table;
static efi_get_variable old_get_variable;
static efi_set_variable old_set_variable;
static efi_reset_system old_reset_system;
static bool at_runtime;
static char settings[FWSIM_SETTINGS_MAX];

static efi_status said(enum fwsim_answer answer)
{
	return answer == FWSIM_SAY_UNSUPPORTED ? EFI_UNSUPPORTED
	       : answer == FWSIM_SAY_RESOURCES ? EFI_OUT_OF_RESOURCES
	       : answer == FWSIM_SAY_SECURITY  ? EFI_SECURITY_VIOLATION
					       : 0;
}

static efi_status judge(struct efi_capsule **capsules, uint64_t count)
{
	if (!capsules || count == 0)
		return EFI_INVALID_PARAMETER;
	for (uint64_t i = 0; i < count; i++) {
		switch (fwsim_judge(&sim, (const uint8_t *)capsules[i], capsules[i]->image_size)) {
		case FWSIM_INVALID:
			return EFI_INVALID_PARAMETER;
		case FWSIM_UNKNOWN:
			return EFI_UNSUPPORTED;
		case FWSIM_TAKEN:
			break;
		}
	}
	return 0;
}

static efi_status EFIAPI query_capsule(struct efi_capsule **capsules, uint64_t count,
				       uint64_t *max_size, enum efi_reset *reset)
{
	efi_status status = judge(capsules, count);

	if (!status && (!max_size || !reset))
		status = EFI_INVALID_PARAMETER;
	if (!status)
		status = said(sim.query);
	fwsim_say("query: status 0x%x", (uint32_t)status);
	if (status)
		return status;
	*max_size = sim.max_size;
	*reset = sim.reset == FWSIM_RESET_COLD ? EFI_RESET_COLD : EFI_RESET_WARM;
	return 0;
}

/*
 * Capsules lie in contiguous memory at the addresses that the caller uses (8.5.3); the scatter
 * gather list, which has physical ones, is for the firmware after the reset. This one looks at
 * once.
 */
static efi_status take(struct efi_capsule *capsule, uint64_t scatter_gather)
{
	bool waits = capsule->flags & PERSIST;

	if (waits && !scatter_gather)
		return EFI_INVALID_PARAMETER;
	if (!waits && at_runtime)
		return EFI_OUT_OF_RESOURCES;
	fwsim_take(&sim, (const uint8_t *)capsule, capsule->image_size,
		   waits ? FWSIM_IN_MEMORY : FWSIM_NOW);
	if (!waits)
		fwsim_results(runtime, &sim, fwsim_apply_now(&sim), u"");
	fwsim_store();
	return 0;
}

static efi_status EFIAPI update_capsule(struct efi_capsule **capsules, uint64_t count,
					uint64_t scatter_gather)
{
	efi_status status = judge(capsules, count);

	if (!status)
		status = said(sim.update);
	for (uint64_t i = 0; !status && i < count; i++)
		status = take(capsules[i], scatter_gather);
	fwsim_say("update: status 0x%x", (uint32_t)status);
	return status;
}

static void EFIAPI reset_system(enum efi_reset type, efi_status status, uint64_t size, void *data)
{
	fwsim_say("reset: type %u", (uint32_t)type);
	fwsim_will_reset(type);
	old_reset_system(type, status, size, data);
}

static bool is_global(const efi_char *name, const struct efi_guid *vendor, const efi_char *other,
		      size_t bytes)
{
	return name && vendor && memcmp(vendor, &global_guid, sizeof(global_guid)) == 0 &&
	       memcmp(name, other, bytes) == 0;
}

/* The firmware's own variable is read-only by now, so that its bit is added on the way out. */
static efi_status EFIAPI get_variable(const efi_char *name, const struct efi_guid *vendor,
				      uint32_t *attributes, uint64_t *size, void *data)
{
	efi_status status = old_get_variable(name, vendor, attributes, size, data);

	if (!status && sim.disk && *size == sizeof(uint64_t) &&
	    is_global(name, vendor, supported_name, sizeof(supported_name)))
		*(uint8_t *)data |= OS_INDICATIONS_CAPSULE;
	return status;
}

/*
 * EDK2 removes OsIndications at its next start when it has a bit that it does not support itself,
 * before this driver is there: what was wanted is kept a second time.
 */
static efi_status EFIAPI set_variable(const efi_char *name, const struct efi_guid *vendor,
				      uint32_t attributes, uint64_t size, const void *data)
{
	efi_status status = old_set_variable(name, vendor, attributes, size, data);

	if (!status && is_global(name, vendor, indications_name, sizeof(indications_name)))
		old_set_variable(indications_name, &state_guid, RUNTIME_ATTRS, size, data);
	return status;
}

/* The bit is cleared whatever becomes of the capsules (8.5.5). */
static bool disk_is_wanted(void)
{
	uint64_t wanted = 0, size = sizeof(wanted);

	if (old_get_variable(indications_name, &state_guid, NULL, &size, &wanted))
		return false;
	old_set_variable(indications_name, &state_guid, RUNTIME_ATTRS, 0, NULL);
	return wanted & OS_INDICATIONS_CAPSULE;
}

void fwsim_store(void)
{
	uint8_t buf[FWSIM_STATE_BYTES];
	efi_status status = runtime->set_variable(state_name, &state_guid, RUNTIME_ATTRS,
						  fwsim_save(&sim, buf), buf);

	if (status)
		fwsim_say("the state cannot be kept: 0x%x", (uint32_t)status);
	for (uint32_t i = 0; table && i < sim.count; i++) {
		table[i].version = sim.entries[i].version;
		table[i].last_version = sim.entries[i].last_version;
		table[i].last_status = sim.entries[i].last_status;
	}
}

static void restore(void)
{
	uint8_t buf[FWSIM_STATE_BYTES];
	uint64_t size = sizeof(buf);

	if (!runtime->get_variable(state_name, &state_guid, NULL, &size, buf))
		fwsim_load(&sim, buf, size);
}

/* Entries that only stand there: each has another GUID. */
static void fill(struct efi_esrt_entry *entry, uint32_t number)
{
	memcpy(entry->fw_class, &state_guid, sizeof(state_guid));
	memcpy(entry->fw_class, &number, sizeof(number));
	entry->type = 2;
	entry->version = entry->last_version = number;
}

static efi_status install_esrt(void)
{
	uint32_t count = sim.count + sim.esrt_fill;
	uint64_t size = sizeof(struct efi_esrt) + (uint64_t)count * sizeof(struct efi_esrt_entry);
	struct efi_esrt *esrt;

	if (the_system->boot->allocate_pool(sim.esrt_memory, size, (void **)&esrt))
		return EFI_OUT_OF_RESOURCES;
	memset(esrt, 0, size);
	esrt->count = sim.esrt_count ? sim.esrt_count : count;
	esrt->max = sim.esrt_max ? sim.esrt_max : esrt->count;
	esrt->version = sim.esrt_version ? sim.esrt_version : 1;
	table = (struct efi_esrt_entry *)(esrt + 1);
	for (uint32_t i = 0; i < sim.count; i++) {
		memcpy(table[i].fw_class, sim.entries[i].guid, 16);
		table[i].type = sim.entries[i].type;
		table[i].lowest = sim.entries[i].lowest;
		table[i].flags = sim.entries[i].flags;
	}
	for (uint32_t i = 0; i < sim.esrt_fill; i++)
		fill(&table[sim.count + i], i + 1);
	return the_system->boot->install_configuration_table(&esrt_guid, esrt);
}

static void EFIAPI ready_to_boot(efi_event event, void *context)
{
	(void)event;
	(void)context;
	if (disk_is_wanted() && sim.disk == FWSIM_DISK_YES)
		fwsim_disk(the_system, &sim);
}

/*
 * EDK2 does not put an image that was loaded after EndOfDxe into the memory attributes table, so
 * that Linux would map it without the right to execute. Without the table it goes by the types of
 * memory.
 */
static void EFIAPI exit_boot_services(efi_event event, void *context)
{
	static const struct efi_guid attributes = {
		0xdcfa911d, 0x26eb, 0x469f, { 0xa2, 0x20, 0x38, 0xb7, 0xdc, 0x46, 0x12, 0x20 }
	};

	(void)event;
	(void)context;
	the_system->boot->install_configuration_table(&attributes, NULL);
	at_runtime = true;
	table = NULL;
}

static void EFIAPI address_change(efi_event event, void *context)
{
	struct efi_runtime *services = runtime;

	(void)event;
	(void)context;
	services->convert_pointer(0, (void **)&old_get_variable);
	services->convert_pointer(0, (void **)&old_set_variable);
	services->convert_pointer(0, (void **)&old_reset_system);
	services->convert_pointer(0, (void **)&runtime);
}

static efi_status listen(void)
{
	static const struct efi_guid ready = {
		0x7ce88fb3, 0x4bd7, 0x4679, { 0x87, 0xa8, 0xa8, 0xd8, 0xde, 0xe5, 0x0d, 0x2b }
	};
	static const struct efi_guid exits = {
		0x27abf055, 0xb1b8, 0x4c26, { 0x80, 0x48, 0x74, 0x8f, 0x37, 0xba, 0xa2, 0xdf }
	};
	static const struct efi_guid moves = {
		0x13fa7698, 0xc831, 0x49c7, { 0x87, 0xea, 0x8f, 0x43, 0xfc, 0xc2, 0x51, 0x96 }
	};
	struct efi_boot *boot = the_system->boot;
	efi_event event;
	efi_status status;

	status = boot->create_event_ex(EFI_NOTIFY_SIGNAL, EFI_TPL_CALLBACK, ready_to_boot, NULL,
				       &ready, &event);
	if (!status)
		status = boot->create_event_ex(EFI_NOTIFY_SIGNAL, EFI_TPL_CALLBACK,
					       exit_boot_services, NULL, &exits, &event);
	if (!status)
		status = boot->create_event_ex(EFI_NOTIFY_SIGNAL, EFI_TPL_CALLBACK, address_change,
					       NULL, &moves, &event);
	return status;
}

static void replace_services(void)
{
	old_get_variable = runtime->get_variable;
	old_set_variable = runtime->set_variable;
	old_reset_system = runtime->reset_system;
	runtime->get_variable = get_variable;
	runtime->set_variable = set_variable;
	runtime->reset_system = reset_system;
	runtime->update_capsule = update_capsule;
	runtime->query_capsule_capabilities = query_capsule;
	runtime->header.crc32 = 0;
	the_system->boot->calculate_crc32(&runtime->header, runtime->header.header_size,
					  &runtime->header.crc32);
}

efi_status EFIAPI efi_main(efi_handle image, struct efi_system *system);

efi_status EFIAPI efi_main(efi_handle image, struct efi_system *system)
{
	size_t len = fwsim_fw_cfg(SETTINGS_FILE, settings, sizeof(settings));
	enum fwsim_reset how = fwsim_how_started();
	efi_status status;

	(void)image;
	the_system = system;
	runtime = system->runtime;
	if (len > sizeof(settings) || !fwsim_settings(&sim, settings, len)) {
		fwsim_say("the settings are wrong: nothing is simulated");
		return EFI_UNSUPPORTED;
	}
	restore();
	fwsim_say("starts, reset %u, %u entries", (uint32_t)how, sim.count);
	fwsim_results(runtime, &sim, fwsim_start(&sim, how), u"");
	status = listen();
	if (!status && sim.has_esrt)
		status = install_esrt();
	if (status)
		return status;
	fwsim_store();
	replace_services();
	return 0;
}
