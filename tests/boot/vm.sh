# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Starts the image in QEMU and talks to it. A machine has a folder: serial.txt is what it wrote,
# qemu.txt what QEMU said. TCG with one processor: with two, about one boot in thirty died of a
# race in the emulation ("int3" in sched_clock_cpu).
: "${top:?}" "${build:?}"

vm_qemu=$("$top/rootfs/tool.sh" qemu)
vm_ovmf=$vm_qemu/usr/share/OVMF

# vm_firmware FOLDER bios|uefi|secure|kernel: QEMU's options for it, one a line.
vm_firmware() {
	_code=OVMF_CODE_4M.fd
	_vars=OVMF_VARS_4M.fd
	case $2 in
	bios) printf '%s\n' -machine q35 && return ;;
	kernel)
		printf '%s\n' -machine q35 -kernel "$build/vmlinuz" -initrd "$build/initrd.zst" -append \
			"console=tty0 console=ttyS0,115200n8 panic=30 loglevel=4 $(cat "$1/append")"
		return
		;;
	uefi) printf '%s\n' -machine q35 ;;
	secure)
		# The variables with Microsoft's keys; only code in SMM may change them.
		_code=OVMF_CODE_4M.secboot.fd
		_vars=OVMF_VARS_4M.ms.fd
		printf '%s\n' -machine q35,smm=on -global ICH9-LPC.disable_s3=1 \
			-global driver=cfi.pflash01,property=secure,value=on
		;;
	esac
	cp "$vm_ovmf/$_vars" "$1/vars.fd"
	printf '%s\n' -drive "if=pflash,format=raw,unit=0,readonly=on,file=$vm_ovmf/$_code" \
		-drive "if=pflash,format=raw,unit=1,file=$1/vars.fd"
}

# vm_usb NAME IMAGE [OPTION]: words for a USB stick; vm_cd, vm_nvme, vm_sata likewise. The firmware
# tries the one with the name "boot" first.
vm_usb() {
	printf '%s\n' -drive "if=none,id=$1,format=raw,file=$2${3:+,$3}" \
		-device "usb-storage,id=usb-$1,bus=usb.0,$(vm_drive "$1")"
}

# vm_pull NAME, vm_plug NAME IMAGE: a USB stick, while the machine runs.
vm_pull() {
	printf 'device_del usb-%s\n' "$1" >&8
}

vm_plug() {
	printf 'drive_add 0 if=none,id=%s,format=raw,file=%s\n' "$1" "$2" >&8
	sleep 1
	printf 'device_add usb-storage,id=usb-%s,bus=usb.0,drive=%s\n' "$1" "$1" >&8
}

vm_cd() {
	printf '%s\n' -drive "if=none,id=$1,format=raw,readonly=on,media=cdrom,file=$2" \
		-device "ide-cd,bus=ide.0,$(vm_drive "$1")"
}

# vm_usb_cd NAME IMAGE: as virtual media of a management controller appear.
vm_usb_cd() {
	printf '%s\n' -drive "if=none,id=$1,format=raw,readonly=on,media=cdrom,file=$2" \
		-device "usb-storage,bus=usb.0,$(vm_drive "$1")"
}

vm_nvme() {
	printf '%s\n' -drive "if=none,id=$1,format=raw,file=$2" \
		-device "nvme,serial=$1,$(vm_drive "$1")"
}

# vm_sata NAME IMAGE PORT
vm_sata() {
	printf '%s\n' -drive "if=none,id=$1,format=raw,file=$2" \
		-device "ide-hd,bus=ide.$3,$(vm_drive "$1")"
}

vm_drive() {
	case $1 in
	boot) echo "drive=$1,bootindex=1" ;;
	*) echo "drive=$1" ;;
	esac
}

