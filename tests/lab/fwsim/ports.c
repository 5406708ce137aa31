/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The emulated machine under the driver: its ports, and what a compiler takes for granted. */
#include "driver.h"

#include <stdarg.h>
#include <string.h>

#define PORT_DEBUG	0x402 /* -debugcon */
#define PORT_CMOS	0x70
#define PORT_FW_CFG	0x510
#define FW_CFG_DIR	0x19
#define CMOS_COOKIE	0x70 /* three bytes that neither QEMU nor OVMF uses */
#define CMOS_RESET	0x73
#define DIR_ENTRY	64u
#define DIR_MAX		512u
#define FW_CFG_NAME_MAX 56u

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void out16(uint16_t port, uint16_t value)
{
	__asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* The compiler calls these even where the source does not. */
void *memset(void *to, int value, size_t len)
{
	void *at = to;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(len) : "a"(value) : "memory");
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
	void *at = to;

	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(len) : : "memory");
	return to;
}

int memcmp(const void *a, const void *b, size_t len)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < len; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

size_t strlen(const char *text)
{
	size_t len = 0;

	while (text[len])
		len++;
	return len;
}

static void say_text(const char *text)
{
	while (*text)
		out8(PORT_DEBUG, (uint8_t)*text++);
}

static void say_hex(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < 2 * len; i++) {
		unsigned int nibble = i % 2 ? bytes[i / 2] & 15u : bytes[i / 2] >> 4;

		out8(PORT_DEBUG, (uint8_t)(nibble < 10 ? '0' + nibble : 'a' + nibble - 10));
	}
}

static void say_guid(const uint8_t *guid)
{
	const uint8_t head[8] = { guid[3], guid[2], guid[1], guid[0],
				  guid[5], guid[4], guid[7], guid[6] };

	say_hex(head, 4);
	say_text("-");
	say_hex(head + 4, 2);
	say_text("-");
	say_hex(head + 6, 2);
	say_text("-");
	say_hex(guid + 8, 2);
	say_text("-");
	say_hex(guid + 10, 6);
}

static void say_decimal(uint32_t value)
{
	char text[12];
	size_t at = sizeof(text) - 1;

	text[at] = '\0';
	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	say_text(text + at);
}

static void say_word(uint32_t value)
{
	const uint8_t big[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16),
				 (uint8_t)(value >> 8), (uint8_t)value };

	say_hex(big, 4);
}

void fwsim_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say_text("fwsim: ");
	for (; *format; format++) {
		if (*format != '%') {
			out8(PORT_DEBUG, (uint8_t)*format);
			continue;
		}
		format++;
		if (*format == 's')
			say_text(va_arg(args, const char *));
		else if (*format == 'u')
			say_decimal(va_arg(args, uint32_t));
		else if (*format == 'x')
			say_word(va_arg(args, uint32_t));
		else if (*format == 'G')
			say_guid(va_arg(args, const uint8_t *));
		else
			say_hex(va_arg(args, const uint8_t *), 32);
	}
	say_text("\n");
	va_end(args);
}

static void fw_cfg_read(uint8_t *buf, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf[i] = in8(PORT_FW_CFG + 1);
}

size_t fwsim_fw_cfg(const char *name, char *buf, size_t len)
{
	uint8_t entry[DIR_ENTRY], count[4];

	out16(PORT_FW_CFG, FW_CFG_DIR);
	fw_cfg_read(count, sizeof(count));
	for (unsigned int i = 0; i < count[3] + 256u * count[2] && i < DIR_MAX; i++) {
		size_t size;

		/* Size and selector are big-endian; the name ends with a zero. */
		fw_cfg_read(entry, sizeof(entry));
		if (memcmp(entry + 8, name, strlen(name) + 1) != 0)
			continue;
		size = (size_t)entry[1] << 16 | (size_t)entry[2] << 8 | entry[3];
		out16(PORT_FW_CFG, (uint16_t)(entry[4] << 8 | entry[5]));
		fw_cfg_read((uint8_t *)buf, size < len ? size : len);
		return size;
	}
	return 0;
}

/* The index and the value of a CMOS byte go together: nobody comes between. */
static uint8_t cmos(uint8_t index, bool writes, uint8_t value)
{
	uint64_t flags;

	__asm__ volatile("pushfq; popq %0; cli" : "=r"(flags) : : "memory");
	out8(PORT_CMOS, index);
	if (writes)
		out8(PORT_CMOS + 1, value);
	else
		value = in8(PORT_CMOS + 1);
	__asm__ volatile("pushq %0; popfq" : : "r"(flags) : "memory", "cc");
	return value;
}

enum fwsim_reset fwsim_how_started(void)
{
	static const uint8_t cookie[3] = { 0xd5, 0x17, 0x6b };
	bool had_power = true;
	uint8_t kind = cmos(CMOS_RESET, false, 0);

	for (uint8_t i = 0; i < sizeof(cookie); i++) {
		had_power &= cmos((uint8_t)(CMOS_COOKIE + i), false, 0) == cookie[i];
		cmos((uint8_t)(CMOS_COOKIE + i), true, cookie[i]);
	}
	cmos(CMOS_RESET, true, 0);
	return !had_power		    ? FWSIM_RESET_POWER
	       : kind == EFI_RESET_WARM + 1 ? FWSIM_RESET_WARM
	       : kind == EFI_RESET_COLD + 1 ? FWSIM_RESET_COLD
					    : FWSIM_RESET_ANY;
}

void fwsim_will_reset(enum efi_reset type)
{
	cmos(CMOS_RESET, true, (uint8_t)(type + 1));
}
