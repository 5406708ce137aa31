#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `drydock inventory`, the shipped binary, on three real servers (dumps), a small made-up machine
# (another sysfs root), this machine, and rubbish. Prints TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
drydock=$build/drydock
ids=$build/sysroot/musl/share/pci.ids
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

inventory() {
	"$drydock" inventory --pci-ids "$ids" "$@"
}

# The numbers and names that the .tsv has. It was written with an older list of names: where that
# knew no name ("Vendor Device") any may stand here, and a bridge's subsystem is not in a dump.
same_as_tsv() {
	tail -n +2 "$top/tests/data/pci/$1.tsv" | sort >"$tmp/want"
	sort "$tmp/$1.functions" >"$tmp/got"
	[ -s "$tmp/want" ] || return 1
	awk -F '\t' '
	function differ(what) { printf "%s: %s: want %s, got %s\n", $1, what, want, $0; bad = 1 }
	NR == FNR { line[$1] = $0; n++; next }
	!($1 in line) { want = "nothing"; differ("not in the tsv"); next }
	{
		want = line[$1]
		delete line[$1]
		split(want, w, "\t")
		for (i = 2; i <= 5; i++)
			if ($i != w[i])
				differ("field " i)
		if ($6 != (w[2] == "0604" ? "-" : w[6]))
			differ("subsystem")
		unknown = w[8] ~ / Device$/
		if (unknown ? index($8, substr(w[8], 1, length(w[8]) - 7)) != 1 : $8 != w[8])
			differ("name")
	}
	END {
		for (a in line) { print "missing: " line[a]; bad = 1 }
		exit bad || n == 0
	}' "$tmp/want" "$tmp/got"
}

# An independent reader of the same bytes and names.
same_as_lspci() {
	lspci -F "$tmp/$1.dump" -i "$ids" -D -vmm |
		awk -F '\t' '
		/^Slot:/ { slot = $2 }
		/^Vendor:/ { vendor = $2 }
		/^Device:/ && slot != "" { print slot "\t" vendor " " $2; slot = "" }' |
		sort >"$tmp/want"
	cut -f 1,8 "$tmp/$1.functions" | sort >"$tmp/got"
	[ -s "$tmp/want" ] && diff "$tmp/want" "$tmp/got"
}

# addresses SERVER FIELD PATTERN: of the functions whose field matches
addresses() {
	awk -F '\t' -v field="$2" -v pattern="$3" '$field ~ pattern { printf "%s ", $1 }' \
		"$tmp/$1.functions"
}

# finds SERVER FIELD PATTERN ADDRESS...: exactly these
finds() {
	_found=$(addresses "$1" "$2" "$3")
	shift 3
	echo "found: $_found"
	[ "$_found" = "$* " ]
}

# table_is_whole SERVER: a line a function, and none too wide
table_is_whole() {
	inventory --lspci "$tmp/$1.dump" >"$tmp/table" || return 1
	cut -f 1 "$tmp/$1.functions" | sed 's/^/pci:/' >"$tmp/want"
	tail -n +2 "$tmp/table" | awk '{ print $1 }' | diff "$tmp/want" - &&
		awk 'length > 80 { print; bad = 1 } END { exit bad }' "$tmp/table"
}

# logs_match SERVER: what is saved is what is shown
logs_match() {
	inventory --lspci "$tmp/$1.dump" --log-dir "$tmp/logs/run" >"$tmp/table" &&
		cmp "$tmp/table" "$tmp/logs/run/inventory.txt" &&
		cmp "$tmp/$1.json" "$tmp/logs/run/inventory.json"
}

from_pipe() {
	inventory --json --lspci /dev/stdin <"$tmp/$1.dump" | cmp "$tmp/$1.json"
}

without_domain() {
	sed 's/^0000:\([0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]\.[0-7]\)/\1/' "$tmp/$1.dump" >"$tmp/short.dump"
	grep -q '^00:00' "$tmp/short.dump" &&
		inventory --json --lspci "$tmp/short.dump" | cmp "$tmp/$1.json"
}

# refuses STATUS TEXT ARGUMENT...: nothing on standard output, the reason on standard error
refuses() {
	_status=$1
	_text=$2
	shift 2
	"$drydock" inventory "$@" >"$tmp/out" 2>"$tmp/err"
	_got=$?
	cat "$tmp/err"
	echo "status $_got, wanted $_status and \"$_text\""
	[ "$_got" -eq "$_status" ] && [ ! -s "$tmp/out" ] && grep -qF "$_text" "$tmp/err"
}

