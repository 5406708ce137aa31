# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154,SC2164
#
# libefivar and libefiboot. efivar's Makefile links its build-time tool by the target's compiler and
# defaults to -march=native, so the files are compiled here, with the same definitions.

flavours='musl glibc'
deps='musl linux-headers'
inputs=efivar

build() {
	enter_source efivar
	cd src
	version=$(sed -n 's/^VERSION=//p' include/version.mk)
	definitions="-D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DLIBEFIVAR_VERSION=$version -Iinclude"
	make_guids
	compile libefivar.a crc32.c dp.c dp-acpi.c dp-hw.c dp-media.c dp-message.c efivarfs.c error.c \
		export.c guid.c guid-symbols.c lib.c vars.c time.c
	compile libefiboot.a crc32.c creator.c disk.c gpt.c loadopt.c path-helpers.c linux.c linux-*.c
	install_files lib libefivar.a libefiboot.a
	install_files include/efivar include/efivar/*.h
}

# The table of GUIDs is made by a program that runs here.
make_guids() {
	# shellcheck disable=SC2086
	gcc -std=gnu11 -funsigned-char $definitions -DEFIVAR_BUILD_ENVIRONMENT \
		makeguids.c util.c -o makeguids
	./makeguids guids.txt guid-symbols.c include/efivar/efivar-guids.h
}

# compile ARCHIVE FILE...
compile() {
	archive=$1
	shift
	objects=
	for file in "$@"; do
		# shellcheck disable=SC2086
		"$CC" $CFLAGS -std=gnu11 -funsigned-char -fvisibility=hidden $definitions \
			-c "$file" -o "${file%.c}.o"
		objects="$objects ${file%.c}.o"
	done
	# shellcheck disable=SC2086
	ar rcsD "$archive" $objects
}
