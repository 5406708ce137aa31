# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The kernel's file systems, the check of the initramfs, and a driver for every device.

mount_kernel() {
	mount -t proc -o nosuid,nodev,noexec proc "$ROOT/proc"
	mount -t sysfs -o nosuid,nodev,noexec sysfs "$ROOT/sys"
	mount -t devtmpfs -o nosuid,mode=0755 devtmpfs "$ROOT/dev"
	mkdir -p "$ROOT/dev/pts" "$ROOT/dev/shm"
	mount -t devpts -o nosuid,noexec,gid=0,mode=0620 devpts "$ROOT/dev/pts"
	mount -t tmpfs -o nosuid,nodev,mode=0755,size=40% tmpfs "$ROOT/run"
	mount -t tmpfs -o nosuid,nodev,mode=1777,size=60% tmpfs "$ROOT/tmp"
	mkdir -p "$LOG"
}

# What needs a module first, or is not there on every machine.
mount_firmware() {
	if [ -d "$ROOT/sys/firmware/efi/efivars" ]; then
		mount -t efivarfs -o nosuid,nodev,noexec efivarfs "$ROOT/sys/firmware/efi/efivars" ||
			say "The EFI variables cannot be reached."
	fi
	mount -t securityfs securityfs "$ROOT/sys/kernel/security" 2>/dev/null || true
}

# unpacked_whole: the kernel goes on, with a line in its log at most, when the initramfs did not
# fit into the memory. The sentinel is the last file of the last archive and holds the number of
# modules that come before it.
unpacked_whole() {
	_want=$(first_line "$ETC/module-count")
	_have=$(find "$ROOT/lib/modules" -name '*.ko' 2>/dev/null | wc -l)
	[ -n "$_want" ] && [ "$_want" = "$(first_line "$ETC/unpacked")" ] && [ "$_have" -eq "$_want" ]
}

memory_mb() {
	awk '$1 == "MemTotal:" { print int($2 / 1024) }' "$ROOT/proc/meminfo"
}

# coldplug: drivers for the devices that were not seen before. Fails when there were none.
coldplug() {
	find "$ROOT/sys/devices" -name modalias -exec cat {} + 2>/dev/null | sort -u >"$RUN/modaliases"
	[ -f "$RUN/modaliases.seen" ] || echo none >"$RUN/modaliases.seen"
	_new=$(grep -vxF -f "$RUN/modaliases.seen" "$RUN/modaliases") || return 1
	mv "$RUN/modaliases" "$RUN/modaliases.seen"
	set -f
	# Split into words on purpose: one call reads the list of aliases once for all devices.
	# shellcheck disable=SC2086
	modprobe -a -q $_new 2>/dev/null || true
	set +f
}

# load_drivers: what init always loads, then pass after pass while drivers bring new devices.
load_drivers() {
	while read -r _module; do
		modprobe -q "$_module" 2>/dev/null || note "The module $_module does not load here."
	done <"$ETC/modules"
	_passes=0
	while [ "$_passes" -lt 5 ] && coldplug; do
		_passes=$((_passes + 1))
		say "Drivers loaded, pass $_passes."
	done
}

# hardware_state: what drivers are still finding out: drives and the state of NVMe controllers.
hardware_state() {
	ls "$ROOT/sys/class/block" "$ROOT/sys/class/net" 2>/dev/null
	cat "$ROOT"/sys/class/nvme/*/state 2>/dev/null
}

# settle: until nothing has changed for a second; drivers find devices in the background.
settle() {
	_end=$(($(uptime_s) + 10))
	_before=
	while _now=$(hardware_state) && [ "$(uptime_s)" -lt "$_end" ]; do
		case $_now in
		*connecting* | *new* | *resetting*) ;;
		*) ! [ "$_now" = "$_before" ] || coldplug || return 0 ;;
		esac
		_before=$_now
		sleep 1
	done
}
