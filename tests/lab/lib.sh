# SPDX-License-Identifier: GPL-3.0-or-later
#
# Emulated devices for tests and the demo. Source this with `top` set to the top of the checkout
# (or from there). The programs are those of `make lab`.
# shellcheck shell=sh

: "${top:=$(pwd)}"
lab_build=${DRYDOCK_BUILD:-$top/build}
lab_cache=${DRYDOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/drydock}
lab_started=

# lab_nvme_start DIR [OPTION...]: starts an emulated drive with its socket DIR/nvme.sock and its
# state in DIR/state (both kept for the next start), and waits until QEMU may connect. OPTIONs are
# those of lab_nvme. The drive ends by itself when QEMU does, unless one of them is --keep.
lab_nvme_start() {
	_dir=$1
	shift
	mkdir -p "$_dir"
	rm -f "$_dir/nvme.sock"
	"${LAB_NVME:-$lab_build/lab/lab_nvme}" --socket "$_dir/nvme.sock" --state "$_dir/state" "$@" \
		>"$_dir/nvme.out" 2>&1 &
	echo $! >"$_dir/pid"
	lab_started="$lab_started $_dir"
	_tenths=0
	until [ -S "$_dir/nvme.sock" ]; do
		_tenths=$((_tenths + 1))
		if [ "$_tenths" -gt 100 ] || ! kill -0 "$(cat "$_dir/pid")" 2>/dev/null; then
			cat "$_dir/nvme.out" >&2
			return 1
		fi
		sleep 0.1
	done
}

# lab_nvme_stop [DIR...]: ends the drives of these folders, or all that this shell started.
lab_nvme_stop() {
	# shellcheck disable=SC2086
	[ $# -gt 0 ] || set -- $lab_started
	for _dir in "$@"; do
		[ -f "$_dir/pid" ] || continue
		_pid=$(cat "$_dir/pid")
		kill "$_pid" 2>/dev/null || true
		wait "$_pid" 2>/dev/null || true
		rm -f "$_dir/pid" "$_dir/nvme.sock"
	done
}

# lab_nvme_ended DIR: waits up to 10 s for a drive to end by itself and returns its exit status,
# 1 if it does not end. In the shell that started it, not in a subshell.
lab_nvme_ended() {
	_pid=$(cat "$1/pid")
	_tenths=0
	# A process that has ended but was not waited for has no program any more.
	while readlink "/proc/$_pid/exe" >/dev/null; do
		_tenths=$((_tenths + 1))
		[ "$_tenths" -le 100 ] || return 1
		sleep 0.1
	done
	rm -f "$1/pid"
	wait "$_pid"
}

# lab_qemu_args SOCKET...: prints QEMU's options for a machine with these drives, to be used
# unquoted. A server reaches guest memory only if it is shared, and has no ROM. Each drive is in a
# slot of its own; QEMU's monitor calls the root ports port1, port2, ... LAB_MEMORY sets the size of
# memory, otherwise 768M: the system, and the 256M that a run keeps free beside its payloads.
lab_qemu_args() {
	printf '%s\n' "-machine q35,memory-backend=mem0 -m ${LAB_MEMORY:-768M}" \
		"-object memory-backend-memfd,id=mem0,size=${LAB_MEMORY:-768M},share=on"
	_slot=0
	for _socket in "$@"; do
		_slot=$((_slot + 1))
		printf '%s\n' "-device pcie-root-port,id=port$_slot,chassis=$_slot,slot=$_slot"
		printf -- '-device {"driver":"vfio-user-pci","bus":"%s","rombar":0,"socket":%s}\n' \
			"port$_slot" "{\"type\":\"unix\",\"path\":\"$_socket\"}"
	done
}

# lab_kernel_tree: prints the unpacked kernel package, with an index of its modules.
lab_kernel_tree() {
	_deb=$("$top/rootfs/fetch.sh" get linux-image) || return 1
	_tree=$lab_cache/built/lab-kernel-$(basename "$_deb" | cut -c 1-16)
	if [ ! -d "$_tree" ]; then
		mkdir -p "$lab_cache/built"
		_new=$(mktemp -d "$lab_cache/built/lab-kernel.XXXXXX")
		dpkg-deb -x "$_deb" "$_new"
		# Debian 13 has /lib in /usr; depmod looks for lib/modules below its base.
		[ -e "$_new/lib" ] || ln -s usr/lib "$_new/lib"
		depmod -b "$_new" "$(ls "$_new/lib/modules")"
		mv -T "$_new" "$_tree" 2>/dev/null || rm -rf "$_new"
	fi
	printf '%s\n' "$_tree"
}

# lab_kernel DIR [MODULE...]: puts vmlinuz into DIR, and the modules with all they need into
# DIR/modules, unpacked and named so that their alphabetical order is a possible order of loading.
lab_kernel() {
	_dir=$1
	shift
	_tree=$(lab_kernel_tree) || return 1
	mkdir -p "$_dir/modules"
	rm -f "$_dir/modules/"*
	cp "$_tree"/boot/vmlinuz-* "$_dir/vmlinuz"
	_n=10
	modprobe -d "$_tree" -S "$(ls "$_tree/lib/modules")" --show-depends -a "$@" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r _module; do
			_name=$(basename "$_module")
			case $_name in
			*.xz) xz -dc "$_module" >"$_dir/modules/$_n-${_name%.xz}" ;;
			*) cp "$_module" "$_dir/modules/$_n-$_name" ;;
			esac
			_n=$((_n + 1))
		done
}

# lab_guest DIR FIRMWARE: makes DIR/initrd: the test program as init, FIRMWARE and the modules
# that lab_kernel put into DIR.
lab_guest() {
	_root=$(mktemp -d "$1/root.XXXXXX")
	mkdir -p "$_root/dev" "$_root/sys"
	gcc -std=c17 -D_GNU_SOURCE -O1 -static -o "$_root/init" "$top/tests/lab/guest.c"
	cp -r "$1/modules" "$_root/modules"
	cp "$2" "$_root/firmware"
	(cd "$_root" && find . | cpio -o -H newc --quiet) >"$1/initrd"
	rm -rf "$_root"
}
