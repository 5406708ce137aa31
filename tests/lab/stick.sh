# SPDX-License-Identifier: GPL-3.0-or-later
#
# Booting a stick image in an emulated server and reading it afterwards. Source after lib.sh.
# shellcheck shell=sh

# stick_firmware bios|uefi|uefi-secure DIR: prints QEMU's options for that firmware, to be used
# unquoted; its variables are a fresh copy in DIR.
stick_firmware() {
	_ovmf=$("$top/rootfs/tool.sh" qemu)/usr/share/OVMF
	case $1 in
	bios) ;;
	uefi)
		cp "$_ovmf/OVMF_VARS_4M.fd" "$2/vars.fd"
		echo "-drive if=pflash,format=raw,unit=0,readonly=on,file=$_ovmf/OVMF_CODE_4M.fd" \
			"-drive if=pflash,format=raw,unit=1,file=$2/vars.fd"
		;;
	uefi-secure)
		cp "$_ovmf/OVMF_VARS_4M.ms.fd" "$2/vars.fd"
		echo "-machine smm=on -global driver=cfi.pflash01,property=secure,value=on" \
			"-global ICH9-LPC.disable_s3=1" \
			"-drive if=pflash,format=raw,unit=0,readonly=on,file=$_ovmf/OVMF_CODE_4M.secboot.fd" \
			"-drive if=pflash,format=raw,unit=1,file=$2/vars.fd"
		;;
	esac
}

# stick_boot FIRMWARE IMAGE DIR SECONDS SOCKET...: boots IMAGE as a USB stick with the drives behind
# the sockets; the serial line goes to DIR/serial.log. Succeeds when the server powers itself off
# within SECONDS. A run that takes longer is ended, with QEMU's last words on standard error.
stick_boot() {
	_firmware=$1 _image=$2 _dir=$3 _seconds=$4
	shift 4
	_qemu=$("$top/rootfs/tool.sh" qemu)/bin/qemu-system-x86_64
	# shellcheck disable=SC2046
	timeout "$_seconds" "$_qemu" -accel tcg -smp 1 -display none -no-reboot -nic none \
		$(lab_qemu_args "$@") $(stick_firmware "$_firmware" "$_dir") \
		-device qemu-xhci -drive "if=none,id=stick,format=raw,file=$_image" \
		-device usb-storage,drive=stick,bootindex=1,removable=on \
		-serial "file:$_dir/serial.log" -monitor none >"$_dir/qemu.out" 2>&1 </dev/null
	_status=$?
	[ "$_status" -eq 0 ] || tail -n 5 "$_dir/qemu.out" "$_dir/serial.log" >&2
	return "$_status"
}

# stick_partition IMAGE NUMBER: prints the byte offset of a partition.
stick_partition() {
	sfdisk -d "$1" 2>/dev/null |
		sed -n "s/^.*[^0-9]$2 : start= *\([0-9]*\),.*/\1/p" | awk '{ print $1 * 512 }'
}

# stick_logs IMAGE DIR: copies the folder logs/ of its FAT partition to DIR.
stick_logs() {
	mkdir -p "$2"
	MTOOLS_SKIP_CHECK=1 mcopy -s -n -m -i "$1@@$(stick_partition "$1" 3)" '::logs/*' "$2" </dev/null
}
