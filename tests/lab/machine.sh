# SPDX-License-Identifier: GPL-3.0-or-later
#
# A whole server: the PCI functions of a captured one beside drives, network adapters and firmware
# that can be written. Source after many.sh and overlay.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034

machine_started=

# machine_pci MODEL DIR [ID]: starts the functions of tests/data/pci/MODEL.tsv, sockets in DIR, and makes
# $machine_pci_args of them: QEMU's options, a root port for each slot. They end when QEMU does. The
# function with this ID (103c:3307) is left out: there is a better one.
machine_pci() {
	_dir=$2
	mkdir -p "$_dir"
	grep -v "	${3:-no such id}	" "$top/tests/data/pci/$1.tsv" >"$_dir/functions.tsv"
	"$lab_build/lab/lab_pci" "$_dir/functions.tsv" "$_dir" >"$_dir/functions" 2>"$_dir/pci.out" &
	machine_started="$machine_started $!"
	_tenths=100
	until [ -s "$_dir/functions" ] || [ "$_tenths" -eq 0 ]; do
		_tenths=$((_tenths - 1))
		sleep 0.1
	done
	[ -s "$_dir/functions" ] || {
		cat "$_dir/pci.out" >&2
		return 1
	}
	# 0000:02:00.3: the functions of one slot stay together, and function 0 comes first.
	machine_pci_args=$(sort "$_dir/functions" | awk '
		{
			slot = substr($1, 1, 10)
			function_number = substr($1, 12, 1)
			if (slot != last) {
				n++
				printf "-device pcie-root-port,id=slot%d,chassis=%d,slot=%d\n", n, 100 + n, 100 + n
				last = slot
			}
			printf "-device {\"driver\":\"vfio-user-pci\",\"bus\":\"slot%d\",", n
			printf "\"addr\":\"0.%d\",\"multifunction\":true,\"rombar\":0,", function_number
			printf "\"socket\":{\"type\":\"unix\",\"path\":\"%s\"}}\n", $2
		}')
}

# machine_stop: ends what machine_pci started.
machine_stop() {
	for _pid in $machine_started; do
		kill "$_pid" 2>/dev/null || true
		wait "$_pid" 2>/dev/null || true
	done
	machine_started=
}

# machine_uefi SECONDS OPTION...: $dir/stick.img in that server, booted by the firmware, which keeps
# its variables in $dir/vars.fd and may be restarted by the server; beside what the caller does
# next. Ends with server_ended or server_cut.
machine_uefi() {
	_seconds=$1
	shift
	_ovmf=$("$top/rootfs/tool.sh" qemu)/usr/share/OVMF
	[ -f "$dir/vars.fd" ] || cp "$_ovmf/OVMF_VARS_4M.fd" "$dir/vars.fd"
	rm -f "$dir/serial.log" "$dir/qemu.pid"
	stick_qemu "$dir" "$_seconds" "$dir/stick.img" -action reboot=reset \
		-drive "if=pflash,format=raw,unit=0,readonly=on,file=$_ovmf/OVMF_CODE_4M.fd" \
		-drive "if=pflash,format=raw,unit=1,file=$dir/vars.fd" "$@" &
	server=$!
	server_is_on
}

# machine_second_scsi DIR: a copy of DIR/modules/*-scsi_debug.ko that can be loaded beside it and has a
# revision of its own (a module has one for all its drives): its names are other ones of the same
# length. The signature does not fit any more; a kernel that is not locked down only notes that.
machine_second_scsi() {
	_to=$1/modules/91-scsi_debux.ko
	LC_ALL=C sed 's/scsi_debug/scsi_debux/g; s/pseudo/pseudx/g' "$1"/modules/*-scsi_debug.ko >"$_to"
	strip --strip-debug -R .BTF "$_to"
}

# machine_overlay FILE DIR: the archive with drives and network adapters that live in the guest's
# kernel: two SCSI drives, scsi_debug and scsi_debux, revision 0191, and netdevsim/netdevsim10,
# fw.mgmt 10.20.30. The drives keep no image and do not look at it; a watcher in the guest gives them
# the revision 0200 when the kernel's log shows that a WRITE BUFFER has activated one (mode 0Fh, or
# mode 5). What they run is kept in EFI variables, when there are any: it outlives a reboot.
machine_overlay() {
	mkdir -p "$2/tree/lib/lab"
	lab_kernel "$2" scsi_debug psample macsec udp_tunnel ip6_udp_tunnel
	machine_second_scsi "$2"
	cp "$("$top/tests/lab/netdevsim.sh")" "$2/tree/lib/lab/netdevsim.ko"
	# 1: every command is told (drivers/scsi/scsi_debug.c, SDEBUG_OPT_NOISE)
	echo 'dev_size_mb=8 opts=1' | tee "$2/modules/scsi_debug.args" >"$2/modules/scsi_debux.args"
	cat >"$2/start" <<'START'
vars=/tmp/lab-vars
guid=6d1b3f0a-52c7-4be1-8d24-4c4142564152
mkdir -p $vars
modprobe efivarfs 2>/dev/null && mount -t efivarfs efivarfs $vars 2>/dev/null
# keep NAME VALUE: 7 = non-volatile, at boot and run time (UEFI 2.10, 8.2.1)
keep() { printf '\007\000\000\000%s' "$2" >/tmp/lab-value && cat /tmp/lab-value >"$vars/Lab$1-$guid"; }
kept() { tail -c +5 "$vars/Lab$1-$guid" 2>/dev/null; }

for module in scsi_debug scsi_debux; do
	revision=$(kept $module)
	[ -z "$revision" ] || printf %s "$revision" >/sys/module/$module/parameters/inq_rev
done
version=$(kept netdevsim)
insmod /lib/lab/netdevsim.ko fw_version="${version:-10.20.30}"
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null
echo '10 1' >/sys/bus/netdevsim/new_device
echo 1 >/sys/kernel/debug/netdevsim/netdevsim10/fw_chunk_ms
cat /dev/kmsg 2>/dev/null | while read -r line; do
	case $line in
	*scsi_debu[gx]:*'cmd 3b 0f '* | *scsi_debu[gx]:*'cmd 3b 05 '*)
		module=${line#*scsi_debu}
		module=scsi_debu${module%%:*}
		printf 0200 >/sys/module/$module/parameters/inq_rev
		keep $module 0200
		;;
	*netdevsim10:*'firmware '*' runs')
		version=${line##*firmware }
		keep netdevsim "${version% runs}"
		;;
	esac
done &
START
	overlay_make "$1" "$2"
}
