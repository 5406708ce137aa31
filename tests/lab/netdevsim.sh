#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# netdevsim, network devices that exist in the kernel only, with firmware that changes when it is
# flashed: built from the source package of the image's own kernel with netdevsim.patch. Prints the
# path of netdevsim.ko in the cache; about half a minute, once for each kernel.
#
# The kernel's own build tools are the distribution's and may need a newer C library than this
# machine has: they run by the loader and the libraries that the lock names.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"

patch=$top/tests/lab/netdevsim.patch
objects='netdev.o dev.o ethtool.o fib.o bus.o health.o hwstats.o udp_tunnels.o bpf.o ipsec.o
	psample.o macsec.o'
inputs='linux-headers linux-headers-common linux-kbuild linux-source'
libraries='libc6 libelf1t64 zlib1g libzstd1'

# by_loader PROGRAM: a starter in its place.
by_loader() {
	mv "$1" "$1.elf"
	cat >"$1" <<-STARTER
		#!/bin/sh
		exec "$work/usr/lib64/ld-linux-x86-64.so.2" \\
			--library-path "$work/usr/lib/x86_64-linux-gnu" "$1.elf" "\$@"
	STARTER
	chmod 755 "$1"
}

# unpack_tools: headers, build tools and libraries below $work, as they lie in the distribution.
unpack_tools() {
	for _name in linux-headers linux-headers-common linux-kbuild $libraries; do
		_deb=$("$top/rootfs/fetch.sh" get "$_name")
		dpkg-deb -x "$_deb" "$work"
	done
	sed -i "s|/usr/src/|$work/usr/src/|" "$work"/usr/src/linux-headers-*-amd64/Makefile
	for _program in "$work"/usr/lib/linux-kbuild-*/scripts/mod/modpost.real-lsb-64 \
		"$work"/usr/lib/linux-kbuild-*/tools/objtool/objtool.real-x86; do
		by_loader "$_program"
	done
}

# unpack_source: the driver alone, with the patch.
unpack_source() {
	_deb=$("$top/rootfs/fetch.sh" get linux-source)
	dpkg-deb --fsys-tarfile "$_deb" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
		xz -dc | tar -x -C "$work" --strip-components=3 --wildcards '*/drivers/net/netdevsim/*'
	patch -s -f --no-backup-if-mismatch -d "$work/netdevsim" -p1 <"$patch"
	rm "$work/netdevsim/Makefile"
	printf 'obj-m := netdevsim.o\nnetdevsim-y := %s\n' "$(echo "$objects" | tr -d '\n')" \
		>"$work/netdevsim/Kbuild"
}

# build_module: the kernel was built by a newer compiler; this machine's knows one option less.
# Types of debug information need the whole kernel at hand.
build_module() {
	make -s -C "$work"/usr/src/linux-headers-*-amd64 M="$work/netdevsim" CC=gcc \
		CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT= CONFIG_DEBUG_INFO_BTF_MODULES= CONFIG_DEBUG_INFO= \
		modules >"$work/log" 2>&1 || {
		tail -n 20 "$work/log" >&2
		die "netdevsim cannot be built"
	}
}

# The compiler belongs to the key: it is this machine's.
key=$({
	cat "$0" "$patch"
	for name in $inputs; do lock_effective "$name"; done
	gcc --version | sed -n 1p
} | sha256sum | cut -c 1-16)
place=$cache/built/netdevsim-$key
if [ ! -d "$place" ]; then
	say "building netdevsim (half a minute)"
	mkdir -p "$cache/built"
	work=$(mktemp -d "$cache/built/.new-XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' HUP INT TERM
	unpack_tools
	unpack_source
	build_module
	mkdir "$work/new"
	strip -g -o "$work/new/netdevsim.ko" "$work/netdevsim/netdevsim.ko"
	publish_tree "$work/new" "$place"
fi
printf '%s\n' "$place/netdevsim.ko"
