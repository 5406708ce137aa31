#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tool.sh qemu|grub|openssl: unpacks programs of the release that the image is made of and prints the
# folder. Nothing is installed: bin/ holds a starter for each program, which runs it by the
# loader and the libraries unpacked beside it.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"

# programs_of TOOL: paths in the unpacked tree.
programs_of() {
	case $1 in
	qemu) echo usr/bin/qemu-system-x86_64 ;;
	grub) echo usr/bin/grub-mkimage ;;
	openssl) echo usr/bin/openssl ;;
	*) die "no tool $1: qemu, grub or openssl" ;;
	esac
}

# options_of TOOL: what a program must be told because it does not lie where it was built for.
# shellcheck disable=SC2016
options_of() {
	case $1 in
	qemu) echo '-L "$tree/usr/share/qemu" -L "$tree/usr/share/seabios" -L "$tree/usr/share/OVMF"' ;;
	grub | openssl) ;;
	esac
}

# starter PROGRAM OPTIONS: finds its tree by its own path, so that the tree may be moved.
starter() {
	cat <<-STARTER
		#!/bin/sh
		tree=\$(cd "\$(dirname "\$0")/.." && pwd)
		exec "\$tree/usr/lib64/ld-linux-x86-64.so.2" \\
			--library-path "\$tree/usr/lib/x86_64-linux-gnu" "\$tree/$1" $2 "\$@"
	STARTER
}

# check_libraries TREE PROGRAM: the lock must name every library, not this machine.
check_libraries() {
	_missing=$("$1/usr/lib64/ld-linux-x86-64.so.2" --library-path "$1/usr/lib/x86_64-linux-gnu" \
		--list "$1/$2" | awk -v tree="$1/" '/=>/ && index($3, tree) != 1 { print $1 }')
	[ -z "$_missing" ] || die "$2 needs what the lock does not name:" "$_missing"
}

# unpack TOOL NEW_TREE
unpack() {
	mkdir -p "$2/bin"
	_files=$("$top/rootfs/fetch.sh" group "$1")
	for _file in $_files; do
		dpkg-deb -x "$_file" "$2"
	done
	for _program in $(programs_of "$1"); do
		check_libraries "$2" "$_program"
		starter "$_program" "$(options_of "$1")" >"$2/bin/${_program##*/}"
		chmod 755 "$2/bin/${_program##*/}"
	done
}

# key_of TOOL: changes with this script and the files.
key_of() {
	{
		cat "$0"
		awk -F '\t' -v group="$1" '!/^#/ && index("," $1 ",", "," group ",") { print $2 }' "$lock" |
			while read -r _name; do lock_effective "$_name"; done
	} | sha256sum | cut -c 1-16
}

[ $# -eq 1 ] || die "usage: tool.sh qemu|grub|openssl"
programs_of "$1" >/dev/null
place=$cache/built/tool-$1-$(key_of "$1")
if [ ! -d "$place" ]; then
	mkdir -p "$cache/built"
	new=$(mktemp -d "$cache/built/.new-XXXXXX")
	trap 'rm -rf "$new"' EXIT
	trap 'exit 1' HUP INT TERM
	unpack "$1" "$new"
	chmod 755 "$new"
	publish_tree "$new" "$place"
fi
printf '%s\n' "$place"
