/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the simulated firmware uses of UEFI 2.10; the section stands beside each. Table members that
 * nobody calls are plain addresses. Members have the specification's order, and no other padding
 * than the ABI's.
 */
#ifndef FWSIM_EFI_H
#define FWSIM_EFI_H

#include <stddef.h>
#include <stdint.h>

#define EFIAPI __attribute__((ms_abi)) /* 2.3.4.2 */

typedef uint64_t efi_status; /* appendix D */
#define EFI_ERR(n)	       (0x8000000000000000u | (n))
#define EFI_INVALID_PARAMETER  EFI_ERR(2)
#define EFI_UNSUPPORTED	       EFI_ERR(3)
#define EFI_BUFFER_TOO_SMALL   EFI_ERR(5)
#define EFI_NOT_READY	       EFI_ERR(6)
#define EFI_DEVICE_ERROR       EFI_ERR(7)
#define EFI_OUT_OF_RESOURCES   EFI_ERR(9)
#define EFI_NOT_FOUND	       EFI_ERR(14)
#define EFI_SECURITY_VIOLATION EFI_ERR(26)

typedef void *efi_handle;
typedef void *efi_event;
typedef uint16_t efi_char;

struct efi_guid { /* appendix A: the first three are little-endian */
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
};

struct efi_time { /* 8.3 */
	uint16_t year;
	uint8_t month, day, hour, minute, second, pad1;
	uint32_t nanosecond;
	int16_t time_zone;
	uint8_t daylight, pad2;
};

struct efi_table { /* 4.2 */
	uint64_t signature;
	uint32_t revision, header_size, crc32, reserved;
};

/* 8.2: attributes of variables */
#define EFI_NV 0x1u
#define EFI_BS 0x2u
#define EFI_RT 0x4u

enum efi_reset {
	EFI_RESET_COLD,
	EFI_RESET_WARM,
	EFI_RESET_SHUTDOWN,
	EFI_RESET_PLATFORM
}; /* 8.5.1 */

struct efi_capsule { /* 8.5.3.1 */
	uint8_t guid[16];
	uint32_t header_size, flags, image_size;
};

typedef efi_status(EFIAPI *efi_get_variable)(const efi_char *name, const struct efi_guid *vendor,
					     uint32_t *attributes, uint64_t *size, void *data);
typedef efi_status(EFIAPI *efi_set_variable)(const efi_char *name, const struct efi_guid *vendor,
					     uint32_t attributes, uint64_t size, const void *data);
typedef void(EFIAPI *efi_reset_system)(enum efi_reset type, efi_status status, uint64_t size,
				       void *data);
typedef efi_status(EFIAPI *efi_update_capsule)(struct efi_capsule **capsules, uint64_t count,
					       uint64_t scatter_gather);
typedef efi_status(EFIAPI *efi_query_capsule)(struct efi_capsule **capsules, uint64_t count,
					      uint64_t *max_size, enum efi_reset *reset);

struct efi_runtime { /* 4.5.1 */
	struct efi_table header;
	efi_status(EFIAPI *get_time)(struct efi_time *time, void *capabilities);
	void *set_time, *get_wakeup_time, *set_wakeup_time;
	void *set_virtual_address_map;
	efi_status(EFIAPI *convert_pointer)(uint64_t debug, void **address);
	efi_get_variable get_variable;
	void *get_next_variable_name;
	efi_set_variable set_variable;
	void *get_next_high_monotonic_count;
	efi_reset_system reset_system;
	efi_update_capsule update_capsule;
	efi_query_capsule query_capsule_capabilities;
	void *query_variable_info;
};

enum efi_memory { /* 7.2.1 */
		  EFI_BOOT_SERVICES_DATA = 4,
		  EFI_RUNTIME_SERVICES_DATA = 6,
		  EFI_CONVENTIONAL_MEMORY = 7,
		  EFI_ACPI_RECLAIM_MEMORY = 9,
};

