# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
#
# Six drives of two models: canaries, siblings side by side, a component that is withdrawn, a stick
# that is taken away in the middle and comes back. Sourced by run.sh.

# six FAULTS_OF_X100 FAULTS_OF_Y200
six() {
	fleet="A1 X100 $1
A2 X100 $1
B1 X100 $1
A3 Y200 $2
B2 Y200 $2
B3 Y200 $2
"
}

# events_in_order MODEL: the same as in_order by the run's own words: the canary is verified before
# another drive of its model is written to.
events_in_order() {
	awk -v component="\"component\":\"lab-$1-2.0\"" '
		function number(key) { return match($0, "\"" key "\":[0-9]+") ? substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : 0 }
		/"event":"Step"/ && index($0, component) { ours[number("step")] = 1 }
		/"event":"StepState"/ && number("step") in ours {
			if (/"state":"writing"/ && begun++ && !verified) print "before the first was verified"
			if (/"state":"verified"/) verified++
		}
		END { if (begun != 3 || verified != 3) print begun + 0 " written, " verified + 0 " verified" }' \
		"$logs/events.jsonl" >"$dir/said"
	[ ! -s "$dir/said" ] || fail "$1 in events.jsonl: $(cat "$dir/said")"
}

# journal_report: what the journal of the stick says, by itself
journal_report() {
	journal_of "$dir/stick.img" "$dir/journal"
	"$build/drydock" report --journal "$dir/journal" >"$dir/journal.txt" 2>&1 ||
		fail "no report of the journal: $(tail -n 1 "$dir/journal.txt")"
}

# All of them, and the stick is in somebody's pocket from the moment on at which that is allowed
# until the first drive is done.
test_six_drives() {
	begin six
	six download_delay_ms=1000,commit_delay_ms=1500 download_delay_ms=900,commit_delay_ms=1500
	many_start "$patience" "$unattended"
	await 'The medium may now be removed' "$patience"
	stick_pull "$dir"
	await 'THE MEDIUM IS GONE' 60
	await_verified 1
	stick_plug "$dir"
	await 'The medium is back' 90
	server_ended
	powered_off
	ended 0
	# shellcheck disable=SC2046
	{
		runs 2.0 $(many_names)
		written_once $(many_names)
		in_order $(many_names X100)
		in_order $(many_names Y200)
	}
	events_in_order X100
	events_in_order Y200
	logged boot.log 'The boot medium /dev/sda is gone'
	for _file in report.html summary.txt inventory-after.json boot.log console.txt; do
		[ -s "$logs/$_file" ] || fail "$_file is not on the stick"
	done
	logged report.html '</html>'
	logged boot.log 'Drydock starts'
	journal_report
	[ "$(grep -c verified "$dir/journal.txt")" -ge 6 ] || fail "the journal does not say verified six times"
	say_end 'six drives, the stick pulled in the middle and brought back: canaries, siblings side by side, all proven'
}

# await_verified COUNT
await_verified() {
	_tenths=$((patience * 10))
	until [ "$(grep -c ': verified, it reads' "$dir/serial.log")" -ge "$1" ]; do
		_tenths=$((_tenths - 1))
		if [ "$_tenths" -le 0 ] || [ ! -e "$dir/qemu.pid" ]; then
			fail "no $1 drives were verified within $patience s, or before the server ended"
			return
		fi
		sleep 0.1
	done
}

# One model's image is refused by the drive that gets it first; the other model goes on. And all of it
# from a stick that is slow and fails to read a block once.
test_canary_fails() {
	begin canary
	six reject_image=1 download_delay_ms=100
	slow_stick "$(blob_sector "$work/Y200")"
	many_serve "$patience" "$unattended" -object throttle-group,id=slow,x-bps-read=1500000
	LAB_STICK=
	powered_off
	ended 8
	# shellcheck disable=SC2046
	{
		runs 1.0 $(many_names X100)
		runs 2.0 $(many_names Y200)
		in_order $(many_names Y200)
		_refused=$(for _name in $(many_names X100); do window "$_name"; done | wc -l)
	}
	[ "$_refused" = 1 ] || fail "$_refused drives received the image that the first one refused"
	logged summary.txt COMPONENT_WITHDRAWN
	logged report.json COMPONENT_WITHDRAWN
	logged dmesg.txt 'critical medium error'
	say_end 'a component that its first drive refuses is withdrawn, the other goes on; from a slow stick with a read error'
}

# slow_stick SECTOR: a stick in the throttle group "slow", with a sector that cannot be read three
# times. Errno 61 is what QEMU makes a medium error of; others the kernel repeats by itself.
slow_stick() {
	LAB_STICK="driver=raw,node-name=stick,file.driver=blkdebug,file.image.driver=throttle"
	LAB_STICK="$LAB_STICK,file.image.throttle-group=slow,file.image.file.driver=file"
	LAB_STICK="$LAB_STICK,file.image.file.filename=$dir/stick.img"
	for _i in 0 1 2; do
		_rule=file.inject-error.$_i
		LAB_STICK="$LAB_STICK,$_rule.event=read_aio,$_rule.errno=61,$_rule.once=on,$_rule.sector=$1"
	done
}

# blob_sector FILE: a sector in the middle of it on the stick
blob_sector() {
	_sum=$(sha256sum <"$1" | cut -c 1-64)
	_cluster=$(mshowfat -i "$fat" "::repo/blobs/$(echo "$_sum" | cut -c 1-2)/$_sum" |
		sed -n 's/.*<\([0-9]*\).*/\1/p' | head -n 1)
	minfo -i "$fat" :: | awk -v cluster="$_cluster" -v start="$(stick_partition "$dir/stick.img" 3)" '
		/^cluster size:/ { per = $3 }
		/^reserved .*sectors:/ { reserved = $NF }
		/^fats:/ { fats = $2 }
		/^max available root/ { root = $NF * 32 / 512 }
		/^sectors per fat:/ { fat = $NF }
		END { print start / 512 + reserved + fats * fat + root + (cluster - 2) * per + 1000 }'
}
