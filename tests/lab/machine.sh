# SPDX-License-Identifier: GPL-3.0-or-later
#
# A whole server: the PCI functions of a captured one beside drives, network adapters and firmware
# that can be written. Source after many.sh and overlay.sh.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034

machine_started=

# machine_pci MODEL DIR: starts the functions of tests/data/pci/MODEL.tsv, sockets in DIR, and makes
# $machine_pci_args of them: QEMU's options, a root port for each slot. They end when QEMU does.
machine_pci() {
	_dir=$2
	mkdir -p "$_dir"
	"$lab_build/lab/lab_pci" "$top/tests/data/pci/$1.tsv" "$_dir" >"$_dir/functions" 2>"$_dir/pci.out" &
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
