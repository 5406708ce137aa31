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
# shellcheck source=tests/lab/server.sh
. tests/lab/server.sh
build=$lab_build
work=$(mktemp -d)
trap 'lab_nvme_stop; rm -rf "$work"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

# say_end NAME: one TAP line; what went wrong comes with the end of the serial line.
say_end() {
	if [ -z "$wrong" ]; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 30 "$dir/serial.log" 2>/dev/null | tr -d '\r' | sed 's/^/  | /'
			printf '%s\n' "$wrong" | sed '/^$/d')"
	fi
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

# A drive that is pulled out in the middle: the run says so at once, its logs are complete, and
# nothing powers the server off although that was asked for. (A drive that stays in its slot and
# does not answer takes longer to give up: tests/soak.)
test_pulled() {
	begin pulled
	server_start gone_at_offset=700000 180
	await 'LAB1): writing, ' # by then the drive answers nothing more
	server_pull
	await 'DO NOT POWER OFF' 60
	await 'It is safe to remove the medium'
	sleep 5 # nothing more is waited for; a server that powers off has done so by now
	server_cut
	[ "$was_on" = yes ] || fail "the server did not stay on (status $status)"
	said 'does not answer'
	# Once that is known nothing and nobody says the opposite.
	! sed '1,/: unknown \[/d' "$dir/serial.log" | grep 'Safe to power off: YES' >/dev/null ||
		fail "it was said that it is safe to power off"
	ended 9
	logged summary.txt 'unknown'
	logged summary.txt 'does not answer'
	logged report.html '</html>'
	logged console.txt 'what it runs is not known'
	drive running 1.0
	say_end 'a drive that is pulled out: exit 9, no power off although it was asked for'
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

# cut_at TEXT FAULTS: pulls the plug when the console says so
cut_at() {
	server_start "$2" 150
	await "$1"
	server_cut
	rm "$dir/serial.log"
}

# is_whole FILE: whole JSON, in the newest log folder, and under its name
is_whole() {
	[ "$(tail -c 2 "$logs/$1" 2>/dev/null | tr -d '\n')" = '}' ] ||
		fail "$1 is not complete: $(stat -c %s "$logs/$1" 2>&1) bytes"
}

# When the first step is announced, what was saved before is on the medium whole.
test_power_cut_early() {
	begin cutearly
	cut_at 'Step 1 of 1' download_delay_ms=2000
	is_whole inventory-before.json
	is_whole plan.json
	logged events.jsonl '"event":"Step"'
	say_end 'a power cut when the first step begins: inventory and plan are on the stick'
}

# In the middle of the download: the report of the dead run, then the same stick again.
test_power_cut() {
	begin cut
	cut_at 'Safe to power off: NO' download_delay_ms=2000
	logged events.jsonl '"state":"writing"'
	[ ! -e "$logs/result" ] || fail "a run that was cut off has a result"
	drive running 1.0
	"$build/drydock" report --log-dir "$logs" >"$dir/report.txt" 2>&1
	grep -qi 'interrupted\|cut off\|did not end' "$dir/report.txt" ||
		fail "the report does not say that the run was cut off: $(head -n 5 "$dir/report.txt")"
	serve ''
	powered_off
	said 'was cut off. What it left behind'
	said 'was "writing": the old firmware runs: 1.0'
	ended 0
	drive received payload
	drive running 2.0
	say_end 'a power cut in the download: the next boot settles it and completes the update'
}

# While the drive commits, and the drive completes that by itself: nothing is written twice.
test_power_cut_late() {
	begin cutlate
	cut_at 'writing, 100 %' commit_delay_ms=60000
	drive running 2.0
	rm "$dir/drive/state/received.bin"
	serve ''
	powered_off
	said 'was "writing": the new firmware runs, read back: 2.0'
	ended 0 # what the first boot could not say any more
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
	dd if=/dev/zero of="$dir/stick.img" bs=512 seek=$(((_at + $1) / 512)) \
		count=$(($2 / 512)) conv=notrunc status=none
}

test_journal_damaged() {
	begin journal
	damage 0 8388608
	serve ''
	powered_off
	ended 0
	drive running 2.0
	logged events.jsonl '"journal":"raw"'
	! mdir -b -i "$fat" ::DRYDOCK.JNL >/dev/null 2>&1 || fail "a second journal was begun"
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

# A virtual CD, made by "fwrepo media": the repository lies in the ISO alone. Logs and journal go to a
# second medium labelled DRYDOCK that has nothing on it.
test_virtual_cd() {
	begin cd
	rm "$dir/stick.img"
	"$build/fwrepo" media --base "$build/drydock.iso" --kind iso --out "$dir/cd.iso" --trust "$work/trust" \
		--repo "$work/repo" >/dev/null || fail "no image for the CD"
	truncate -s 64M "$dir/stick.img"
	mkfs.vfat -n DRYDOCK "$dir/stick.img" >/dev/null
	drive_start ''
	# shellcheck disable=SC2046
	LAB_STICK=driver=raw,node-name=stick,file.driver=file,file.filename=$dir/stick.img \
		stick_direct "$dir/cd.iso" "$dir" 180 'drydock.mode=auto drydock.poweroff=yes' \
		$(lab_qemu_args "$dir/drive/nvme.sock") \
		-drive "if=none,id=cd,format=raw,readonly=on,media=cdrom,file=$dir/cd.iso" \
		-device usb-storage,bus=usb.0,drive=cd
	status=$?
	lab_nvme_stop "$dir/drive"
	mcopy -s -n -i "$dir/stick.img" ::logs "$dir/logs" 2>/dev/null
	logs=$(echo "$dir"/logs/*/)
	powered_off
	ended 0
	drive received payload
	drive running 2.0
	said 'The boot medium is /dev/sr'
	said 'The repository is on /dev/sr'
	logged summary.txt 'read back and proven'
	say_end 'a virtual CD with the repository in its ISO: proven, logs on another medium'
}

make -s lab BUILD="$build" >/dev/null
server_stick >"$work/out" 2>&1 || {
	sed 's/^/# /' "$work/out"
	echo 'Bail out! no repository'
	exit 1
}
tests='reset_needed pulled lies flipped_bit other_signature power_cut_early power_cut power_cut_late fat_full
	journal_damaged no_journal virtual_cd'
[ $# -eq 0 ] || tests=$*
# Two servers at a time: a server under software emulation keeps one core busy.
# shellcheck disable=SC2086
set -- $tests
while [ $# -gt 0 ]; do
	("test_$1") >"$work/$1.tap" 2>&1 &
	[ $# -lt 2 ] || ("test_$2") >"$work/$2.tap" 2>&1 &
	wait
	shift
	[ $# -eq 0 ] || shift
done
for name in $tests; do
	sed -n '/^#/p' "$work/$name.tap"
	case $(grep -E '^(not )?ok ' "$work/$name.tap") in
	'ok '*) ok "$(sed -n 's/^ok [0-9]* - //p' "$work/$name.tap")" ;;
	'not ok '*) not_ok "$(sed -n 's/^not ok [0-9]* - //p' "$work/$name.tap")" ;;
	*) not_ok "$name came to no end" "$(cat "$work/$name.tap")" ;;
	esac
done
tap_end
