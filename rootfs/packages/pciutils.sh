# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# libpci, without what would make it ask a name server, the udev database or libkmod.

flavours='musl glibc'
deps='musl linux-headers'
inputs=pciutils

build() {
	enter_source pciutils
	set -- CC="$CC" HOST=x86_64-linux PREFIX=/usr IDSDIR=/usr/share LIBDIR=/usr/lib \
		ZLIB=no DNS=no SHARED=no LIBKMOD=no HWDB=no OPT="$CFLAGS" STRIP=
	make -j"$jobs" "$@" lib/libpci.a
	make "$@" DESTDIR="$PWD/root" install-lib
	install_files lib root/usr/lib/libpci.a
	install_files include/pci root/usr/include/pci/*.h
	install_files share pci.ids
}
