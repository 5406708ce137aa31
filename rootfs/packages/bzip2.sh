# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164

flavours='musl glibc'
deps='musl linux-headers'
inputs=bzip2

build() {
	enter_source bzip2
	make -j"$jobs" CC="$CC" CFLAGS="$CFLAGS -D_FILE_OFFSET_BITS=64" libbz2.a
	install_files lib libbz2.a
	install_files include bzlib.h
}