# vm_start FOLDER FIRMWARE MEMORY_MB, with words for its devices on standard input.
vm_start() {
	vm=$1
	mkfifo "$vm/serial.in" "$vm/serial.out" "$vm/monitor.in" "$vm/monitor.out"
	{
		vm_firmware "$vm" "$2"
		cat
	} >"$vm/words"
	set -- -accel tcg -smp 1 -m "$3" -nodefaults -display none -vga std -no-reboot \
		-device qemu-xhci,id=usb \
		-chardev "pipe,id=serial,path=$vm/serial" -serial chardev:serial \
		-chardev "pipe,id=monitor,path=$vm/monitor" -object monitor-hmp,id=hmp,chardev=monitor
	while read -r _word; do
		set -- "$@" "$_word"
	done <"$vm/words"
	cat "$vm/serial.out" >"$vm/serial.txt" &
	vm_reader=$!
	cat "$vm/monitor.out" >"$vm/monitor.txt" &
	# Both ends stay open here, so that nobody sees an end of file between two messages.
	exec 7<>"$vm/serial.in" 8<>"$vm/monitor.in"
	"$vm_qemu/bin/qemu-system-x86_64" "$@" >"$vm/qemu.txt" 2>&1 7>&- 8>&- &
	vm_pid=$!
}

# vm_type TEXT: at the serial line.
vm_type() {
	printf '%s\n' "$1" >&7
}

# vm_screen PNG: the screen as it is now.
vm_screen() {
	printf 'screendump %s -f png\n' "$1" >&8
	sleep 1
}

# vm_until TEXT SECONDS: waits for TEXT on the serial line.
vm_until() {
	_tenths=$(($2 * 2))
	until grep -qaF -e "$1" "$vm/serial.txt"; do
		_tenths=$((_tenths - 1))
		if [ "$_tenths" -le 0 ] || ! kill -0 "$vm_pid" 2>/dev/null; then
			echo "did not appear on the serial line: $1"
			return 1
		fi
		sleep 0.5
	done
}

# vm_ends SECONDS: the guest powers off by itself; else it is stopped, and that is a failure.
vm_ends() {
	_halves=$(($1 * 2))
	while kill -0 "$vm_pid" 2>/dev/null; do
		_halves=$((_halves - 1))
		if [ "$_halves" -le 0 ]; then
			vm_stop
			echo "did not power off within $1 s"
			return 1
		fi
		sleep 0.5
	done
	_status=0
	wait "$vm_pid" || _status=$?
	vm_pid=
	exec 7>&- 8>&-
	wait "$vm_reader" || true
	[ "$_status" = 0 ] || cat "$vm/qemu.txt"
	return "$_status"
}

vm_stop() {
	[ -n "${vm_pid:-}" ] || return 0
	kill "$vm_pid" 2>/dev/null || true
	wait "$vm_pid" 2>/dev/null || true
	vm_pid=
}

# fat_of IMAGE: its FAT for mtools: partition 3 of a stick, or the whole of it.
fat_of() {
	_start=$(sfdisk -d "$1" 2>/dev/null |
		sed -n 's/^.*3 : start= *\([0-9]*\),.*type=EBD0A0A2-.*/\1/p')
	echo "$1@@$((${_start:-0} * 512))"
}

# fetch_logs IMAGE DIR: the only log folder of the medium, as DIR.
fetch_logs() {
	mkdir -p "$2.all"
	mcopy -s -n -i "$(fat_of "$1")" ::logs "$2.all" </dev/null || return 1
	set -- "$2" "$2.all"/logs/*
	if [ $# -ne 2 ] || [ ! -d "$2" ]; then
		echo "not one log folder: $*"
		return 1
	fi
	mv "$2" "$1"
}

# fat_clean IMAGE: unmounted as it should be, and without errors.
fat_clean() {
	_at=$(fat_of "$1")
	_sectors=$(sfdisk -d "$1" 2>/dev/null | sed -n 's/^.*3 : .*size= *\([0-9]*\),.*/\1/p')
	dd if="$1" of="$1.fat" bs=1M iflag=skip_bytes,count_bytes skip="${_at##*@@}" \
		count="$((${_sectors:-81920} * 512))" status=none &&
		fsck.vfat -n "$1.fat" && rm "$1.fat"
}
