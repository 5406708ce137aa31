# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# A machine in a folder, for the tests of init: sysfs, device nodes that are files, and for each
# volume a folder with its content, which the mocked mount puts in place.

: "${top:?}" "${here:?}" "${shell:?}"

# machine DIR: an empty one with two consoles, a serial number and whole initramfs.
machine() {
	ROOT=$1
	export ROOT
	mkdir -p "$ROOT/proc/sys/kernel/random" "$ROOT/sys/class/block" "$ROOT/sys/class/net" \
		"$ROOT/sys/class/tty/console" "$ROOT/sys/class/dmi/id" "$ROOT/sys/devices" "$ROOT/sys/kernel" "$ROOT/dev" \
		"$ROOT/run" "$ROOT/media" "$ROOT/etc/drydock" "$ROOT/content" "$ROOT/usr/sbin" \
		"$ROOT/lib/modules/6/kernel"
	cp -R "$top/init" "$ROOT/lib/drydock"
	echo "5.25 9.00" >"$ROOT/proc/uptime"
	echo "BOOT_IMAGE=/boot/vmlinuz console=tty0" >"$ROOT/proc/cmdline"
	echo "MemTotal:  300000 kB" >"$ROOT/proc/meminfo"
	: >"$ROOT/proc/mounts"
	echo 1000 >"$ROOT/sys/kernel/uevent_seqnum"
	: >"$ROOT/calls"
	echo 00000000-1111-2222-3333-444444444444 >"$ROOT/proc/sys/kernel/random/uuid"
	echo "tty0 ttyS0" >"$ROOT/sys/class/tty/console/active"
	echo "CZ 3/1" >"$ROOT/sys/class/dmi/id/product_serial"
	echo abc123 >"$ROOT/etc/drydock/build-id"
	echo sg >"$ROOT/etc/drydock/modules"
	echo 1 >"$ROOT/etc/drydock/module-count"
	echo 1 >"$ROOT/etc/drydock/unpacked"
	: >"$ROOT/lib/modules/6/kernel/sg.ko"
	cp "$here/drydock.mock" "$ROOT/usr/sbin/drydock"
	chmod 755 "$ROOT/usr/sbin/drydock"
	echo 0 >"$ROOT/exit"
}

# disk NAME BUS REMOVABLE [PARTITION...]: BUS is the path below sys/devices.
disk() {
	_sys=$ROOT/sys/devices/$2/block/$1
	_disk=$1
	mkdir -p "$_sys/queue"
	echo "$3" >"$_sys/removable"
	echo 0 >"$_sys/ro"
	: >"$ROOT/dev/$1"
	ln -s "$_sys" "$ROOT/sys/class/block/$1"
	shift 3
	for _number; do
		mkdir -p "$_sys/$_disk$_number/holders"
		echo "$_number" >"$_sys/$_disk$_number/partition"
		echo 0 >"$_sys/$_disk$_number/ro"
		: >"$ROOT/dev/$_disk$_number"
		ln -s "$_sys/$_disk$_number" "$ROOT/sys/class/block/$_disk$_number"
	done
}

# unplug NAME: the disk is gone, with what it holds; what was mounted stays mounted.
unplug() {
	rm -rf "$(readlink -f "$ROOT/sys/class/block/$1")"
	rm -f "$ROOT/sys/class/block/$1" "$ROOT/sys/class/block/$1"[0-9] "$ROOT/dev/$1" "$ROOT/dev/$1"[0-9]
	for _content in "$ROOT/content/$1" "$ROOT/content/$1"[0-9]; do
		[ ! -d "$_content" ] || mv "$_content" "$_content.gone"
	done
	uevent
}

# replug NAME NEW: a stick that was there comes back under another name, with what it holds.
replug() {
	for _part in 1 3; do
		mv "$ROOT/content/$1$_part.gone" "$ROOT/content/$2$_part"
	done
	on_usb "$2"
	uevent
}

# uevent: the kernel counts.
uevent() {
	read -r _seq <"$ROOT/sys/kernel/uevent_seqnum"
	echo $((_seq + 1)) >"$ROOT/sys/kernel/uevent_seqnum"
}

# write_protect NAME
write_protect() {
	echo 1 >"$ROOT/sys/class/block/$1/ro"
}

# iso NAME [ID]: an ISO9660 with our marker.
iso() {
	printf 'CD001' | dd of="$ROOT/dev/$1" bs=1 seek=32769 conv=notrunc 2>/dev/null
	mkdir -p "$ROOT/content/$1/.disk"
	[ -z "${2:-}" ] || echo "$2" >"$ROOT/content/$1/.disk/drydock.id"
}

# fat NAME LABEL [CONF]
fat() {
	mkdir -p "$ROOT/content/$1/repo" "$ROOT/content/$1/logs"
	printf '/dev/%s: LABEL="%s" UUID="1234-ABCD" TYPE="vfat"\n' "$1" "$2" >"$ROOT/dev/$1"
	[ -z "${3:-}" ] || printf '%b' "$3" >"$ROOT/content/$1/drydock.conf"
}

# on_usb NAME: a disk with the partitions of a stick, whatever they hold.
on_usb() {
	disk "$1" "pci0000:00/0000:00:04.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0" 1 1 2 3 4
	iso "${1}1"
	fat "${1}3" DRYDOCK
	printf 'DRYDOCKJ\0\0' >"$ROOT/dev/${1}4"
}

# stick NAME [CONF]: what mkiso.sh makes, on USB.
stick() {
	on_usb "$1"
	iso "${1}1" abc123
	fat "${1}3" DRYDOCK "${2:-}"
}

# boot: init must come to its end.
boot() {
	run_init || fail "init ended with $?"
}

# run_init: as the kernel would, and ends what it leaves behind.
run_init() {
	# A serial line that nobody reads: who opens it for writing waits for ever.
	mkfifo "$ROOT/dev/ttyS0"
	: >"$ROOT/dev/tty0"
	# shellcheck disable=SC2086
	setsid timeout 60 $shell "$ROOT/lib/drydock/rcS" >"$ROOT/out" 2>&1 &
	_pid=$!
	_status=0
	wait "$_pid" || _status=$?
	# What it started in the background may need a moment.
	_tries=0
	until [ "$_tries" -ge 100 ] || has_ended; do
		_tries=$((_tries + 1))
		sleep 0.1
	done
	# shellcheck disable=SC1091
	[ ! -f "$ROOT/at-prompt" ] || . "$ROOT/at-prompt"
	kill -- "-$_pid" 2>/dev/null || true
	return "$_status"
}

# has_ended: the last line is on the screen, and there is a prompt on each console unless the
# machine was to stop.
has_ended() {
	_last=$(grep '^\[' "$ROOT/run/drydock/log/boot.log" | tail -n 1)
	grep -qxF -e "$_last" "$ROOT/dev/tty0" || return 1
	grep -qE '^(poweroff|reboot)$' "$ROOT/calls" || [ "$(grep -c '^setsid' "$ROOT/calls")" -eq 2 ]
}

# power_off: what BusyBox init does when the machine stops. The watcher and the consoles of this
# machine have ended already, perhaps with the lock in hand.
power_off() {
	rm -rf "$ROOT/run/drydock/media.lock"
	# shellcheck disable=SC2086
	timeout 60 $shell "$ROOT/lib/drydock/rcK" >>"$ROOT/out" 2>&1 || fail "rcK ended with $?"
}

# The log folder, where the medium's content lies.
log_of() {
	echo "$ROOT/content/$1/logs/CZ31-20261122T174500Z"
}