servers() {
	for server in dl360g7 dl380gen10 dl385gen10plusv2; do
		"$top/tests/pci/tsv2dump.sh" "$top/tests/data/pci/$server.tsv" >"$tmp/$server.dump"
		inventory --json --lspci "$tmp/$server.dump" >"$tmp/$server.json"
		perl "$here/functions.pl" <"$tmp/$server.json" >"$tmp/$server.functions"
		check "$server: every function with the right numbers and name" same_as_tsv "$server"
		check "$server: the names lspci gives" same_as_lspci "$server"
		check "$server: a table of 80 columns has every function" table_is_whole "$server"
	done
	ilo='^103c:330[67]$'
	check 'DL360 G7: the iLO' finds dl360g7 5 "$ilo" 0000:02:00.0 0000:02:00.2
	check 'DL360 G7: storage' finds dl360g7 2 '^01' 0000:00:1f.2 0000:05:00.0
	check 'DL360 G7: network' finds dl360g7 2 '^02' \
		0000:03:00.0 0000:03:00.1 0000:04:00.0 0000:04:00.1
	check 'DL380 Gen10: the iLO' finds dl380gen10 5 "$ilo" 0000:01:00.0 0000:01:00.2
	check 'DL380 Gen10: storage' finds dl380gen10 2 '^01' 0000:5c:00.0
	check 'DL380 Gen10: network' finds dl380gen10 2 '^02' \
		0000:02:00.0 0000:02:00.1 0000:02:00.2 0000:02:00.3
	check 'DL385 Gen10 Plus v2: the iLO' finds dl385gen10plusv2 5 "$ilo" \
		0000:61:00.0 0000:61:00.2
	check 'DL385 Gen10 Plus v2: storage' finds dl385gen10plusv2 2 '^01' \
		0000:27:00.0 0000:64:00.0
	check 'DL385 Gen10 Plus v2: network' finds dl385gen10plusv2 2 '^02' \
		0000:45:00.0 0000:45:00.1
}

# pci_function PATH VENDOR DEVICE CLASS SUBVENDOR SUBDEVICE: a PCI function of the made-up machine
pci_function() {
	_dir=$tmp/root/sys/devices/pci0000:00/$1
	mkdir -p "$_dir" "$tmp/root/sys/bus/pci/devices"
	echo "0x$2" >"$_dir/vendor"
	echo "0x$3" >"$_dir/device"
	echo "0x$4" >"$_dir/class"
	echo 0x02 >"$_dir/revision"
	echo "0x$5" >"$_dir/subsystem_vendor"
	echo "0x$6" >"$_dir/subsystem_device"
	head -c 64 /dev/zero >"$_dir/config"
	ln -s "../../../devices/pci0000:00/$1" "$tmp/root/sys/bus/pci/devices/${1##*/}"
}

# What was asked and found is in the traces, by the seam (VPD) and by libpci's notes.
traces() {
	inventory --root "$tmp/root" --log-dir "$tmp/traces" >"$tmp/out" || return 1
	grep -F '"call":"read"' "$tmp/traces/trace-sys.jsonl" | grep -F '0000:03:00.0/vpd' |
		grep -F '502d313233' && grep -F '"path":"pci"' "$tmp/traces/trace-sys.jsonl" |
		grep -F 'pci:0000:03:00.0' | grep -F 'pci:14e4:1657:103c:22be' | grep -F tg3
}

# Vital Product Data whose checksum is right, or wrong by what is added to it
vpd() {
	printf '\202\007\000Adapter\220\023\000PN\005P-123SN\004S456RV\001' >"$tmp/vpd"
	_sum=$(od -An -v -t u1 "$tmp/vpd" | awk '{ for (i = 1; i <= NF; i++) n += $i } END { print n }')
	_sum=$(((256 - _sum % 256 + ${1:-0}) % 256))
	# shellcheck disable=SC2059
	printf "\\$(printf '%03o' "$_sum")x" | head -c 1 >>"$tmp/vpd"
	printf '\170' >>"$tmp/vpd"
	cat "$tmp/vpd"
}

# SMBIOS types 0, 1 and 127 (DSP0134 7.1, 7.2)
dmi_table() {
	printf '\000\032\000\000\001\002\000\360\003\377'
	head -c 10 /dev/zero
	printf '\002\042\001\107\000\000Example Ltd\000U30\00004/08/2020\000\000'
	printf '\001\033\001\000\001\002\000\003'
	head -c 17 /dev/zero
	printf '\004\000Example Ltd\000Server 9\000SN-0042\000P00-001\000\000'
	printf '\177\004\002\000\000\000'
}

