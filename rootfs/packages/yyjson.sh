# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164

flavours='musl glibc'
deps='musl linux-headers'
inputs=yyjson

build() {
	enter_source yyjson
	# shellcheck disable=SC2086
	"$CC" $CFLAGS -std=c99 -DYYJSON_DISABLE_NON_STANDARD=1 -c src/yyjson.c -o yyjson.o
	ar rcsD libyyjson.a yyjson.o
	install_files lib libyyjson.a
	install_files include src/yyjson.h
}
