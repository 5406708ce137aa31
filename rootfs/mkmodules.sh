#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The kernel and its modules: unpacks the distribution's signed kernel, takes the modules that
# modules.list chooses and what they need, and packs them as one archive of the initramfs.
# Prints the folder in the cache that holds
#   vmlinuz  modules.cpio.zst  load (modules that init loads)  release  count
# It takes a minute, and changes only with the kernel, the list or this script.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"

list=$top/rootfs/modules.list
epoch=${SOURCE_DATE_EPOCH:-1767225600}

# to_expressions: patterns of the list as whole-line regular expressions.
to_expressions() {
	sed 's/[.+]/\\&/g; s/\*/.*/g; s/.*/^&$/'
}

# chosen ALL: names of ALL (one a line) that the list takes.
chosen() {
	sed -n 's/^-//p' "$list" | to_expressions >"$work/minus"
	sed '/^[-#]/d; /^$/d; s/^+//' "$list" | to_expressions >"$work/plus"
	check_patterns "$1"
	grep -E -f "$work/plus" "$1" | grep -v -E -f "$work/minus"
}

# check_patterns ALL: a line that fits no module is a mistake, or the kernel renamed one.
check_patterns() {
	cat "$work/plus" "$work/minus" | while read -r pattern; do
		grep -q -E -e "$pattern" "$1" || die "modules.list: nothing fits $pattern"
	done
}

# with_dependencies NAMES DEP: modules.dep of the whole tree lists all that a module needs.
with_dependencies() {
	awk 'NR == FNR { want["kernel/" $1 ".ko.xz:"]; next }
		$1 in want { sub(/:/, ""); for (i = 1; i <= NF; i++) print $i }' "$1" "$2" |
		sort -u
}

# pack TREE OUT: everything in TREE, the sentinel as the last of all.
pack() {
	find "$1" -exec touch -h -d "@$epoch" {} +
	(
		cd "$1"
		{
			find . -mindepth 1 ! -path ./etc/drydock/unpacked | sort
			echo ./etc/drydock/unpacked
		} | cpio --quiet --reproducible -o -H newc -R 0:0
	) | zstd -q -19 -T1 >"$2"
}

# make NEW: fills the folder.
make() {
	_deb=$("$top/rootfs/fetch.sh" get linux-image)
	dpkg-deb -x "$_deb" "$work/deb"
	mv "$work"/deb/boot/vmlinuz-* "$1/vmlinuz"
	_from=$(echo "$work"/deb/usr/lib/modules/*)
	_release=${_from##*/}
	_to=$work/tree/lib/modules/$_release
	mkdir -p "$_to" "$work/tree/etc/drydock" "$work/deb/lib"
	mv "$work/deb/usr/lib/modules" "$work/deb/lib/modules"
	_from=$work/deb/lib/modules/$_release

	depmod -b "$work/deb" "$_release"
	(cd "$_from/kernel" && find . -name '*.ko.xz' | sed 's|^\./||; s|\.ko\.xz$||') >"$work/all"
	chosen "$work/all" >"$work/names"
	with_dependencies "$work/names" "$_from/modules.dep" >"$work/files"
	if grep -E '^kernel/drivers/md/' "$work/files" >&2; then
		die "modules of drivers/md must not get into the image"
	fi
	(cd "$_from" && cpio --quiet -pdm "$_to" <"$work/files")
	find "$_to" -name '*.xz' -exec xz -d {} +
	cp "$_from/modules.order" "$_from/modules.builtin" "$_from/modules.builtin.modinfo" "$_to"
	depmod -b "$work/tree" "$_release"
	# BusyBox reads the two text files; the rest is for kmod.
	find "$_to" -maxdepth 1 -type f ! -name modules.dep ! -name modules.alias -delete

	sed -n 's|^+.*/||p' "$list" | tr - _ >"$1/load"
	find "$_to" -name '*.ko' | wc -l >"$1/count"
	cp "$1/count" "$work/tree/etc/drydock/unpacked"
	printf '%s\n' "$_release" >"$1/release"
	pack "$work/tree" "$1/modules.cpio.zst"
}

key=$({
	cat "$0" "$list"
	lock_effective linux-image
	echo "$epoch"
} | sha256sum | cut -c 1-16)
place=$cache/built/modules-$key
if [ ! -d "$place" ]; then
	say "packing the kernel modules (a minute or two)"
	mkdir -p "$cache/built"
	work=$(mktemp -d "$cache/built/.new-XXXXXX")
	trap 'rm -rf "$work"' EXIT
	mkdir "$work/new"
	make "$work/new"
	publish_tree "$work/new" "$place"
fi
printf '%s\n' "$place"
