#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes build/vmlinuz, build/initrd.zst and build/build-id. The initramfs is two archives, one
# after the other: what changes often (BusyBox, init, drydock), and the kernel modules, which
# mkmodules.sh keeps packed. The order matters: when memory ends while the kernel unpacks, init is
# already there and can say so; it looks for the sentinel that is the last file of the last archive.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"

epoch=${SOURCE_DATE_EPOCH:-1767225600}
pci_ids=$build/sysroot/musl/share/pci.ids


# inputs: a line for each thing that the outputs are made of.
inputs() {
	echo "epoch $epoch"
	echo "modules ${modules##*/}"
	for _path in "$0" "$build/busybox" "$build/drydock" "$pci_ids"; do
		[ -f "$_path" ] || die "$_path is not there: ./build.sh makes it"
		sha256_of "$_path"
	done
	(cd "$top" && find init rootfs/skel -type f | sort | xargs sha256sum)
}

# fill TREE: all but the build id.
fill() {
	mkdir -p "$1/bin" "$1/sbin" "$1/usr/bin" "$1/usr/sbin" "$1/usr/share" "$1/lib/drydock" \
		"$1/etc/drydock" "$1/proc" "$1/sys" "$1/dev" "$1/run" "$1/tmp" "$1/media" "$1/root"
	cp -R "$top/rootfs/skel/." "$1"
	cp "$top"/init/*.sh "$top/init/rcS" "$top/init/rcK" "$top/init/prompt" "$1/lib/drydock"
	cp "$build/busybox" "$1/bin/busybox"
	"$build/busybox" --list-full | while read -r _applet; do
		[ -e "$1/$_applet" ] || ln -s /bin/busybox "$1/$_applet"
	done
	ln -s /bin/busybox "$1/init"
	cp "$build/drydock" "$1/usr/sbin/drydock"
	cp "$pci_ids" "$1/usr/share/pci.ids"
	cp "$modules/load" "$1/etc/drydock/modules"
	cp "$modules/count" "$1/etc/drydock/module-count"
	printf '%s\n' "$id" >"$1/etc/drydock/build-id"
	chmod -R u=rwX,go=rX "$1"
	chmod 755 "$1/usr/sbin/drydock" "$1/bin/busybox" "$1"/lib/drydock/rc? "$1/lib/drydock/prompt"
}

# pack TREE: padded to four bytes, so that any kind of archive may follow.
pack() {
	find "$1" -exec touch -h -d "@$epoch" {} +
	(cd "$1" && find . -mindepth 1 | sort |
		cpio --quiet --reproducible -o -H newc -R 0:0) | zstd -q -19 -T1
}

# padded FILE...: one after the other, each filled up with zeros to a multiple of four.
padded() {
	for _file; do
		cat "$_file"
		head -c $(((4 - $(stat -c %s "$_file") % 4) % 4)) /dev/zero
	done
}

modules=$("$top/rootfs/mkmodules.sh")
list=$(inputs)
id=$(printf '%s\n' "$list" | sha256sum | cut -c 1-32)
if [ -f "$build/initrd.zst" ] && [ -f "$build/vmlinuz" ] &&
	[ "$id" = "$(cat "$build/build-id" 2>/dev/null)" ]; then
	exit 0
fi
mkdir -p "$build"
rm -f "$build/build-id"
work=$(mktemp -d "$build/.initramfs-XXXXXX")
trap 'rm -rf "$work"' EXIT
fill "$work/tree"
pack "$work/tree" >"$work/base.zst"
padded "$work/base.zst" "$modules/modules.cpio.zst" >"$work/initrd.zst"
cp "$modules/vmlinuz" "$build/vmlinuz"
mv "$work/initrd.zst" "$build/initrd.zst"
printf '%s\n' "$id" >"$build/build-id"
say "initrd.zst: $(stat -c %s "$work/base.zst") bytes system," \
	"$(stat -c %s "$modules/modules.cpio.zst") bytes modules; build id $id"
