#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs that survive (laws 4, 6, 7, 8, 12): the image as it ships in a server with several drives that
# are at work side by side, sticks that are pulled, power that fails, a reboot that belongs to the
# plan, disks that are the server's own. What is looked at lies outside the server: the drives' states
# and logs, the partitions of the stick, the bytes of the server's disks. Arguments choose tests.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
# shellcheck source=tests/lab/lib.sh
. tests/lab/lib.sh
# shellcheck source=tests/lab/stick.sh
. tests/lab/stick.sh
# shellcheck source=tests/lab/server.sh
. tests/lab/server.sh
# shellcheck source=tests/lab/many.sh
. tests/lab/many.sh
# shellcheck source=tests/survival/disk.sh
. tests/survival/disk.sh
# shellcheck source=tests/survival/side.sh
. tests/survival/side.sh
# shellcheck source=tests/survival/pulled.sh
. tests/survival/pulled.sh
# shellcheck source=tests/survival/cut.sh
. tests/survival/cut.sh
# shellcheck source=tests/survival/reboot.sh
. tests/survival/reboot.sh
build=$lab_build
work=$(mktemp -d)
# What a failure left stays when DRYDOCK_KEEP says so.
trap 'lab_nvme_stop; [ -n "${DRYDOCK_KEEP:-}" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck source=tests/tap.sh
. tests/tap.sh
# Seconds that a server may take: many times what it needs, for busy hosts.
patience=${DRYDOCK_PATIENCE:-400}
# Room for the payloads in RAM, beside the reserve.
LAB_MEMORY=1G
unattended='drydock.mode=auto drydock.poweroff=yes'

# say_end NAME: one TAP line; what went wrong comes with the end of the serial line.
say_end() {
	if [ -z "$wrong" ]; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 30 "$dir/serial.log" 2>/dev/null | tr -d '\r' | sed 's/^/  | /'
			printf '%s\n' "$wrong" | sed '/^$/d')"
	fi
}

# never_said TEXT
never_said() {
	! tr -d '\r' <"$dir/serial.log" | grep -qF -e "$1" || fail "was said: $1"
}

# journal_of IMAGE FILE: copies the journal of a stick
journal_of() {
	dd if="$1" of="$2" bs=64K iflag=skip_bytes,count_bytes status=none \
		skip="$(stick_partition "$1" 4)" count=$((16 << 20))
}

# The server's own disks (law 12): one on AHCI, one the drive whose firmware is updated; these two are
# the members of one array. The other member of the third one's array is not here: that drive is left
# alone (DESIGN 7).
test_not_ours() {
	begin notours
	fleet="A1 X100 ns_mb=16 --disk=$dir/nvme
A2 X100 ns_mb=16 --disk=$dir/degraded
"
	own_disk "$dir/ahci" 0 0 "$work/trap"
	own_disk "$dir/nvme" 1 0 "$work/trap"
	own_disk "$dir/degraded" 1 1 "$work/trap"
	(cd "$dir" && sha256sum ahci nvme degraded >before)
	many_serve "$patience" "$unattended" \
		-blockdev "driver=raw,node-name=own,file.driver=file,file.filename=$dir/ahci" \
		-device ide-hd,bus=ide.0,drive=own
	powered_off
	ended 7
	runs 2.0 A1
	untouched A2
	logged summary.txt ARRAY_DEGRADED
	(cd "$dir" && sha256sum -c before >sums 2>&1) || fail "the server's disks: $(grep FAILED "$dir/sums")"
	own_is_alone
	say_end "the server's own disks: not a byte changed, nothing mounted, nothing assembled"
}

# own_is_alone: the kernel saw the partitions, and nobody used them.
own_is_alone() {
	for _found in 'nvme0n1: p1 p2 p3 p4 p5' 'nvme1n1: p1 p2 p3 p4 p5' 'sd\(.\): sd\11 sd\12 sd\13 sd\14 sd\15'; do
		grep -q "] *$_found" "$logs/dmesg.txt" || fail "the kernel did not find: $_found"
	done
	_used=$(sed 's/^[^]]*] *//' "$logs/dmesg.txt" |
		grep -E '^(EXT[234]-fs|md[:/]|md[0-9]|device-mapper|FAT-fs \(nvme)')
	[ -z "$_used" ] || fail "the kernel's log: $_used"
	! grep -q '^write' "$dir/A1/state/io.log" || fail "the drive was sent a write"
	# The superblocks of arrays, which are looked for, lie at both ends of a partition; who uses a
	# FAT reads its folders, which begin farther inside.
	for _part in 1 5; do
		_first=$(($(own_part "$dir/nvme" "$_part") / 512))
		_reads=$(awk -v first=$((_first + 256)) -v end=$((_first + 8192)) \
			'$1 == "read" && $2 < end && $2 + $3 > first { n++ } END { print n + 0 }' "$dir/A1/state/io.log")
		[ "$_reads" = 0 ] || fail "partition $_part of the drive was used: its folders were read"
	done
	grep -q '^read' "$dir/A1/state/io.log" || fail "the log of reads is empty"
}

# trap_repo: what a repository on a server's disk would do if somebody took it
trap_repo() {
	"$lab_build/fwrepo" init "$work/trap/repo" --id trap
	many_component X100 3.0 "$work/trap.fw" "$work/trap/repo" 20
	"$lab_build/fwrepo" sign --repo "$work/trap/repo" --key lab --key-dir "$work/keys"
}

prepare() {
	make -s lab BUILD="$build" && many_stick && mkdir "$work/trap" && trap_repo
}

prepare >"$work/out" 2>&1 || {
	sed 's/^/# /' "$work/out"
	echo 'Bail out! no repository'
	exit 1
}
# Two servers at a time, as one under software emulation keeps one core busy: two lists of about the
# same length.
tests_one='not_ours six_drives canary_fails pulled_for_good back_too_late'
tests_two='cut_side_by_side planned_reboot other_journals'
if [ $# -gt 0 ]; then
	tests_one=$* tests_two=
fi
lane() {
	for _test; do
		("test_$_test") >"$work/$_test.tap" 2>&1
	done
}
# shellcheck disable=SC2086
{
	lane $tests_one &
	lane $tests_two &
	wait
}
for name in $tests_one $tests_two; do
	sed -n '/^#/p' "$work/$name.tap"
	case $(grep -E '^(not )?ok ' "$work/$name.tap") in
	'ok '*) ok "$(sed -n 's/^ok [0-9]* - //p' "$work/$name.tap")" ;;
	'not ok '*) not_ok "$(sed -n 's/^not ok [0-9]* - //p' "$work/$name.tap")" ;;
	*) not_ok "$name came to no end" "$(cat "$work/$name.tap")" ;;
	esac
done
tap_end
