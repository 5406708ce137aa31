# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
#
# Power cuts. An update is one stick and five drives of two models over several lives of a server: in
# some the plug is pulled at a random moment, the last one ends by itself. Sourced by run.sh.

# Slow enough that every phase of a write is hit, and each at a pace of its own.
cut_fleet='A1 X100 download_delay_ms=400,commit_delay_ms=4000
A2 X100 download_delay_ms=300,commit_delay_ms=6000
B1 X100 download_delay_ms=600,commit_delay_ms=2000
A3 Y200 download_delay_ms=500,commit_delay_ms=3000
B2 Y200 download_delay_ms=200,commit_delay_ms=5000
'

cut_words='drydock.mode=auto drydock.poweroff=yes'

# draw LIMIT: sets $drawn to 0 ... LIMIT - 1. Everything follows from the seed (the generator is that
# of POSIX's example of rand(), without its lowest bits).
draw() {
	random=$(((random * 1103515245 + 12345) % 2147483648))
	drawn=$((random / 64 % $1))
}

now_ms() {
	date +%s%3N
}

# measure: one life without a cut; how long a run takes here now, from the boot medium to the end.
measure() {
	begin measure
	fleet=$cut_fleet
	many_start 400 "$cut_words"
	await 'The boot medium is' 240
	_began=$(now_ms)
	server_ended
	span_ms=$(($(now_ms) - _began))
	powered_off
	ended 0
	[ -z "$wrong" ] || {
		printf 'soak: an update without a cut fails:\n%s\n' "$wrong"
		keep_failure measure
		exit 1
	}
	rm -rf "$dir"
	echo "soak: seed $seed; a run takes $((span_ms / 1000)) s here"
}

# cut_somewhere: mostly while drydock is at work, one time in four while the system starts.
cut_somewhere() {
	draw 4
	if [ "$drawn" -eq 0 ]; then
		draw $((span_ms * 2))
		moment="start+$drawn ms"
	else
		await 'The boot medium is' 240
		draw "$span_ms"
		moment="medium+$drawn ms"
	fi
	sleep "$((drawn / 1000)).$(printf %03d $((drawn % 1000)))"
	server_cut
	if [ "$was_on" = yes ]; then
		cut_count=$((cut_count + 1))
		_last=$(tr -d '\r' <"$dir/serial.log" | sed '/^$/d' | tail -n 1 | tr -cd '\040-\176' | cut -c 1-60)
		story="$story $moment ($_last);"
	fi
}

# life cut|whole: one boot, and everything that has to hold after it, however it ended.
life() {
	for _name in $(many_names); do
		many_state "$_name" >"$dir/$_name.was"
	done
	many_forget
	was_on=no
	many_start 400 "$cut_words"
	case $1 in
	cut) cut_somewhere ;;
	whole) server_ended ;;
	esac
	cp "$dir/serial.log" "$dir/serial.$lives.log"
	for _name in $(many_names); do
		cp "$dir/$_name/state/commands.log" "$dir/commands.$_name.$lives.log"
		check_drive "$_name"
	done
	check_together
	check_folders
	check_journal
	lives=$((lives + 1))
}

# check_drive NAME: old or new, new only by the payload, and never written twice in silence.
check_drive() {
	_is=$(many_state "$1")
	_was=$(cat "$dir/$1.was")
	_writes=$(many_writes "$1")
	case ${_was:-1.0}-$_is in
	1.0-1.0) ;;
	1.0-2.0) runs 2.0 "$1" ;;
	2.0-2.0) [ "$_writes" -eq 0 ] || fail "life $lives wrote to the drive $1 that ran 2.0" ;;
	*) fail "life $lives: the drive $1 ran $_was and runs \"$_is\"" ;;
	esac
	[ "$_writes" -gt 0 ] || return 0
	[ ! -e "$dir/$1.written" ] || said 'An earlier run ('
	touch "$dir/$1.written"
}

# check_together: counts the lives in which two drives were being written to at the same time.
check_together() {
	for _name in $(many_names); do window "$_name"; done | sort -n >"$dir/windows"
	! awk '$1 < last { found = 1 } $2 > last { last = $2 } END { exit !found }' "$dir/windows" ||
		together=$((together + 1))
}

# check_folders: what was announced is there, and a report can be made of it.
check_folders() {
	tr -d '\r' <"$dir/serial.log" | sed -n 's|.*\] Logs: ||p' | sed '$!b; /Z\(-[0-9]*\)\{0,1\}$/!d' >>"$dir/announced"
	while read -r _folder; do
		case $_folder in
		/media/drydock/logs/*) check_folder "$dir/logs/${_folder##*/}" ;;
		*) fail "life $lives: the logs were not on the stick but in $_folder" ;;
		esac
	done <"$dir/announced"
}

