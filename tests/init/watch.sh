# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2016
#
# Media that go and come while init and drydock run. What happens to the machine is in hooks:
# on-drydock runs in the place of drydock, at-prompt after the end of init.

: "${here:?}"

# hook NAME: its text from standard input, with the words of this file and machine.sh.
hook() {
	{
		echo 'here=$top/tests/init'
		echo '. "$here/machine.sh"'
		sed -n '/^# await /,/^}/p; /^# keep /,/^}/p' "$here/watch.sh"
		cat
	} >"$ROOT/$1"
}

# await FILE TEXT: up to 10 s.
await() {
	_tries=0
	until grep -qF -e "$2" "$1" 2>/dev/null; do
		_tries=$((_tries + 1))
		[ "$_tries" -le 100 ] || return 1
		sleep 0.1
	done
}

# keep NAME: what the watcher says now, with the paths of a machine.
keep() {
	sed "s|$ROOT||g" "$ROOT/run/drydock/medium" >"$ROOT/$1"
}

auto_stick() {
	stick sda 'drydock.mode=auto\n'
	: >"$ROOT/content/sda3/repo/head.json"
}

# medium_was NAME STATE LOG JOURNAL REPO DISK CHANGE, N = any: how many looks it takes until all of
# a medium can be read is a matter of time.
medium_was() {
	[ "$7" != N ] || sed -i 's/^change=.*/change=N/' "$ROOT/$1"
	equal "$(cat "$ROOT/$1")" "state=$2
log=$3
journal=$4
repo=$5
disk=$6
change=$7"
}

logs=/logs/CZ31-20261122T174500Z

pulled_and_back() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		keep first
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
		keep gone
		echo "of drydock" >"$ROOT/run/drydock/log/events.jsonl"
		replug sda sdb
		await "$ROOT/run/drydock/medium" "repo=$ROOT/media/drydock/repo"
		keep back
	EVENTS
	boot
	medium_was first here "/media/drydock$logs" /dev/sda4 /media/drydock/repo sda 1
	medium_was gone gone "" "" "" "" 2
	medium_was back here "/media/drydock$logs" /dev/sdb4 /media/drydock/repo sdb N
	called "umount -l /media/drydock"
	called "umount -l /media/boot"
	# The console is drydock's while it runs; the log is not.
	holds_not "$ROOT/dev/tty0" "is gone"
	_log=$(log_of sdb3)
	holds "$_log/boot.log" "The boot medium /dev/sda is gone."
	holds "$_log/boot.log" "The boot medium is back: /dev/sdb1."
	holds "$_log/result" "exit=0"
	holds "$_log/events.jsonl" "of drydock"
	[ ! -d "$_log-2" ] || fail "a second folder was made"
	said "It is safe to remove the medium."
}

another_takes_the_logs() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		unplug sda
		stick sdc
		echo other >"$ROOT/content/sdc3/medium.id"
		: >"$ROOT/content/sdc3/repo/head.json"
		uevent
		await "$ROOT/run/drydock/medium" disk=sdc
		keep other
		replug sda sdd
		await "$ROOT/run/drydock/medium" "repo=$ROOT/media/drydock/repo"
		keep back
	EVENTS
	boot
	# Its journal and repository are not those of this run.
	medium_was other here "/media/spare$logs" "" "" sdc N
	medium_was back here "/media/drydock$logs" /dev/sdd4 /media/drydock/repo sdd N
	holds "$(log_of sdd3)/result" "exit=0"
	holds "$(log_of sdc3)/result" "exit=0"
}

never_back() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
	EVENTS
	boot
	said "THE LOGS ARE IN RAM ONLY"
	[ ! -d "$ROOT/content/sda3.gone/logs/${logs##*/}" ] ||
		holds_not "$ROOT/content/sda3.gone$logs/boot.log" "Result:"
	power_off
	told "THE LOGS OF THIS RUN ARE ON NO MEDIUM AND ARE LOST NOW."
}

back_at_power_off() {
	never_back
	rm "$ROOT/on-drydock"
	read -r _now _ <"$ROOT/proc/uptime"
	cat >"$ROOT/on-second-$((${_now%%.*} + 3))" <<-'LATER'
		. "$top/tests/init/machine.sh"
		replug sda sdb
	LATER
	power_off
	told "The logs are on /dev/sdb3. It is safe to remove the medium."
	holds "$(log_of sdb3)/result" "exit=0"
	holds "$(log_of sdb3)/boot.log" "Result: exit 0"
}

back_at_prompt() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
	EVENTS
	hook at-prompt <<-'EVENTS'
		replug sda sdb
		await "$ROOT/dev/tty0" "The logs are on"
	EVENTS
	boot
	said "The logs are on /dev/sdb3. It is safe to remove the medium."
	holds "$(log_of sdb3)/result" "exit=0"
	equal "$(cat "$ROOT/proc/mounts")" ""
	power_off
	holds_not "$ROOT/run/drydock/log/boot.log" "LOST"
}

