# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
#
# A drive that stays in its slot and never answers one download. Nobody can tell that from a drive
# that takes long, so what counts is what is said and left alone (law 8). Sourced by run.sh.

# warnings: how often the console has said NO so far.
warnings() {
	grep -c 'Safe to power off: NO' "$dir/serial.log"
}

# journal_says: the report made from the journal partition of the stick, not from the events.
journal_says() {
	copy_partition 4 "$dir/journal"
	"$lab_build/drydock" report --journal "$dir/journal" >"$dir/journal.txt" 2>&1 || true
	grep -qi "$1" "$dir/journal.txt" || fail "the journal does not say: $1"
}

# 300 s until a step is overdue (apply.c), then a minute in which nothing may end the server.
soak_hang() {
	begin hang
	server_start hang_at_offset=700000 700
	await 'Safe to power off: NO' 120
	await 'OVERDUE' 400
	await 'Everything else is done and the report is written' 30
	# By the server's own clock.
	silent_s=$(sed -n 's/.*OVERDUE: it has not answered for \([0-9]*\) s.*/\1/p' "$dir/serial.log")
	[ "${silent_s:-0}" -ge 300 ] || fail "overdue after \"$silent_s\" s"
	said_no=$(warnings)
	# Every 10 s: as many as fit, less one for the moment of looking.
	[ "$said_no" -ge $((${silent_s:-0} / 10 - 1)) ] || fail "it said NO only $said_no times in $silent_s s"
	sleep 70
	[ "$(warnings)" -gt "$said_no" ] || fail "nothing was said any more once it was overdue"
	server_cut
	[ "$was_on" = yes ] || fail "the server did not stay on"
	! grep -q 'Now: ' "$dir/serial.log" || fail "the server was to be powered off or rebooted"
	! sed '1,/OVERDUE/d' "$dir/serial.log" | grep -q 'Safe to power off: YES' ||
		fail "it was said that it is safe to power off"
	logged summary.txt 'overdue'
	logged summary.txt 'Exit status:  9'
	logged summary.txt 'NOT SAFE'
	logged report.html '</html>'
	journal_says overdue
	drive running 1.0
	serve ''
	powered_off
	said 'was cut off. What it left behind'
	ended 0
	drive received payload
	drive running 2.0
	_text="silent for $silent_s s until overdue, NO said $said_no times; the next boot completed it"
	if [ -z "$wrong" ]; then
		result silent-drive 1 0 "$_text"
		rm -rf "$dir"
	else
		result silent-drive 1 1 "$(printf '%s' "$wrong" | tr '\n\t' ';  ')"
		keep_failure hang
	fi
}