make_root() {
	_root=$tmp/root
	_nic=0000:00:01.0/0000:03:00
	pci_function 0000:00:01.0 8086 2030 060400 0000 0000
	pci_function $_nic.0 14e4 1657 020000 103c 22be
	pci_function $_nic.1 14e4 1657 020000 103c 22be
	vpd >"$_root/sys/devices/pci0000:00/$_nic.0/vpd"
	vpd 1 >"$_root/sys/devices/pci0000:00/$_nic.1/vpd"
	echo 'Embedded LOM 1 Port 2' >"$_root/sys/devices/pci0000:00/$_nic.1/label"
	mkdir -p "$_root/sys/bus/pci/drivers/tg3" "$_root/sys/bus/pci/slots/PCI-E 3" \
		"$_root/sys/firmware/dmi/tables" "$_root/sys/kernel/security" \
		"$_root/sys/class/tpm/tpm0" "$_root/proc/sys/kernel" "$_root/sys/firmware/efi"
	ln -s ../../../../bus/pci/drivers/tg3 "$_root/sys/devices/pci0000:00/$_nic.0/driver"
	echo 0000:03:00 >"$_root/sys/bus/pci/slots/PCI-E 3/address"
	dmi_table >"$_root/sys/firmware/dmi/tables/DMI"
	echo 'none [integrity] confidentiality' >"$_root/sys/kernel/security/lockdown"
	echo 2 >"$_root/sys/class/tpm/tpm0/tpm_version_major"
	echo 6.12.0-test >"$_root/proc/sys/kernel/osrelease"
}

# members ID: what is known of it, a line each: KEY<tab>VALUE
members() {
	perl -MJSON::PP -0777 -e '
		my $inv = decode_json(<STDIN>);
		my ($m) = grep { $_->{Id} eq $ARGV[0] } @{ $inv->{Members} } or die "no $ARGV[0]\n";
		my $ours = delete $m->{Oem}{Drydock};
		my %all = (%$m, %{ delete $ours->{Properties} }, %$ours);
		print map { "$_\t$all{$_}\n" } grep { !ref $all{$_} } sort keys %all;
		print map { "target\t$_\n" } @{ $ours->{Targets} };' "$1" <"$tmp/root.json"
}