first_medium_at_prompt() {
	disk sr0 "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0" 1
	iso sr0 abc123
	hook at-prompt <<-'EVENTS'
		stick sdb
		iso sdb1 other-build
		uevent
		await "$ROOT/dev/tty0" "The logs are on"
	EVENTS
	boot
	said "The logs are on /dev/sdb3."
	holds "$(log_of sdb3)/result" "exit=0"
}

kept_logs_are_not_written_again() {
	auto_stick
	hook at-prompt <<-'EVENTS'
		: >"$ROOT/calls"
		stick sdb
		echo usb:vNEW >"$ROOT/sys/devices/modalias"
		uevent
		await "$ROOT/calls" "modprobe -a -q usb:vNEW"
		command sleep 0.3
	EVENTS
	boot
	not_called mount
}

# The watcher sees an internal disk with everything that a stick has, and lets it be.
internal_disk_appears() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		disk sdx "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0" 0 1 3 4
		iso sdx1 abc123
		fat sdx3 DRYDOCK
		printf 'DRYDOCKJ' >"$ROOT/dev/sdx4"
		disk nvme0n1 "pci0000:00/0000:00:03.0/nvme/nvme0" 0
		fat nvme0n1 DRYDOCK
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
		command sleep 0.5
	EVENTS
	boot
	power_off
	not_called /dev/sdx
	not_called /dev/nvme0n1
	told "LOST NOW"
}

# A stick of the same build that is another one is not the boot medium, whatever it is called.
twin_is_not_the_boot_medium() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
		stick sda
		echo twin >"$ROOT/content/sda3/medium.id"
		uevent
		await "$ROOT/run/drydock/medium" state=here
		keep twin
	EVENTS
	boot
	medium_was twin here "/media/spare$logs" "" "" sda 3
}

other_medium_comes_back() {
	disk sr0 "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0" 1
	iso sr0 abc123
	stick sdb 'drydock.mode=auto\n'
	iso sdb1 other-build
	: >"$ROOT/content/sdb3/repo/head.json"
	hook on-drydock <<-'EVENTS'
		keep first
		unplug sdb
		await "$ROOT/run/drydock/medium" state=gone
		replug sdb sdc
		await "$ROOT/run/drydock/medium" "repo=$ROOT/media/other/repo"
		keep back
	EVENTS
	boot
	medium_was first here "/media/other$logs" /dev/sdb4 /media/other/repo sdb 1
	medium_was back here "/media/other$logs" /dev/sdc4 /media/other/repo sdc N
	holds "$(log_of sdc3)/result" "exit=0"
}

journal_file_comes_back() {
	auto_stick
	printf 'not a journal' >"$ROOT/dev/sda4"
	hook on-drydock <<-'EVENTS'
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
		keep gone
		replug sda sdb
		await "$ROOT/run/drydock/medium" "repo=$ROOT/media/drydock/repo"
		keep back
	EVENTS
	boot
	holds "$ROOT/drydock.args" "--journal /media/drydock/DRYDOCK.JNL"
	medium_was gone gone "" "" "" "" 2
	medium_was back here "/media/drydock$logs" /media/drydock/DRYDOCK.JNL /media/drydock/repo sdb N
}

cd_ejected() {
	disk sr0 "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0" 1
	iso sr0 abc123
	mkdir "$ROOT/content/sr0/repo"
	: >"$ROOT/content/sr0/repo/head.json"
	kernel_line drydock.mode=auto
	hook on-drydock <<-'EVENTS'
		keep first
		echo of=/dev/null >"$ROOT/fail-dd"
		uevent
		await "$ROOT/run/drydock/medium" change=2
		keep gone
		rm "$ROOT/fail-dd"
		uevent
		await "$ROOT/run/drydock/medium" change=3
		keep back
	EVENTS
	boot
	medium_was first gone "" "" /media/boot/repo "" 1
	medium_was gone gone "" "" "" "" 2
	medium_was back gone "" "" /media/boot/repo "" 3
}

disk_goes_offline() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		mkdir "$(readlink -f "$ROOT/sys/class/block/sda")/device"
		echo offline >"$ROOT/sys/class/block/sda/device/state"
		uevent
		await "$ROOT/run/drydock/medium" state=gone
		keep gone
	EVENTS
	boot
	medium_was gone gone "" "" "" "" 2
}

# Without drydock init talks itself, and brings what it says to the medium at once.
shell_watches() {
	stick sda 'drydock.mode=shell\n'
	hook at-prompt <<-'EVENTS'
		await "$(log_of sda3)/boot.log" "Shell, as asked."
		unplug sda
		await "$ROOT/dev/tty0" "The logs go on in RAM."
		replug sda sdb
		await "$(log_of sdb3)/boot.log" "The boot medium is back: /dev/sdb1."
	EVENTS
	boot
	said "The boot medium /dev/sda is gone."
	said "The boot medium is back: /dev/sdb1."
	holds "$(log_of sdb3)/boot.log" "The boot medium is back: /dev/sdb1."
	equal "$(grep -c 'Shell, as asked' "$(log_of sdb3)/boot.log")" 1
}

