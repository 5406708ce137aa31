# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
#
# The plug is pulled while several drives are at work, and what the next boot makes of it; journals
# of other machines and on other sticks; a clock at 1970. Sourced by run.sh.

# phase NAME: where a drive was when the power went: nothing, writing, committed
phase() {
	if grep -q '^fw-commit' "$dir/$1/state/commands.log" 2>/dev/null; then
		echo committed
	elif [ "$(many_writes "$1")" -gt 0 ]; then
		echo writing
	else
		echo nothing
	fi
}

# in_phase PHASE NAME...: those of them
in_phase() {
	_phase=$1
	shift
	for _name; do
		[ "$(phase "$_name")" != "$_phase" ] || echo "$_name"
	done
}

# cut_while_both: until one drive of the model X100 has been proven, another has the commit and a
# third is being written; then without power.
cut_while_both() {
	_tenths=$((patience * 10))
	# shellcheck disable=SC2046
	until [ "$(in_phase committed $(many_names X100) | wc -l)" -eq 2 ] &&
		[ "$(in_phase writing $(many_names X100) | wc -l)" -eq 1 ]; do
		_tenths=$((_tenths - 1))
		if [ "$_tenths" -le 0 ]; then
			fail "no drive was in its commit while another was being written"
			break
		fi
		sleep 0.1
	done
	server_cut
	[ "$was_on" = yes ] || fail "the server was not on any more"
	cp "$dir/serial.log" "$dir/serial.cut.log"
}

# Each drive at a pace of its own: whichever is the canary, of the other two one commits while the
# other is being written.
paces='A1 X100 download_delay_ms=150,commit_delay_ms=7000
A2 X100 download_delay_ms=600,commit_delay_ms=7000
B1 X100 download_delay_ms=1150,commit_delay_ms=7000
A3 Y200 download_delay_ms=100
B2 Y200 commit_delay_ms=5000
B3 Y200
'

# The next boot of the same stick asks each of them and goes on: nothing is written twice.
test_cut_side_by_side() {
	begin cut
	fleet=$paces
	many_start "$patience" "$unattended"
	cut_while_both
	cp "$dir/stick.img" "$work/cut.img"
	# shellcheck disable=SC2046,SC2086
	{
		_done=$(in_phase committed $(many_names))
		_open=$(in_phase writing $(many_names))
		_rest=$(in_phase nothing $(many_names))
		runs 2.0 $_done
		runs 1.0 $_open $_rest
	}
	touch "$work/cut.ready"
	many_forget
	many_serve "$patience" 'drydock.mode=resume drydock.poweroff=yes'
	powered_off
	ended 0
	said 'was cut off. What it left behind'
	said 'was "writing": the old firmware runs: 1.0'
	said 'was "writing": the new firmware runs, read back: 2.0'
	# shellcheck disable=SC2046,SC2086
	{
		runs 2.0 $(many_names)
		untouched $_done
		written_once $_open $_rest
	}
	explained
	say_end 'power cut while one drive commits and another is being written: resumed, settled, nothing written twice'
}

# explained: the log folder of the last run tells what became of each drive in both.
explained() {
	"$build/drydock" report --explain --log-dir "$logs" >"$dir/explain.txt" 2>&1 ||
		fail "report --explain: $(tail -n 1 "$dir/explain.txt")"
	grep -q 'which was cut off' "$dir/explain.txt" ||
		fail "report --explain does not say that a run was cut off"
	for _name in $(many_names); do
		grep -Eq "nvme:$_name[ ,]|S/N $_name\\)" "$dir/explain.txt" ||
			fail "report --explain does not know the drive $_name"
	done
	for _name in $_open; do
		grep -q "Asked nvme:$_name " "$dir/explain.txt" ||
			fail "report --explain does not say that the drive $_name was asked"
	done
}

# The stick that was cut off above, in another server whose clock is at 1970: its run is not this
# server's. Then that server starts from a fresh stick while the old one is attached, too.
test_other_journals() {
	begin others
	fleet='C1 X100 download_delay_ms=100
C2 Y200
'
	_tenths=$((patience * 20))
	until [ -e "$work/cut.ready" ] || [ $((_tenths = _tenths - 1)) -le 0 ]; do sleep 0.1; done
	cp "$dir/stick.img" "$dir/fresh.img"
	cp "$work/cut.img" "$dir/stick.img"
	LAB_SERIAL=LABSRV2
	many_serve "$patience" "$unattended" -rtc base=1970-01-02T00:00:00
	powered_off
	ended 0
	runs 2.0 C1 C2
	never_said 'was cut off'
	case $logs in
	*/LABSRV2-*) ;;
	*) fail "the logs are in $logs" ;;
	esac
	journal_of "$dir/stick.img" "$dir/journal"
	"$build/drydock" report --journal "$dir/journal" --serial LABSRV1 >"$dir/journal.txt" 2>&1 ||
		"$build/drydock" report --journal "$dir/journal" >"$dir/journal.txt" 2>&1
	grep -qi 'did not end\|cut off\|interrupted' "$dir/journal.txt" ||
		fail "the run of the other server is not open any more: $(head -n 5 "$dir/journal.txt")"
	second_stick
	say_end "a stick with another server's journal, the clock at 1970; then two sticks with different journals"
}

# second_stick: the first server again; its open run is on the stick that it is not booted from.
second_stick() {
	LAB_SERIAL=LABSRV1
	fleet='A1 X100
A2 X100
'
	mv "$dir/stick.img" "$dir/old.img"
	mv "$dir/fresh.img" "$dir/stick.img"
	# Of two media of one build that with the smaller id is used.
	echo 00000000000000000000000000000001 | mcopy -o -i "$fat" - ::medium.id
	journal_of "$dir/old.img" "$dir/before"
	many_serve "$patience" "$unattended" \
		-blockdev "driver=raw,node-name=old,file.driver=file,file.filename=$dir/old.img" \
		-device usb-storage,bus=usb.0,drive=old,removable=on
	powered_off
	ended 0
	runs 2.0 A1 A2
	said 'has an unfinished run of this server'
	journal_of "$dir/old.img" "$dir/after"
	cmp -s "$dir/before" "$dir/after" || fail "the journal of the second stick was written to"
}
