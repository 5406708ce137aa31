# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# libzstd, the decoder.

flavours='musl glibc'
deps='musl linux-headers'
inputs=zstd

build() {
	enter_source zstd
	make -j"$jobs" -C lib CC="$CC" CFLAGS="$CFLAGS" ZSTD_LIB_COMPRESSION=0 ZSTD_LIB_DICTBUILDER=0 \
		ZSTD_LIB_DEPRECATED=0 ZSTD_LEGACY_SUPPORT=0 libzstd.a-nomt
	install_files lib lib/libzstd.a
	install_files include lib/zstd.h lib/zstd_errors.h
}
