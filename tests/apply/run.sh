#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The image at work on a drive that is not well, from media that are not well, and through a power
# cut: kernel, init, drydock and journal as they ship, an emulated drive behind the real nvme.ko.
# What is looked at afterwards lies outside the server: the drive's state, the stick's partitions.
# (The same faults without a kernel, with every command checked: tests/unit/test_apply.c.)
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
# shellcheck source=tests/lab/lib.sh
. tests/lab/lib.sh
# shellcheck source=tests/lab/stick.sh
. tests/lab/stick.sh
build=$lab_build
work=$(mktemp -d)
trap 'lab_nvme_stop; rm -rf "$work"' EXIT
number=0
broken=0
MTOOLS_SKIP_CHECK=1
export MTOOLS_SKIP_CHECK

# say_end NAME: one TAP line, with what went wrong and the end of the serial line before it.
say_end() {
	number=$((number + 1))
	if [ -z "$wrong" ]; then
		echo "ok $number - $1"
		return
	fi
	printf '%s\n' "$wrong" | sed '/^$/d; s/^/# /'
	tail -n 30 "$dir/serial.log" 2>/dev/null | tr -d '\r' | sed 's/^/#   | /'
	echo "not ok $number - $1"
	broken=1
}

fail() {
	wrong="$wrong
$*"
}

# said TEXT: on the serial line
said() {
	tr -d '\r' <"$dir/serial.log" | grep -qF -e "$1" || fail "was not said: $1"
}

# logged FILE TEXT: in a file of the newest log folder
logged() {
	grep -qF -e "$2" "$logs/$1" 2>/dev/null || fail "$1 does not say: $2"
}

# drive WHAT WANTED: running (revision) or received (bytes of payload, or nothing)
drive() {
	case $1 in
	running) _got=$(sed -n 's/^running //p' "$dir/drive/state/state" 2>/dev/null) ;;
	received) if cmp -s "$dir/drive/state/received.bin" "$work/fw"; then _got=payload; elif
		[ -s "$dir/drive/state/received.bin" ]; then _got=other; else _got=nothing; fi ;;
	esac
	[ "$_got" = "$2" ] || fail "the drive: $1 is \"$_got\", not \"$2\""
}

ended() {
	logged result "exit=$1"
}

make_repository() {
	"$build/lab/mkfw" --model 'LAB NVME X100' --version 2.0 --size 1500000 --out "$work/fw"
	"$build/fwrepo" key new lab --dir "$work/keys" --no-passphrase
	"$build/fwrepo" init "$work/repo" --id lab
	"$build/fwrepo" add "$work/fw" --repo "$work/repo" --id lab-2.0 --version 2.0 \
		--scheme dotted --target 'nvme-model:LAB NVME X100' --backend nvme --class drive \
		--proof nvme.fr=2.0 --activation device-reset --expected-seconds 20
	"$build/fwrepo" sign --repo "$work/repo" --key lab --key-dir "$work/keys"
	"$build/fwrepo" trust --key lab --key-dir "$work/keys" --out "$work/trust" \
		--min-evidence emulator
	iso/stick.sh --base "$build/drydock.iso" --out "$work/stick.img" --trust "$work/trust" \
		--repo "$work/repo"
}

# begin NAME: a fresh copy of the stick in a folder of its own
begin() {
	dir=$work/$1
	wrong=
	mkdir "$dir"
	cp --sparse=always "$work/stick.img" "$dir/stick.img"
	fat=$dir/stick.img@@$(stick_partition "$dir/stick.img" 3)
}

# serve FAULTS [SECONDS [WORDS]]: one boot with the drive; the newest logs go to $logs
serve() {
	lab_nvme_start "$dir/drive" --model 'LAB NVME X100' --serial LAB1 --version 1.0 \
		${1:+--faults "$1"} || fail "the drive did not start"
	stick_start "$dir/stick.img" "$dir" "${2:-150}" \
		"drydock.mode=auto drydock.poweroff=yes ${3:-}" "$dir/drive/nvme.sock"
	status=$?
	lab_nvme_stop "$dir/drive"
	read_logs
}

