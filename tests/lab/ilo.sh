# SPDX-License-Identifier: GPL-3.0-or-later
#
# An iLO in an emulated server: its PCI function for hpilo.ko, its network card at 16.1.15.1, SMBIOS
# type 42, and what hangs from its USB going and coming with it. Source after lib.sh.
#
# The card is QEMU's usb-net: 0525:a4a2, which Linux drives by cdc_ether; a real one is CDC EEM,
# 03f0:2927, by cdc_eem.
# shellcheck shell=sh
# shellcheck disable=SC2154

ilo_mac=0a:ca:fe:f0:0d:04

# ilo_start DIR [OPTION...]: starts an iLO; OPTIONs are those of lab_ilo. With ILO_NO_PCI set it has no
# PCI function, as an iLO 7 has none for the operating system. With DIR/medium-* of
# ilo_medium these go when it restarts. ilo_stop DIR ends it.
ilo_start() {
	_dir=$1
	shift
	mkdir -p "$_dir"
	rm -f "$_dir/control" "$_dir/port"
	ilo_json usb-net,id=ilocard,bus=usb.0,port=4,netdev=ilonet,mac="$ilo_mac" >"$_dir/card"
	for _file in "$_dir"/medium-*; do
		[ ! -f "$_file" ] || set -- "$@" --medium "$_file"
	done
	[ -n "${ILO_NO_PCI:-}" ] || set -- --pci "$@"
	"$lab_build/lab/lab_ilo" --dir "$_dir" --qmp "$_dir/qmp" --card "$_dir/card" "$@" \
		>"$_dir/ilo.out" 2>&1 &
	echo $! >"$_dir/ilo.pid"
	_tenths=0
	until [ -S "$_dir/control" ] && [ -s "$_dir/port" ] &&
		{ [ -n "${ILO_NO_PCI:-}" ] || [ -S "$_dir/hpilo.sock" ]; }; do
		_tenths=$((_tenths + 1))
		if [ "$_tenths" -gt 100 ] || ! kill -0 "$(cat "$_dir/ilo.pid")" 2>/dev/null; then
			cat "$_dir/ilo.out" >&2
			return 1
		fi
		sleep 0.1
	done
}

# ilo_ask DIR COMMAND...: one of lab_ilo's commands.
ilo_ask() {
	_control=$1/control
	shift
	"$lab_build/lab/lab_ilo" --control "$_control" "$@"
}

# ilo_stop DIR...: ends them; what they have done stays in DIR/ilo.log.
ilo_stop() {
	for _dir in "$@"; do
		[ -f "$_dir/ilo.pid" ] || continue
		ilo_ask "$_dir" log >"$_dir/ilo.log" 2>/dev/null || true
		_pid=$(cat "$_dir/ilo.pid")
		kill "$_pid" 2>/dev/null || true
		wait "$_pid" 2>/dev/null || true
		rm -f "$_dir/ilo.pid" "$_dir/control" "$_dir/hpilo.sock"
	done
}

# ilo_json DRIVER,KEY=VALUE...: the device as a command for QEMU's monitor, one line.
ilo_json() {
	printf '%s\n' "$1" | awk -F, '{
		printf "{\"execute\":\"device_add\",\"arguments\":{\"driver\":\"%s\"", $1
		for (i = 2; i <= NF; i++) {
			split($i, pair, "=")
			value = pair[1] == "bootindex" || pair[2] ~ /^(true|false)$/ ? pair[2] : "\"" pair[2] "\""
			printf ",\"%s\":%s", pair[1], value
		}
		print "}}"
	}'
}

# They come back to the ports that they had: a firmware knows its boot devices by them.

# ilo_key DIR: the stick of stick_qemu is a virtual USB key of the iLO's. Before ilo_start.
ilo_key() {
	mkdir -p "$1"
	ilo_json usb-storage,id=plug,bus=usb.0,port=1,drive=stick,removable=true,bootindex="${LAB_BOOTINDEX:-1}" >"$1/medium-key"
}

