#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# `drydock report`, the shipped binary, on the remains of a run that lost its power: its events, its
# journal (made by the specification, see journal.pl), both, and neither. Prints TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
drydock=${DRYDOCK_BUILD:-$top/build}/drydock
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# report STATUS ARGUMENT...: its output is in $tmp/out and $tmp/err
report() {
	_want=$1
	shift
	"$drydock" report "$@" >"$tmp/out" 2>"$tmp/err"
	_got=$?
	[ "$_got" -eq "$_want" ] && return 0
	echo "status $_got, not $_want: drydock report $*"
	cat "$tmp/out" "$tmp/err"
	return 1
}

# says FILE TEXT...: all of them are there, wherever the lines were broken
says() {
	_file=$1
	shift
	tr -s '\n ' '  ' <"$_file" >"$tmp/joined"
	for _text; do
		grep -qF -- "$_text" "$tmp/joined" || {
			printf '%s does not say "%s":\n' "${_file##*/}" "$_text"
			cat "$_file"
			return 1
		}
	done
}

silent_about() {
	! grep -F -- "$2" "$1"
}

events_of_a_cut_run() {
	report 0 --log-dir "$tmp/log" &&
		says "$tmp/out" 'The run did not end' '2 steps: 1 proven, 1 not begun' 'Machine: CZ1' \
			'before 2.1, wanted 3.0, read back 3.0' 'nic-1.2 [NOT_APPLICABLE]' \
			'accepted on evidence: emulator' 'skipped: 1.' &&
		[ "$(head -n 1 "$tmp/out" | cut -c 1-19)" = 'The run did not end' ]
}

fits_the_screen() {
	report 0 --log-dir "$tmp/log" && awk 'length > 79 { print; bad = 1 } END { exit bad }' "$tmp/out"
}

journal_alone() {
	report 0 --journal "$tmp/journal" --serial CZ1 &&
		says "$tmp/out" 'Step 2 (nvme:S2) was in the middle: being written.' 'NOT SAFE: nvme:S2' \
			'3 steps: 1 proven, 1 not finished, 1 not begun' 'read back 3.0' 'DEGRADED' 'from the journal alone' &&
		silent_about "$tmp/out" PROOF
}

both_know_more() {
	report 0 --journal "$tmp/journal" --log-dir "$tmp/log" &&
		says "$tmp/out" 'Step 2 (Drive in bay 2) was in the middle: being written.' 'site-2026, serial 7'
}

finished_machine() {
	report 0 --journal "$tmp/journal" --serial CZ2 &&
		says "$tmp/out" 'Done: the one step is read back and proven.' 'Power off: safe Exit status: 0'
}

machine_must_be_chosen() {
	report 2 --journal "$tmp/journal" && says "$tmp/err" '"CZ1", "CZ2"'
}

unknown_machine() {
	report 6 --journal "$tmp/journal" --serial CZ3 && says "$tmp/err" 'nothing about machine CZ3'
}

nothing_is_written() {
	sha256sum "$tmp/journal" "$tmp/log/events.jsonl" >"$tmp/sums"
	report 0 --journal "$tmp/journal" --log-dir "$tmp/log" && sha256sum --quiet -c "$tmp/sums"
}

# A run that goes on has the journal locked: reading it all the same is what a report is for.
while_it_is_locked() {
	flock "$tmp/journal" "$drydock" report --journal "$tmp/journal" --serial CZ1 >"$tmp/out" &&
		says "$tmp/out" 'The run did not end'
}

damaged_first_copy() {
	cp "$tmp/journal" "$tmp/damaged"
	dd if=/dev/zero of="$tmp/damaged" bs=1M count=1 conv=notrunc 2>/dev/null
	report 0 --journal "$tmp/damaged" --serial CZ2 && says "$tmp/out" 'Done: the one step' DEGRADED
}

not_a_journal() {
	cp "$tmp/journal" "$tmp/foreign"
	printf '\123\357' | dd of="$tmp/foreign" bs=1 seek=1080 conv=notrunc 2>/dev/null
	report 6 --journal "$tmp/foreign" --serial CZ2 && says "$tmp/err" 'not a journal'
}

events_without_the_journal() {
	report 0 --log-dir "$tmp/log" --journal "$tmp/nothing" &&
		says "$tmp/err" "$tmp/nothing" && says "$tmp/out" 'The run did not end'
}

journal_without_the_events() {
	report 0 --log-dir "$tmp/empty" --journal "$tmp/journal" --serial CZ1 &&
		says "$tmp/err" events.jsonl && says "$tmp/out" 'being written.'
}

neither() {
	report 2 && report 6 --log-dir "$tmp/empty" && says "$tmp/err" events.jsonl
}

json_is_json() {
	report 0 --log-dir "$tmp/log" --journal "$tmp/journal" --json || return 1
	perl -MJSON::PP -0777 -ne '
		my $r = decode_json($_);
		die "format" unless $r->{format} eq "drydock-report" && $r->{version} == 1;
		die "ended" if $r->{ended} || $r->{safe_to_power_off};
		die "status" unless $r->{exit_status} == 10;
		die "steps" unless @{$r->{steps}} == 3 && $r->{steps}[1]{state} eq "writing";
		die "times" unless $r->{began} eq "2023-11-14T22:13:24Z";
		die "reasons" unless $r->{left_alone}[0]{reason} eq "NOT_APPLICABLE";
		die "journal" unless $r->{journal}{degraded} && $r->{sources}{bad_lines} == 1;
	' "$tmp/out"
}

page() {
	report 0 --log-dir "$tmp/log" --html "$tmp/page.html" &&
		says "$tmp/page.html" '<!DOCTYPE html>' '<html lang="en">' 'charset="utf-8"' '@page{size:A4' \
			'The run did not end' 'Drive in bay 2' '</html>' || return 1
	! grep -Eio '<script|<img|<link|<iframe|src=|href=|url\(|https?:' "$tmp/page.html"
}

page_cannot_be_written() {
	report 6 --log-dir "$tmp/log" --html "$tmp/nowhere/page.html" && says "$tmp/err" nowhere
}

full_disk() {
	"$drydock" report --log-dir "$tmp/log" >/dev/full 2>"$tmp/err" && return 1
	says "$tmp/err" 'standard output'
}

mkdir "$tmp/log" "$tmp/empty"
# The fixture ends like a file that was cut: without the end of its last line.
head -c -1 "$here/events.jsonl" >"$tmp/log/events.jsonl"
"$here/journal.pl" "$tmp/journal" || exit 1

check 'events of a run that was cut off' events_of_a_cut_run
check 'text fits into 80 columns' fits_the_screen
check 'the journal alone is enough' journal_alone
check 'journal and events together' both_know_more
check 'another machine of the same stick' finished_machine
check 'several machines: one must be chosen' machine_must_be_chosen
check 'a machine that the journal does not know' unknown_machine
check 'reporting changes neither journal nor events' nothing_is_written
check 'a journal that is in use can be read' while_it_is_locked
check 'first MiB of the journal lost' damaged_first_copy
check 'a file system over an old journal is no journal' not_a_journal
check 'without the journal the events do' events_without_the_journal
check 'without the events the journal does' journal_without_the_events
check 'without both there is a message and a status' neither
check 'JSON' json_is_json
check 'the page needs nothing from elsewhere' page
check 'a page that cannot be written' page_cannot_be_written
check 'output that cannot be written' full_disk
tap_end
