# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
#
# A reboot that belongs to the plan, on a server that prefers its own disk. Sourced by run.sh.

internal_says='THE INTERNAL DISK WAS STARTED'

# internal_disk FILE: an EFI system partition with the GRUB of the stick, which says so and ends.
internal_disk() {
	truncate -s 32M "$1"
	printf 'label: gpt\nsize=24MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\n' |
		sfdisk -q "$1" >/dev/null 2>&1
	_esp=$dir/stick.img@@$(stick_partition "$dir/stick.img" 2)
	mcopy -n -i "$_esp" ::EFI/BOOT/grubx64.efi "$1.efi"
	truncate -s 24M "$1.fs"
	mkfs.vfat "$1.fs" >/dev/null
	mmd -i "$1.fs" ::EFI ::EFI/BOOT ::EFI/debian
	mcopy -i "$1.fs" "$1.efi" ::EFI/BOOT/BOOTX64.EFI
	printf '%s\n' 'serial --unit=0 --speed=115200' 'terminal_output serial console' \
		"echo '$internal_says'" 'sleep 1' 'halt' | mcopy -i "$1.fs" - ::EFI/debian/grub.cfg
	own_fs "$1" 1 "$1.fs"
	rm "$1.efi"
}

# uefi_boot SECONDS INDEX_OF_THE_DISK OPTION...: stick and disk, by firmware, with the variables of
# before.
uefi_boot() {
	_seconds=$1 _index=$2
	shift 2
	_ovmf=$("$top/rootfs/tool.sh" qemu)/usr/share/OVMF
	[ -f "$dir/vars.fd" ] || cp "$_ovmf/OVMF_VARS_4M.fd" "$dir/vars.fd"
	rm -f "$dir/serial.log" "$dir/qemu.pid"
	many_drives
	# shellcheck disable=SC2046
	stick_qemu "$dir" "$_seconds" "$dir/stick.img" $(many_qemu_args) -action reboot=reset \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$_ovmf/OVMF_CODE_4M.fd" \
		-drive "if=pflash,format=raw,unit=1,file=$dir/vars.fd" \
		-blockdev "driver=raw,node-name=own,file.driver=file,file.filename=$dir/own" \
		-device "ide-hd,id=own-disk,bus=ide.0,drive=own,bootindex=$_index" "$@" &
	server=$!
	server_is_on
}

# The drive wants a conventional reset. While the stick's run goes on somebody makes the disk the
# first to be started; the reboot comes back to the stick all the same, and only that one does.
test_planned_reboot() {
	begin reboot
	fleet='A1 X100 commit_status=0x10b
B1 Y200
'
	internal_disk "$dir/own"
	_before=$(sha256sum <"$dir/own")
	printf 'drydock.mode=auto\ndrydock.poweroff=yes\n' | mcopy -o -i "$fat" - ::drydock.conf
	uefi_boot $((patience * 2)) 2
	await 'Drydock starts' "$patience"
	stick_monitor "$dir" 'qom-set /machine/peripheral/own-disk bootindex 0'
	await 'goes on after its reboot' $((patience * 2))
	server_ended
	powered_off
	never_said "$internal_says"
	[ "$(grep -c 'Drydock starts' "$dir/serial.log")" = 2 ] || fail "the stick was not started twice"
	ended 0
	runs 2.0 A1 B1
	written_once A1 B1
	[ "$_before" = "$(sha256sum <"$dir/own")" ] || fail "the server's disk has changed"
	cp "$dir/serial.log" "$dir/serial.run.log"
	# Without BootNext the disk is what the server starts.
	uefi_boot 120 0
	await "$internal_says" 100
	server_cut
	never_said 'Drydock starts'
	mv "$dir/serial.log" "$dir/serial.disk.log"
	mv "$dir/serial.run.log" "$dir/serial.log"
	say_end 'a planned reboot: BootNext brings it back to the stick though the disk is preferred; the same run proves the rest'
}
