# SPDX-License-Identifier: GPL-3.0-or-later
#
# More for a server in the lab than the image has: an archive that is unpacked over the initramfs,
# with kernel modules that emulate devices and what is to be done before init looks for drivers. The
# image itself has no hook for it: the archive brings another lib/drydock/hardware.sh along, the
# one of the checkout with two more lines. Source after lib.sh.
# shellcheck shell=sh
# top and lab_build are set by lib.sh.
# shellcheck disable=SC2154

# overlay_make FILE DIR: makes the archive FILE of what lies in DIR; all of it may be absent:
#   modules/*.ko   loaded in the order of their names (lab_kernel numbers them), each with the words
#                  of modules/NAME.args (the module's name without number), when there are any
#   start          a script that BusyBox runs then, as root
#   tree/          further files, from / on
overlay_make() {
	_file=$1 _from=$2
	_root=$(mktemp -d "$_from/overlay.XXXXXX")
	mkdir -p "$_root/lib/drydock" "$_root/lib/lab"
	[ ! -d "$_from/modules" ] || cp -r "$_from/modules" "$_root/lib/lab/modules"
	[ ! -f "$_from/start" ] || cp "$_from/start" "$_root/lib/lab/start"
	[ ! -d "$_from/tree" ] || cp -r "$_from/tree/." "$_root"
	{
		sed 's/^load_drivers() {/load_own_drivers() {/' "$top/init/hardware.sh"
		cat <<'HOOK'
load_drivers() {
	for _ko in /lib/lab/modules/*.ko; do
		_args=${_ko%.ko}
		_args=${_ko%/*}/${_args##*/[0-9][0-9]-}.args
		[ ! -f "$_args" ] || read -r _args <"$_args" || true
		# shellcheck disable=SC2086
		[ ! -f "$_ko" ] || insmod "$_ko" ${_args##*.args} 2>/dev/null || true
	done
	[ ! -f /lib/lab/start ] || sh /lib/lab/start || say "The lab's start failed."
	load_own_drivers
}
HOOK
	} >"$_root/lib/drydock/hardware.sh"
	grep -q '^load_own_drivers() {' "$_root/lib/drydock/hardware.sh" || return 1
	(cd "$_root" && find . -mindepth 1 | sort | cpio -o -H newc -R 0:0 --quiet) >"$_file"
	# The kernel looks for the next archive at a multiple of four bytes.
	truncate -s %4 "$_file"
	rm -rf "$_root"
}

# overlay_module FILE DIR: a module that is not the distribution's goes behind those in DIR/modules.
overlay_module() {
	mkdir -p "$2/modules"
	cp "$1" "$2/modules/90-$(basename "$1")"
}

# overlay_iso OVERLAY DIR: makes DIR/drydock.iso, the image of the build with the archive in its
# initramfs, for media that a server's own firmware boots.
overlay_iso() {
	mkdir -p "$2"
	cp "$lab_build/vmlinuz" "$lab_build/build-id" "$2"
	cat "$lab_build/initrd.zst" "$1" >"$2/initrd.zst"
	for _part in sysroot tools fwrepo drydock; do
		[ ! -e "$lab_build/$_part" ] || ln -sfn "$lab_build/$_part" "$2/$_part"
	done
	DRYDOCK_BUILD=$2 "$top/iso/mkiso.sh"
}
