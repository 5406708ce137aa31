# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# For fwrepo alone: what vendors' archives are packed with.

flavours='musl glibc'
deps='musl linux-headers'
inputs=zlib

build() {
	enter_source zlib
	CC=$CC CFLAGS=$CFLAGS ./configure --static --prefix=/usr
	make -j"$jobs" libz.a
	install_files lib libz.a
	install_files include zlib.h zconf.h
}
