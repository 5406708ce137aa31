# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# Reads zip, tar, cpio, cab and rpm. No encryption, no owners, no attributes, no programs.

flavours='musl glibc'
deps='musl linux-headers zlib bzip2 xz zstd'
inputs='libarchive libarchive-debian'
files=packages/libarchive.patch

build() {
	debian=$(source_tree libarchive-debian)
	enter_source libarchive
	apply_series "$debian"
	patch -p1 -s -f --no-backup-if-mismatch <"$top/rootfs/packages/libarchive.patch"
	# The archive's dates are not those of a patched file: nothing is to be generated anew.
	touch aclocal.m4 && touch configure Makefile.in config.h.in
	CC=$CC CFLAGS="$CFLAGS -I$sysroot/include" LDFLAGS="-L$sysroot/lib" ./configure \
		--host=x86_64-linux-gnu --prefix=/usr --disable-shared --enable-static --disable-bsdtar \
		--disable-bsdcat --disable-bsdcpio --disable-bsdunzip --disable-acl --disable-xattr \
		--without-openssl --without-nettle --without-mbedtls --without-xml2 --without-expat \
		--without-lz4 --without-lzo2 --without-libb2 --without-cng --without-iconv
	make -j"$jobs" libarchive.la
	install_files lib .libs/libarchive.a
	install_files include libarchive/archive.h libarchive/archive_entry.h
}
