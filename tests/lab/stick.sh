# SPDX-License-Identifier: GPL-3.0-or-later
#
# Booting a stick image in an emulated server and reading it afterwards. Source after lib.sh.
# shellcheck shell=sh
# top and lab_build are set by lib.sh.
# shellcheck disable=SC2154

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

# stick_qemu DIR SECONDS IMAGE OPTION...: runs QEMU with IMAGE as a USB stick; the serial line goes to
# DIR/serial.log, its process id to DIR/qemu.pid; its monitor reads DIR/monitor.in. Succeeds when the
# server powers itself off within SECONDS; status 124 = it did not. LAB_STICK is another node "stick"
# than the plain file, LAB_SERIAL the server's serial number, LAB_BOOTINDEX the stick's place.
stick_qemu() {
	_dir=$1 _seconds=$2 _image=$3
	shift 3
	rm -f "$_dir/monitor.in" "$_dir/monitor.out"
	mkfifo "$_dir/monitor.in" "$_dir/monitor.out"
	timeout "$_seconds" "$("$top/rootfs/tool.sh" qemu)/bin/qemu-system-x86_64" \
		-accel tcg -smp 1 -display none -no-reboot -nic none \
		-chardev "pipe,id=monitor,path=$_dir/monitor" -monitor chardev:monitor \
		-smbios type=0,vendor=Lab,version=1.0 \
		-smbios "type=1,manufacturer=Lab,product=Demo,serial=${LAB_SERIAL:-LABSRV1}" \
		-device qemu-xhci,id=usb \
		-blockdev "${LAB_STICK:-driver=raw,node-name=stick,file.driver=file,file.filename=$_image}" \
		-device "usb-storage,bus=usb.0,id=plug,drive=stick,bootindex=${LAB_BOOTINDEX:-1},removable=on" \
		-serial "file:$_dir/serial.log" -pidfile "$_dir/qemu.pid" "$@" >"$_dir/qemu.out" 2>&1 </dev/null
}

# stick_boot FIRMWARE IMAGE DIR SECONDS SOCKET...: boots the stick by its own boot loader, with the
# drives behind the sockets.
stick_boot() {
	_firmware=$1 _stick=$2 _in=$3 _limit=$4
	shift 4
	# shellcheck disable=SC2046
	stick_qemu "$_in" "$_limit" "$_stick" $(lab_qemu_args "$@") $(stick_firmware "$_firmware" "$_in")
}

# stick_start IMAGE DIR SECONDS WORDS SOCKET...: the same without firmware and boot loader: kernel
# and initramfs of the build with the trust archive of the stick, WORDS on the kernel line.
# LAB_OVERLAY is one more archive (overlay.sh).
stick_start() {
	_stick=$1 _in=$2 _limit=$3 _words=$4
	shift 4
	# shellcheck disable=SC2046
	stick_direct "$_stick" "$_in" "$_limit" "$_words" $(lab_qemu_args "$@")
}

# stick_direct IMAGE DIR SECONDS WORDS OPTION...: the same with QEMU's options for the machine.
# no_timer_check: on a busy host an emulated timer is late, which the kernel takes for a broken one.
stick_direct() {
	_stick=$1 _in=$2 _limit=$3 _words=$4
	shift 4
	xorriso -osirrox on -indev "stdio:$_stick" -extract /boot/trust.cpio "$_in/trust.cpio" \
		>/dev/null 2>&1
	cat "$lab_build/initrd.zst" ${LAB_OVERLAY:+"$LAB_OVERLAY"} "$_in/trust.cpio" >"$_in/initrd"
	rm -f "$_in/trust.cpio"
	stick_qemu "$_in" "$_limit" "$_stick" "$@" -kernel "$lab_build/vmlinuz" \
		-initrd "$_in/initrd" -append "console=ttyS0 panic=1 no_timer_check $_words"
}

# stick_pull DIR: takes the stick out of a server that runs; stick_plug DIR [NODE]: puts it, or
# another node that QEMU was given, in again.
stick_pull() {
	stick_monitor "$1" 'device_del plug'
}

stick_plug() {
	stick_monitor "$1" "device_add usb-storage,bus=usb.0,id=plug,drive=${2:-stick},removable=on"
}

# stick_monitor DIR COMMAND: a command for QEMU's monitor, of a server that runs.
stick_monitor() {
	printf '%s\n' "$2" 1<>"$1/monitor.in"
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
