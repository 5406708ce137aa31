# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
#
# The stick is pulled and another one is put in its place; the first one comes back only for the next
# boot, which has to ask the drives what became of a run that its journal saw nothing of. Or it comes
# back when the run is over. Sourced by run.sh.

test_pulled_for_good() {
	begin forgood
	fleet='A1 X100 download_delay_ms=400
A2 X100 download_delay_ms=400
B1 Y200 download_delay_ms=400
'
	# Another stick of the same build, which this server has never seen.
	cp "$dir/stick.img" "$dir/other.img"
	journal_of "$dir/other.img" "$dir/before"
	many_start "$patience" "$unattended" \
		-blockdev "driver=raw,node-name=other,file.driver=file,file.filename=$dir/other.img"
	await 'The medium may now be removed' "$patience"
	stick_pull "$dir"
	await 'THE MEDIUM IS GONE' 60
	stick_plug "$dir" other
	server_ended
	powered_off
	runs 2.0 A1 A2 B1
	[ ! -e "$logs/result" ] || fail "the stick that was pulled has a result"
	stick_logs "$dir/other.img" "$dir/others" 2>/dev/null
	set -- "$dir"/others/LABSRV1-*/
	grep -qF 'exit=0' "$1/result" 2>/dev/null || fail "the other stick does not have the result"
	grep -q '</html>' "$1/report.html" 2>/dev/null || fail "the other stick does not have the report"
	journal_of "$dir/other.img" "$dir/after"
	cmp -s "$dir/before" "$dir/after" || fail "the journal of the other stick was written to"
	many_forget
	many_serve "$patience" "$unattended"
	powered_off
	ended 0 # what the first boot could not say any more
	said 'was cut off. What it left behind'
	untouched A1 A2 B1
	runs 2.0 A1 A2 B1
	say_end 'the stick pulled for good and another put in: logs there, its journal untouched; the next boot asks the drives'
}

# The run is over when the stick comes back, just before the server powers off: the logs get there all
# the same. The stick was taken away in the middle of writing; its files have more space than bytes.
test_back_too_late() {
	begin late
	fleet='A1 X100 download_delay_ms=300
'
	many_start "$patience" "$unattended"
	await 'The medium may now be removed' "$patience"
	stick_pull "$dir"
	await 'Result: exit 0' "$patience"
	stick_plug "$dir"
	server_ended
	powered_off
	ended 0
	runs 2.0 A1
	logged events.jsonl '"event":"RunEnd"'
	logged report.html '</html>'
	never_said 'clusters badly computed'
	say_end 'the stick comes back when the run is over: its logs are there before the power goes'
}