# Its partitions come a moment later: mounted whole it would lock them out.
disk_before_its_partitions() {
	disk sda "pci0000:00/0000:00:04.0/usb2/2-1/2-1:1.0/host6" 1
	iso sda abc123
	printf 'EFI PART' | dd of="$ROOT/dev/sda" bs=1 seek=512 conv=notrunc 2>/dev/null
	cat >"$ROOT/on-second-8" <<-'LATER'
		. "$top/tests/init/machine.sh"
		rm "$ROOT/sys/class/block/sda"
		stick sda
	LATER
	boot
	said "The boot medium is /dev/sda1."
	not_called "/dev/sda /media"
}

# The same one at every boot, in whatever order they appear.
twins_by_id() {
	stick sda
	stick sdb
	echo "$1" >"$ROOT/content/sda3/medium.id"
	echo "$2" >"$ROOT/content/sdb3/medium.id"
	boot
	said "The boot medium is /dev/${3}1."
	said "is a boot medium of the same build, too: /dev/$3 is the one that is used."
}

copies_files() {
	echo one >"$ROOT/from"
	in_init 'copy_file "$ROOT/from" "$ROOT/to"'
	cmp "$ROOT/from" "$ROOT/to" || fail "not copied"
	_inode=$(ls -i "$ROOT/to")
	echo two >>"$ROOT/from"
	in_init 'copy_file "$ROOT/from" "$ROOT/to"'
	cmp "$ROOT/from" "$ROOT/to" || fail "not appended"
	equal "$(ls -i "$ROOT/to")" "$_inode"
	echo 1 >"$ROOT/from"
	in_init 'copy_file "$ROOT/from" "$ROOT/to"'
	cmp "$ROOT/from" "$ROOT/to" || fail "not replaced"
	equal "$(ls "$ROOT/to"*)" "$ROOT/to"
}

# It was said that the medium may be removed: now it is needed again.
planned_reboot_without_medium() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
		: >"$ROOT/run/drydock/reboot-planned"
	EVENTS
	boot
	said "Waiting for the boot medium: attach it again (5 of at most 60 s) ..."
	said "THE BOOT MEDIUM IS NOT HERE"
	called reboot
}

# A medium that was mounted for its journal alone can take the logs.
journal_medium_takes_the_logs() {
	auto_stick
	disk sdc "pci0000:00/usb3/3-2/host8" 1
	fat sdc DRYDOCK
	: >"$ROOT/content/sdc/DRYDOCK.JNL"
	hook on-drydock <<-'EVENTS'
		unplug sda
		await "$ROOT/run/drydock/medium" disk=sdc
		keep other
	EVENTS
	boot
	holds "$ROOT/other" "log=/media/spare$logs"
	holds "$(log_of sdc)/result" "exit=0"
}

# Only its FAT can be read at first: it takes the logs, and the rest comes back all the same.
fat_before_the_rest() {
	auto_stick
	hook on-drydock <<-'EVENTS'
		unplug sda
		await "$ROOT/run/drydock/medium" state=gone
		echo bs=1 >"$ROOT/fail-dd"
		replug sda sdb
		await "$ROOT/run/drydock/medium" "log=$ROOT/media/spare"
		rm "$ROOT/fail-dd"
		uevent
		await "$ROOT/run/drydock/medium" "repo=$ROOT/media/drydock/repo"
		keep back
	EVENTS
	boot
	medium_was back here "/media/drydock$logs" /dev/sdb4 /media/drydock/repo sdb N
	holds "$(log_of sdb3)/result" "exit=0"
}

watch_cases() {
	case_of "files are appended or replaced" copies_files
	case_of "pulled and back under another name" pulled_and_back
	case_of "its FAT before the rest of it" fat_before_the_rest
	case_of "another medium takes the logs meanwhile" another_takes_the_logs
	case_of "a medium that never comes back" never_back
	case_of "a medium that comes back at power off" back_at_power_off
	case_of "a medium that comes back at the prompt" back_at_prompt
	case_of "the first medium comes at the prompt" first_medium_at_prompt
	case_of "kept logs are not written again" kept_logs_are_not_written_again
	case_of "an internal disk that appears is not touched" internal_disk_appears
	case_of "a twin is not the boot medium" twin_is_not_the_boot_medium
	case_of "the other medium comes back" other_medium_comes_back
	case_of "a journal file comes back" journal_file_comes_back
	case_of "a CD is ejected and comes back" cd_ejected
	case_of "a disk goes offline" disk_goes_offline
	case_of "the watcher in shell mode" shell_watches
	case_of "a reboot in the plan without the medium" planned_reboot_without_medium
	case_of "a medium with a journal takes the logs" journal_medium_takes_the_logs
	case_of "a disk before its partitions" disk_before_its_partitions
	case_of "twins: the smaller id" twins_by_id bbb aaa sdb
	case_of "twins: an id before none" twins_by_id "" bbb sdb
	case_of "twins: the smaller id, first" twins_by_id aaa bbb sda
}
