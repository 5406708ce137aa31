/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pci_lib.h"

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

/*
 * The callbacks get no argument of ours: the call that is going on is known by its thread. Not on
 * the stack of pci_lib_call(), where longjmp() would leave it undefined (C17 7.13.2.1).
 */
static _Thread_local struct {
	jmp_buf env;
	struct pci_lib *lib; /* NULL = no call is going on */
	char text[256];
} trap;

__attribute__((format(printf, 1, 2), noreturn)) static void on_error(char *msg, ...)
{
	va_list ap;

	assert(trap.lib);
	va_start(ap, msg);
	vsnprintf(trap.text, sizeof(trap.text), msg, ap);
	va_end(ap);
	longjmp(trap.env, 1);
}

__attribute__((format(printf, 1, 2))) static void on_warning(char *msg, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, msg);
	vsnprintf(text, sizeof(text), msg, ap);
	va_end(ap);
	if (trap.lib)
		hwio_note(trap.lib->hw, "libpci", text);
}

int pci_lib_call(struct pci_lib *lib, void (*call)(struct pci_lib *lib, void *arg), void *arg,
		 struct err *err)
{
	assert(!trap.lib);
	trap.lib = lib;
	if (setjmp(trap.env) != 0) {
		trap.lib = NULL;
		return err_set(err, ERR_DEVICE, "libpci: %s", trap.text);
	}
	call(lib, arg);
	trap.lib = NULL;
	return 0;
}

/* Its prototypes lack const; it copies the value and only reads the name. */
static char *unconst(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void call_init(struct pci_lib *lib, void *arg)
{
	(void)arg;
	pci_init(lib->acc);
}

int pci_lib_open(struct pci_lib *lib, unsigned int method, const char *param, const char *value,
		 struct err *err)
{
	lib->acc = pci_alloc();
	lib->acc->method = method;
	lib->acc->error = on_error;
	lib->acc->warning = on_warning;
	if (param && pci_set_param(lib->acc, unconst(param), unconst(value)))
		return err_set(err, ERR_INTERNAL, "libpci has no parameter \"%s\"", param);
	return pci_lib_call(lib, call_init, NULL, err);
}

void pci_lib_close(struct pci_lib *lib)
{
	if (lib->acc)
		pci_cleanup(lib->acc);
	lib->acc = NULL;
}