read_logs() {
	rm -rf "$dir/logs"
	stick_logs "$dir/stick.img" "$dir/logs" 2>/dev/null
	# shellcheck disable=SC2012
	logs=$(ls -d "$dir/logs"/*/ 2>/dev/null | tail -n 1)
}

powered_off() {
	[ "$status" -eq 0 ] || fail "the server did not power off by itself (status $status)"
}

# The drive accepts the image and wants a conventional reset (10Bh): pending is not failed.
test_reset_needed() {
	begin reset
	serve commit_status=0x10b
	powered_off
	ended 1
	drive received payload
	drive running 1.0
	logged summary.txt 'needs'
	say_end 'a drive that wants a conventional reset: exit 1, reported as pending'
}

# The drive is gone in the middle: nothing may power the server off, the logs are complete.
test_disappears() {
	begin gone
	serve gone_at_offset=700000 60
	[ "$status" -eq 124 ] || fail "the server did not stay on (status $status)"
	said 'DO NOT POWER OFF'
	ended 9
	logged summary.txt 'unknown'
	logged console.txt 'what it runs is not known'
	say_end 'a drive that disappears: exit 9, no power off although it was asked for'
}

test_lies() {
	begin lie
	serve commit_lie=1
	powered_off
	ended 8
	drive running 1.0
	logged summary.txt 'PROOF'
	said 'but nvme.fr reads "1.0", not "2.0"'
	say_end 'a drive that claims success and shows the old version: failed, exit 8'
}

# flip IMAGE-FILE NAME: one bit of the last byte of a file on the FAT partition
flip() {
	mcopy -n -i "$fat" "::$1" "$dir/flip"
	_size=$(stat -c %s "$dir/flip")
	_byte=$(tail -c 1 "$dir/flip" | od -An -tu1 | tr -d ' ')
	# shellcheck disable=SC2059
	printf "\\$(printf %o $((_byte ^ 1)))" |
		dd of="$dir/flip" bs=1 seek=$((_size - 1)) conv=notrunc status=none
	mcopy -o -i "$fat" "$dir/flip" "::$1"
}

test_flipped_bit() {
	begin flip
	_sum=$(sha256sum <"$work/fw" | cut -c 1-64)
	flip "repo/blobs/$(echo "$_sum" | cut -c 1-2)/$_sum"
	serve ''
	powered_off
	ended 6
	drive received nothing
	logged summary.txt 'HASH'
	said 'nothing was written to it'
	say_end 'one bit in the last chunk on the medium: the write never begins, exit 6'
}

test_other_signature() {
	begin signature
	flip repo/head.json
	serve ''
	powered_off
	ended 6
	drive received nothing
	logged console.txt 'signature'
	say_end 'a head that is not the signed one: nothing is parsed or written, exit 6'
}

# cut_while_writing FAULTS: pulls the plug when the console says that something is being written
cut_while_writing() {
	lab_nvme_start "$dir/drive" --model 'LAB NVME X100' --serial LAB1 --version 1.0 --faults "$1"
	stick_start "$dir/stick.img" "$dir" 150 'drydock.mode=auto drydock.poweroff=yes' \
		"$dir/drive/nvme.sock" &
	_server=$!
	_tenths=0
	until grep -q 'Safe to power off: NO' "$dir/serial.log" 2>/dev/null; do
		_tenths=$((_tenths + 1))
		[ "$_tenths" -lt 900 ] || break
		sleep 0.1
	done
	kill -KILL "$(cat "$dir/qemu.pid")" # the plug
	wait "$_server" 2>/dev/null
	lab_nvme_stop "$dir/drive"
	read_logs
	rm "$dir/serial.log"
}

# In the middle of the download: the report of the dead run, then the same stick again.
test_power_cut() {
	begin cut
	cut_while_writing download_delay_ms=2000
	logged events.jsonl '"state":"writing"'
	[ ! -e "$logs/result" ] || fail "a run that was cut off has a result"
	drive running 1.0
	"$build/drydock" report --log-dir "$logs" >"$dir/report.txt" 2>&1
	grep -qi 'interrupted\|cut off\|did not end' "$dir/report.txt" ||
		fail "the report does not say that the run was cut off: $(head -n 5 "$dir/report.txt")"
	serve ''
	powered_off
	said 'was cut off. What it left behind'
	said 'was "writing": interrupted; the old firmware runs'
	ended 0
	drive received payload
	drive running 2.0
	say_end 'a power cut in the download: the next boot settles it and completes the update'
}

# While the drive commits, and the drive completes that by itself: nothing is written twice.
test_power_cut_late() {
	begin cutlate
	cut_while_writing commit_delay_ms=60000
	drive running 2.0
	rm "$dir/drive/state/received.bin"
	serve ''
	powered_off
	said 'was "writing": interrupted, but the new firmware runs; it reads 2.0'
	ended 3
	drive received nothing
	say_end 'a power cut in the commit that the drive completed: seen, and not done twice'
}

# FAT without room: the run goes on, its logs stay in RAM, and that is said.
test_fat_full() {
	begin full
	_free=$(mdir -i "$fat" :: | sed -n 's/ bytes free.*//p' | tr -cd 0-9)
	head -c $((_free - 4096)) /dev/zero | mcopy -i "$fat" - ::fill
	serve ''
	powered_off
	said 'IN RAM'
	said 'exit status 0'
	drive running 2.0
	say_end 'a FAT partition without room: logs in RAM, said so, the update is done'
}

# damage OFFSET BYTES: zeros in the journal partition
damage() {
	_at=$(stick_partition "$dir/stick.img" 4)
	dd if=/dev/zero of="$dir/stick.img" bs=4096 seek=$(((_at + $1) / 4096)) \
		count=$(($2 / 4096)) conv=notrunc status=none
}

test_journal_damaged() {
	begin journal
	damage 8388608 8388608
	serve ''
	powered_off
	ended 0
	drive running 2.0
	say_end 'half of the journal is damaged: the other half serves'
}

# Without a journal on a medium the policy decides, and it does not allow it here.
test_no_journal() {
	begin nojournal
	damage 0 16777216
	mcopy -i "$fat" /dev/null ::DRYDOCK.JNL
	serve ''
	powered_off
	ended 7
	drive received nothing
	say_end 'a journal that cannot be used: nothing is written, exit 7'
}

make -s lab BUILD="$build" >/dev/null
make_repository >"$work/out" 2>&1 || {
	sed 's/^/# /' "$work/out"
	echo 'Bail out! no repository'
	exit 1
}
tests='reset_needed disappears lies flipped_bit other_signature power_cut power_cut_late fat_full
	journal_damaged no_journal'
[ $# -eq 0 ] || tests=$*
for name in $tests; do
	"test_$name"
done
echo "1..$number"
exit $broken