# ilo_cd DIR IMAGE: a virtual CD drive with it. Before ilo_start; the options that QEMU needs for it
# are among those of ilo_qemu_args. Its bootindex is 2; LAB_BOOTINDEX=3 puts the stick behind. "attached"
# comes last: the drive is there when all of it is.
ilo_cd() {
	mkdir -p "$1"
	printf '%s\n' "$2" >"$1/cd"
	{
		ilo_json usb-bot,id=ilocd,bus=usb.0,port=3,attached=false
		ilo_json scsi-cd,id=ilocdrom,bus=ilocd.0,drive=ilocdimage,bootindex=2
		printf '{"execute":"qom-set","arguments":{"path":"/machine/peripheral/ilocd",'
		printf '"property":"attached","value":true}}\n'
	} >"$1/medium-cd"
}

# ilo_smbios FILE: a type 42 structure (DSP0134 7.43, DSP0270 8): USB network card, Redfish over IP,
# both addresses fixed, the guest's 16.1.15.2/30 and the iLO's 16.1.15.1, port 443.
ilo_smbios() {
	perl -e '
	my ($file, $mac) = @ARGV;
	my @mac = map { hex } split /:/, $mac;
	sub ip { pack("C4x12", @_) }
	# device type 4 = USB v2: length, ids, serial number, MAC, characteristics, handle
	my $device = pack("CCvvCC6vv", 4, 18, 0x0525, 0xa4a2, 0, @mac, 0, 0);
	my $host = "ILOLAB";
	my $data = pack("C16CC", (0x11) x 16, 1, 1) . ip(16, 1, 15, 2) . ip(255, 255, 255, 252) .
		pack("CC", 1, 1) . ip(16, 1, 15, 1) . ip(255, 255, 255, 252) .
		pack("vVC/a", 443, 0, $host);
	my $body = pack("CC", 0x40, length $device) . $device . pack("CCC", 1, 4, length $data) . $data;
	open my $out, ">", $file or die;
	print $out pack("CCv", 42, 4 + length $body, 0x4200), $body, "\0\0";
	' "$1" "$ilo_mac"
}

# ilo_qemu_args DIR: prints QEMU's options for it, to be used unquoted, beside those of lab_qemu_args
# and stick_qemu. The function answers at once: hpilo waits 10 ms for it when a channel is opened.
ilo_qemu_args() {
	_ilo=$1
	ilo_smbios "$_ilo/type42"
	printf '%s\n' "-qmp unix:$_ilo/qmp,server=on,wait=off -smbios file=$_ilo/type42"
	[ -n "${ILO_NO_PCI:-}" ] || ilo_qemu_function "$_ilo"
	ilo_qemu_card "$_ilo"
	[ ! -f "$_ilo/cd" ] || printf '%s\n' \
		"-blockdev driver=raw,node-name=ilocdimage,read-only=on,file.driver=file,file.filename=$(cat "$_ilo/cd")" \
		'-device usb-bot,id=ilocd,bus=usb.0,port=3' \
		'-device scsi-cd,id=ilocdrom,bus=ilocd.0,drive=ilocdimage,bootindex=2'
}

# ilo_qemu_function DIR: what hpilo.ko binds to.
ilo_qemu_function() {
	printf '%s\n' "-device pcie-root-port,id=iloport,chassis=90,slot=90"
	printf -- '-device {"driver":"vfio-user-pci","bus":"iloport","rombar":0,%s,"socket":%s}\n' \
		'"x-no-posted-writes":true' "{\"type\":\"unix\",\"path\":\"$1/hpilo.sock\"}"
}

# ilo_qemu_card DIR: the network alone: 16.1.15.1 is a relay to the port that the iLO listens on. The
# addresses that QEMU wants besides are the two of the /30 that no host has.
ilo_qemu_card() {
	# A file of its own: the words of a command would be those of the shell that asks for them.
	_relay="$1/relay"
	printf '#!/bin/sh\nexec "%s" --relay %s\n' "$lab_build/lab/lab_ilo" "$(cat "$1/port")" >"$_relay"
	chmod +x "$_relay"
	printf '%s' "-netdev user,id=ilonet,net=16.1.15.0/30,host=16.1.15.3,dns=16.1.15.0," \
		"dhcpstart=16.1.15.2,ipv6=off,restrict=on,guestfwd=tcp:16.1.15.1:443-cmd:$_relay"
	echo
	case $(ilo_ask "$1" state) in
	*card=on*) echo "-device usb-net,id=ilocard,bus=usb.0,port=4,netdev=ilonet,mac=$ilo_mac" ;;
	esac
}
