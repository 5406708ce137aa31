# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# liblzma, the decoders.

flavours='musl glibc'
deps='musl linux-headers'
inputs='xz-utils xz-utils-debian'

build() {
	debian=$(source_tree xz-utils-debian)
	enter_source xz-utils
	apply_series "$debian"
	CC=$CC CFLAGS=$CFLAGS ./configure --host=x86_64-linux-gnu --prefix=/usr \
		--disable-shared --enable-static --disable-xz \
		--disable-xzdec --disable-lzmadec --disable-lzmainfo --disable-scripts --disable-doc \
		--disable-nls --disable-encoders --disable-microlzma --disable-lzip-decoder --disable-threads
	make -j"$jobs" -C src/liblzma
	install_files lib src/liblzma/.libs/liblzma.a
	install_files include src/liblzma/api/lzma.h
	install_files include/lzma src/liblzma/api/lzma/*.h
}
