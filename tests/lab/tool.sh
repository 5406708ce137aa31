# SPDX-License-Identifier: GPL-3.0-or-later
#
# Flashers and what they run in, without a network: a Debian package is made of the C library that
# this machine's compiler links with. Source from tests.
# shellcheck shell=sh

# tool_build FILE OPTION...: tests/lab/flasher.c as a program; fails when this machine cannot.
tool_build() {
	_file=$1
	shift
	gcc -std=c17 -D_GNU_SOURCE -O1 -w "$@" -o "$_file" tests/lab/flasher.c 2>/dev/null
}

# tool_tree DIR PROGRAM...: the libraries and the loader that these want, where they want them
tool_tree() {
	_tree=$1
	shift
	for _program in "$@"; do
		ldd "$_program" | sed -n 's/^.*=> \(\/[^ ]*\).*/\1/p; s/^[[:blank:]]*\(\/[^ ]*\) (.*/\1/p' |
			while read -r _lib; do
				mkdir -p "$_tree${_lib%/*}"
				cp -L "$_lib" "$_tree$_lib"
			done
	done
}

# tool_deb FILE NAME VERSION TREE: a package of that tree
tool_deb() {
	_deb=$1
	mkdir -p "$4/DEBIAN"
	printf 'Package: %s\nVersion: %s\nArchitecture: amd64\nMaintainer: x <x@example.org>\nDescription: x\n' \
		"$2" "$3" >"$4/DEBIAN/control"
	dpkg-deb --root-owner-group --build "$4" "$_deb" >/dev/null
}