# has ID KEY VALUE [KEY VALUE...]: these members; an empty VALUE: there is no such member
has() {
	members "$1" >"$tmp/members" || return 1
	shift
	cat "$tmp/members"
	while [ $# -gt 1 ]; do
		_line=$(printf '%s\t%s' "$1" "$2")
		if [ -n "$2" ]; then
			grep -qxF "$_line" "$tmp/members" || { echo "no $_line"; return 1; }
		else
			! grep -q "^$1	" "$tmp/members" || { echo "there is $1"; return 1; }
		fi
		shift 2
	done
}

made_up_machine() {
	make_root
	check 'another root: an inventory without a warning' quiet_root
	check 'another root: the system' has system Manufacturer 'Example Ltd' Model 'Server 9' \
		Serial SN-0042 Version U30 bios.date 04/08/2020 bios.release 2.34 bios.ec-release 1.71 \
		system.sku P00-001 system.lockdown integrity system.tpm 'present, version 2' \
		system.kernel 6.12.0-test system.boot uefi system.secure-boot ''
	check 'another root: a function' has pci:0000:03:00.0 pci.id 14e4:1657 \
		pci.subsystem 103c:22be pci.class 0200 pci.revision 02 pci.driver tg3 \
		Parent pci:0000:00:01.0 Slot 'PCI-E 3' target pci:14e4:1657:103c:22be \
		target pci:14e4:1657 SoftwareId pci:14e4:1657:103c:22be
	check 'another root: VPD' has pci:0000:03:00.0 pci.vpd.pn P-123 pci.vpd.sn S456 \
		pci.vpd.name Adapter pci.vpd.checksum ok Serial S456
	check 'VPD with a wrong checksum is not believed' has pci:0000:03:00.1 pci.vpd.pn '' \
		Serial '' pci.vpd.error 'wrong checksum' pci.label 'Embedded LOM 1 Port 2'
	check 'another root: a trace of what was asked' traces
	check 'a root port hangs from nothing' has pci:0000:00:01.0 Parent '' pci.subsystem '' \
		pci.class 0604
	check 'for each device a backend or the reason why not' has pci:0000:03:00.0 \
		WhyNot 'no backend knows how to update it'
	check 'a TPM is a device' has tpm Kind firmware
	check 'VPD that hangs costs a few seconds and nothing else' hanging_vpd
	rm "$tmp/root/sys/devices/pci0000:00/$_nic.0/vendor"
	check 'a function that vanished costs itself only' vanished
}

# A pipe that somebody holds open to write, and writes nothing to.
hanging_vpd() {
	_vpd=$tmp/root/sys/devices/pci0000:00/$_nic.1/vpd
	rm "$_vpd"
	mkfifo "$_vpd"
	exec 9<>"$_vpd"
	_status=0
	timeout 60 "$drydock" inventory --pci-ids "$ids" --json --root "$tmp/root" --log-dir "$tmp/hanging" \
		>"$tmp/root.json" 9>&- || _status=$?
	exec 9>&-
	rm "$_vpd"
	[ "$_status" -eq 0 ] && has pci:0000:03:00.1 pci.vpd.error 'the device does not answer; left alone' &&
		has pci:0000:03:00.0 pci.vpd.pn P-123 && [ -s "$tmp/hanging/inventory.json" ]
}

quiet_root() {
	inventory --json --root "$tmp/root" >"$tmp/root.json" 2>"$tmp/err" || return 1
	! grep . "$tmp/err"
}

vanished() {
	inventory --root "$tmp/root" >"$tmp/out" 2>"$tmp/err" || return 1
	cat "$tmp/out" "$tmp/err"
	grep -q '^pci:0000:03:00.1 ' "$tmp/out" && ! grep -q '^pci:0000:03:00.0 ' "$tmp/out" &&
		grep -q '^PCI: .*0000:03:00.0/vendor' "$tmp/err"
}

# md_member NUMBER: a disk of 2 MiB that is this member of a mirror (superblock 1.2, md_p.h)
md_member() {
	perl -e '
		my $sb = "\0" x 258;
		my $put = sub { my ($at, $what) = @_; substr($sb, $at, length $what) = $what };
		$put->(0, pack("VV", 0xa92b4efc, 1));
		$put->(16, pack("C16", 0xab .. 0xba));
		$put->(72, pack("VVQ<VV", 1, 0, 1024, 0, 2));
		$put->(128, pack("Q<Q<Q<", 256, 1024, 8));
		$put->(200, pack("Q<Q<VV", 17, ~0, 0, 1));
		$put->(256, pack("v", $ARGV[0]));
		my $sum = unpack("v", substr($sb, 256));
		$sum += $_ for unpack("V64", $sb);
		$put->(216, pack("V", ($sum & 0xffffffff) + ($sum >> 32)));
		print "\0" x 4096, $sb, "\0" x ((2 << 20) - 4096 - 258);' "$1"
}

# put_drive NUMBER: /dev/nvme<N>, which answers nothing, with a namespace that is read from stdin
put_drive() {
	_dir=$tmp/array/sys/devices/pci0000:00/0000:0$1:00.0/nvme/nvme$1
	mkdir -p "$_dir/nvme$1n1" "$tmp/array/sys/class/nvme" "$tmp/array/sys/class/block" \
		"$tmp/array/dev"
	ln -s "../../devices/pci0000:00/0000:0$1:00.0/nvme/nvme$1" "$tmp/array/sys/class/nvme/nvme$1"
	ln -s "../../devices/pci0000:00/0000:0$1:00.0/nvme/nvme$1/nvme$1n1" \
		"$tmp/array/sys/class/block/nvme$1n1"
	echo "SN$1" >"$_dir/serial"
	echo 4096 >"$_dir/nvme$1n1/size"
	cat >"$tmp/array/dev/nvme$1n1"
}

# array_is STATE: of both drives, or of the first when there is only one
array_is() {
	inventory --json --root "$tmp/array" >"$tmp/root.json" 2>"$tmp/err"
	! grep '^arrays' "$tmp/err" || return 1
	for _drive in "$tmp/array/sys/class/nvme"/*; do
		has "nvme:SN${_drive##*/nvme}" array.0 md:abacadae:afb0b1b2:b3b4b5b6:b7b8b9ba \
			array.0.state "$1" array.1 '' || return 1
	done
}

# Read only: what is there stays as it is to the byte.
drives_in_arrays() {
	md_member 0 | put_drive 0
	check 'a mirror of which one half is here' array_is 'degraded: 1 of 2 members are here'
	md_member 1 | put_drive 1
	sha256sum "$tmp/array/dev"/* >"$tmp/before"
	check 'a mirror that is whole' array_is whole
	check 'nothing was written to its members' sha256sum -c --quiet "$tmp/before"
	: >"$tmp/array/dev/nvme1n1"
	inventory --root "$tmp/array" >/dev/null 2>"$tmp/err"
	check 'a drive that cannot be read is said' \
		grep 'not all disks could be read.*/dev/nvme1n1' "$tmp/err"
}