#define EFI_TPL_CALLBACK  8u	 /* 7.1.8 */
#define EFI_NOTIFY_SIGNAL 0x200u /* 7.1.1: EVT_NOTIFY_SIGNAL */
#define EFI_BY_PROTOCOL	  2u	 /* 7.3.16: EFI_LOCATE_SEARCH_TYPE */

typedef void(EFIAPI *efi_notify)(efi_event event, void *context);

struct efi_boot { /* 4.4.1 */
	struct efi_table header;
	void *raise_tpl, *restore_tpl;
	void *allocate_pages, *free_pages, *get_memory_map;
	efi_status(EFIAPI *allocate_pool)(enum efi_memory type, uint64_t size, void **ret);
	efi_status(EFIAPI *free_pool)(void *buffer);
	void *create_event, *set_timer, *wait_for_event, *signal_event, *close_event, *check_event;
	void *install_protocol, *reinstall_protocol, *uninstall_protocol;
	efi_status(EFIAPI *handle_protocol)(efi_handle handle, const struct efi_guid *protocol,
					    void **ret);
	void *reserved, *register_protocol_notify, *locate_handle, *locate_device_path;
	efi_status(EFIAPI *install_configuration_table)(const struct efi_guid *guid, void *table);
	void *load_image, *start_image, *exit, *unload_image, *exit_boot_services;
	void *get_next_monotonic_count, *stall, *set_watchdog_timer;
	void *connect_controller, *disconnect_controller;
	void *open_protocol, *close_protocol, *open_protocol_information;
	void *protocols_per_handle;
	efi_status(EFIAPI *locate_handle_buffer)(unsigned int by, const struct efi_guid *protocol,
						 void *key, uint64_t *count, efi_handle **ret);
	void *locate_protocol, *install_protocols, *uninstall_protocols;
	efi_status(EFIAPI *calculate_crc32)(const void *data, uint64_t size, uint32_t *ret);
	void *copy_mem, *set_mem;
	efi_status(EFIAPI *create_event_ex)(uint32_t type, uint64_t tpl, efi_notify notify,
					    const void *context, const struct efi_guid *group,
					    efi_event *ret);
};

struct efi_system { /* 4.3.1 */
	struct efi_table header;
	void *vendor;
	uint32_t revision;
	void *console_in_handle, *console_in, *console_out_handle, *console_out, *error_handle,
		*error;
	struct efi_runtime *runtime;
	struct efi_boot *boot;
	uint64_t table_count;
	void *tables;
};

struct efi_esrt { /* 23.4 */
	uint32_t count, max;
	uint64_t version;
};

struct efi_esrt_entry {
	uint8_t fw_class[16];
	uint32_t type, version, lowest, flags, last_version, last_status;
};

/* 13.4, 13.5: file systems */
#define EFI_FILE_READ	   1u
#define EFI_FILE_WRITE	   2u
#define EFI_FILE_DIRECTORY 0x10u

struct efi_file {
	uint64_t revision;
	efi_status(EFIAPI *open)(struct efi_file *dir, struct efi_file **ret, const efi_char *name,
				 uint64_t mode, uint64_t attributes);
	efi_status(EFIAPI *close)(struct efi_file *file);
	efi_status(EFIAPI *remove)(struct efi_file *file); /* closes it, too */
	efi_status(EFIAPI *read)(struct efi_file *file, uint64_t *size, void *buf);
	void *write, *get_position;
	efi_status(EFIAPI *set_position)(struct efi_file *file, uint64_t position);
};

struct efi_file_info {
	uint64_t size, file_size, physical_size;
	struct efi_time created, accessed, modified;
	uint64_t attributes;
	efi_char name[];
};

struct efi_file_system {
	uint64_t revision;
	efi_status(EFIAPI *open_volume)(struct efi_file_system *fs, struct efi_file **ret_root);
};

struct efi_device_path { /* 10.2 */
	uint8_t type, subtype;
	uint8_t length[2];
};

struct efi_partition_info { /* 13.18: type 2 is GPT */
	uint32_t revision, type;
	uint8_t system, reserved[7];
	struct efi_guid gpt_type, gpt_id;
};

#endif
