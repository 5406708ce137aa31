# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# The C library, and a compiler wrapper that finds it wherever the tree was copied to: the specs
# take the place from the environment, which the wrapper sets from its own path.

flavours=musl
inputs='musl musl-debian'

build() {
	debian=$(source_tree musl-debian)
	enter_source musl
	apply_series "$debian"
	./configure --prefix=/usr --disable-shared --disable-wrapper CC=gcc \
		CFLAGS="$CFLAGS"
	make -j"$jobs"
	make install DESTDIR="$PWD/root"
	cp -a root/usr/. "$dest"
	wrapper
}

# wrapper: a specs function replaces a whole word, so the files' names go into its argument. The
# library is static, and so are the programs: the loader's name is never used.
wrapper() {
	sh tools/musl-gcc.specs.sh '%:getenv(MUSL_SYSROOT /include)' '%:getenv(MUSL_SYSROOT /lib)' \
		/lib/ld-musl-x86_64.so.1 |
		sed 's|\(%:getenv(MUSL_SYSROOT /lib\))/\([A-Za-z0-9.]*\)|\1/\2)|g' >"$dest/lib/musl-gcc.specs"
	mkdir -p "$dest/bin"
	cat >"$dest/bin/musl-gcc" <<-'WRAPPER'
		#!/bin/sh
		MUSL_SYSROOT=$(cd "$(dirname "$0")/.." && pwd)
		export MUSL_SYSROOT
		exec gcc "$@" -specs "$MUSL_SYSROOT/lib/musl-gcc.specs"
	WRAPPER
	chmod 755 "$dest/bin/musl-gcc"
}