# The live machine: what the kernel lists.
this_machine() {
	inventory --json >"$tmp/live.json" 2>/dev/null || return 1
	perl "$here/functions.pl" <"$tmp/live.json" | cut -f 1 >"$tmp/got"
	# shellcheck disable=SC2012
	ls /sys/bus/pci/devices 2>/dev/null | LC_ALL=C sort | diff - "$tmp/got"
}

rubbish() {
	printf '00:00.0 Host bridge: Example\n' >"$tmp/plain.dump"
	check 'a dump without bytes is refused' \
		refuses 6 "$tmp/plain.dump: line 1: 0 bytes" --lspci "$tmp/plain.dump"
	printf '00:00.0 x\n00: 86 80 zz 34\n' >"$tmp/hex.dump"
	check 'bytes that are not hex are refused' \
		refuses 6 'line 2: not bytes in hex' --lspci "$tmp/hex.dump"
	printf '00:00.0 x\nfffffff0: 41 41 41 41\n' >"$tmp/offset.dump"
	check 'an offset before the beginning is refused' \
		refuses 6 'line 2: offset fffffff0h' --lspci "$tmp/offset.dump"
	head -c 100000 /dev/urandom >"$tmp/noise.dump"
	check 'noise is refused' refuses 6 "$tmp/noise.dump: " --lspci "$tmp/noise.dump"
	: >"$tmp/empty.dump"
	check 'an empty file is refused' refuses 6 'no PCI function in it' --lspci "$tmp/empty.dump"
	cat "$tmp/dl360g7.dump" "$tmp/dl360g7.dump" >"$tmp/twice.dump"
	check 'an address twice is refused' refuses 6 'twice' --lspci "$tmp/twice.dump"
	check 'a file that is not there' refuses 6 'No such file' --lspci "$tmp/none.dump"
	check 'names that are not there' \
		refuses 6 "$tmp/none.ids" --lspci "$tmp/dl360g7.dump" --pci-ids "$tmp/none.ids"
	check 'two sources at once are refused' refuses 2 'exclude' --root "$tmp" --lspci x
}

# Another machine's BMC, with a login: what a run leaves has the answers in it and not the password.
bmc_of_another() {
	_lab=$tmp/bmc
	mkdir -p "$_lab"
	"$build/lab/lab_ilo" --dir "$_lab" --flavour 1 --login admin:Geheim-4711 >"$tmp/bmc.out" 2>&1 &
	_pid=$!
	_tenths=0
	until [ -s "$_lab/port" ] || [ $((_tenths += 1)) -gt 100 ]; do sleep 0.1; done
	printf 'user=admin\npassword=%s\n' Geheim-4711 >"$tmp/login"
	chmod 600 "$tmp/login"
	timeout 60 "$drydock" inventory --ilo "https://127.0.0.1:$(cat "$_lab/port")" \
		--ilo-login "$tmp/login" --record "$tmp/bmc-run" >"$tmp/bmc-table" 2>&1
	_status=$?
	kill "$_pid"
	wait "$_pid" 2>/dev/null
	return "$_status"
}

leaves_no_password() {
	grep -q SessionService "$tmp/bmc-run/trace-socket-http.jsonl" || return 1
	# As it is, as base64 of "admin:..." and of itself, as hex.
	for _form in Geheim-4711 YWRtaW46R2VoZWltLTQ3MTE R2VoZWltLTQ3MTE 47656865696d2d34373131; do
		! grep -ri "$_form" "$tmp/bmc-run" "$tmp/bmc-table" || return 1
	done
}

another_bmc() {
	check "another machine's BMC: its firmware, by HTTPS" bmc_of_another
	check 'it is shown' grep -q 'bmc .*redfish' "$tmp/bmc-table"
	check 'no password in the table, the logs, the traces' leaves_no_password
	check 'its trace alone gives the same inventory' "$drydock" replay "$tmp/bmc-run"
	chmod 644 "$tmp/login"
	check 'a login that others may read is not used' \
		refuses 7 'chmod 600' --ilo https://127.0.0.1:1 --ilo-login "$tmp/login"
}

for tool in "$drydock" "$ids"; do
	[ -r "$tool" ] || { echo "Bail out! $tool is missing"; exit 1; }
done
servers
check 'what is saved is what is shown' logs_match dl380gen10
check 'a dump can come through a pipe' from_pipe dl380gen10
check 'an address without a domain is in domain 0000' without_domain dl380gen10
made_up_machine
drives_in_arrays
check 'this machine: every function of sysfs' this_machine
rubbish
another_bmc
tap_end