check_folder() {
	if [ ! -s "$1/boot.log" ]; then
		fail "life $lives: the log folder ${1##*/} was announced and is lost"
		return
	fi
	[ -s "$1/events.jsonl" ] || return 0 # drydock had not begun
	"$lab_build/drydock" report --log-dir "$1" >"$dir/report.txt" 2>&1 ||
		fail "life $lives: no report of ${1##*/}: $(tail -n 1 "$dir/report.txt")"
	grep -q '"RunEnd"' "$1/events.jsonl" || grep -qi 'did not end' "$dir/report.txt" ||
		fail "life $lives: the report of ${1##*/} does not say that the run was cut off"
}

# copy_partition NUMBER FILE
copy_partition() {
	_sectors=$(sfdisk -d "$dir/stick.img" 2>/dev/null |
		sed -n "s/^.*[^0-9]$1 : start=.*size= *\([0-9]*\),.*/\1/p")
	dd if="$dir/stick.img" of="$2" bs=64K iflag=skip_bytes,count_bytes conv=sparse status=none \
		skip="$(stick_partition "$dir/stick.img" "$1")" count=$((_sectors * 512))
}

check_journal() {
	copy_partition 4 "$dir/journal"
	"$lab_build/drydock" report --journal "$dir/journal" >"$dir/journal.txt" 2>&1 ||
		grep -q 'no machine has used' "$dir/journal.txt" ||
		fail "life $lives: no report of the journal: $(tail -n 1 "$dir/journal.txt")"
}

# fat_faults: of what fsck.vfat says, all but what a cut may leave without harm: the mark that it was
# not unmounted, a count of free clusters that is only a hint, clusters that belong to no file, and
# files with more clusters than their size needs, which is what the space set aside for logs is.
fat_faults() {
	awk '/^fsck\.fat |^Dirty bit is set|^ Automatically removing dirty|^Leaving filesystem/ { next }
		/files, .* clusters$|^Reclaimed [0-9]+ unused|^Free cluster summary|^  Auto-correcting/ { next }
		/^ *$|^  Truncating file/ { next }
		/cluster chain length is > / { file = ""; next }
		file != "" { print file; file = "" }
		/^\// { file = $0; next }
		{ print }
		END { if (file != "") print file }' "$dir/fsck.txt"
}

check_fat() {
	copy_partition 3 "$dir/fat"
	fsck.vfat -n "$dir/fat" >"$dir/fsck.txt" 2>&1 || true
	fat_says=$(sed -n 's/^Reclaimed \([0-9]* unused clusters\).*/\1/p; /^Free cluster summary/p' "$dir/fsck.txt" |
		tr '\n' ',')$(grep -c 'chain length is >' "$dir/fsck.txt")
	fat_says="fsck: $fat_says files with space set aside"
	_faults=$(fat_faults | head -n 4 | tr '\n\t' '; ')
	[ -z "$_faults" ] || fail "fsck.vfat: $_faults"
}

# cut_update LIVES: so many lives with a cut, then one that ends.
cut_update() {
	begin cut
	fleet=$cut_fleet
	lives=1 together=0 story='' cut_count=0 status=1 fat_says=
	: >"$dir/announced"
	while [ "$lives" -le "$1" ]; do
		life cut
		[ "$was_on" = yes ] || break
	done
	[ "$was_on" = no ] || life whole
	powered_off
	grep -q 'exit=[03]$' "$logs/result" || fail "the last run: $(tr '\n' ' ' <"$logs/result")"
	# shellcheck disable=SC2046
	runs 2.0 $(many_names)
	grep -q 'LABSRV1' "$dir/journal.txt" || fail "the journal does not know the server"
	check_fat
}

# soak_cuts COUNT: at least so many cuts.
soak_cuts() {
	random=$seed
	measure
	_total=0
	while [ "$_total" -lt "$1" ]; do
		_seed=$random
		draw 3
		cut_update $((drawn + 1))
		_total=$((_total + cut_count))
		if [ -z "$wrong" ]; then
			result power-cuts "$cut_count" 0 "state $_seed:$story then to its end; side by side in $together lives; $fat_says"
			rm -rf "$dir"
		else
			result power-cuts "$cut_count" 1 \
				"state $_seed:$story $(printf '%s' "$wrong" | tr '\n\t' '; ')"
			keep_failure cut
		fi
	done
	seed=$random
}
