# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# Which media are ours: the one we booted from, and another one labelled DRYDOCK.
#
# Sets: BOOT_DISK, FAT (a readable FAT of the boot medium), OTHER_DISK, OTHER (a medium labelled
# DRYDOCK) and OTHER_HOW (rw or ro), WRITABLE (the one of the two that takes logs), JOURNAL and
# JOURNAL_ON (the medium whose partition it is: boot or other), REPO. Empty when there is none.
# shellcheck disable=SC2034

BOOT_WAIT_S=30
# When the boot medium is missing, others had all the time they need.
OTHER_WAIT_S=10

# is_boot NAME: does its marker name our build? Mounts it to look.
is_boot() {
	is_iso "$1" || return 1
	mount_iso "$1" "$MEDIA/probe" || return 1
	_marker=$(first_line "$MEDIA/probe/.disk/drydock.id" | printable)
	umount "$MEDIA/probe"
	if [ -n "$_marker" ] && [ "$_marker" != "$(first_line "$ETC/build-id")" ]; then
		say_once "/dev/$1 is the medium of another build of Drydock ($_marker): not used."
	fi
	[ -n "$_marker" ] && [ "$_marker" = "$(first_line "$ETC/build-id")" ]
}

# boot_id NAME: the id of the medium that this ISO9660 is on.
boot_id() {
	! _fat=$(partition "$(disk_of "$1")" 3) || id_on "$_fat"
}

# by_id: of several boot media of one build nothing tells which one the firmware took. Put in an
# order that is the same at every boot: by their ids, new ones last, then by their places.
by_id() {
	while read -r _volume; do
		_id=$(boot_id "$_volume")
		echo "${_id:-~} $(sys_of "$_volume") $_volume"
	done | sort | sed 's/.* //'
}

# look_for_boot: all of them, so that a second one does not go unmentioned.
look_for_boot() {
	for _volume in $(volumes); do
		! is_boot "$_volume" || echo "$_volume"
	done >"$RUN/boots"
	if [ "$(wc -l <"$RUN/boots")" -gt 1 ]; then
		by_id <"$RUN/boots" >"$RUN/boots.sorted"
		mv "$RUN/boots.sorted" "$RUN/boots"
	fi
	while read -r _volume; do
		if [ -n "$BOOT_DISK" ]; then
			say "/dev/$_volume is a boot medium of the same build, too:" \
				"/dev/$BOOT_DISK is the one that is used."
		elif mount_iso "$_volume" "$MEDIA/boot"; then
			BOOT_DISK=$(disk_of "$_volume")
			say "The boot medium is /dev/$_volume."
		fi
	done <"$RUN/boots"
	[ -n "$BOOT_DISK" ]
}

# wait_for SECONDS WHAT COMMAND [ARGUMENT]: USB devices appear when they like.
wait_for() {
	_start=$(uptime_s)
	_told=0
	until "$3" ${4:+"$4"}; do
		_waited=$(($(uptime_s) - _start))
		[ "$_waited" -lt "$1" ] || return 1
		if [ $((_waited - _told)) -ge 5 ]; then
			_told=$_waited
			say "Waiting for $2 ($_waited of at most $1 s) ..."
		fi
		sleep 1
		coldplug || true
	done
}

# look_for_other rw|ro: a medium with the label DRYDOCK that is not the one we booted from.
look_for_other() {
	for _volume in $(volumes); do
		[ "$(disk_of "$_volume")" != "$BOOT_DISK" ] || continue
		is_drydock_fat "$_volume" || continue
		mount_fat "$_volume" "$MEDIA/other" "$1" || continue
		OTHER=$MEDIA/other
		OTHER_HOW=$1
		OTHER_DISK=$(disk_of "$_volume")
		say "/dev/$_volume is labelled DRYDOCK and used as well."
		return 0
	done
	return 1
}

# open_fat: partition 3 of the boot medium.
open_fat() {
	_fat=$(partition "$BOOT_DISK" 3) || return 0
	if mount_fat "$_fat" "$MEDIA/drydock" rw; then
		FAT=$MEDIA/drydock
	else
		say "The FAT partition /dev/$_fat of the boot medium cannot be mounted."
	fi
}

# choose_writable: sets WRITABLE.
choose_writable() {
	if [ -n "$FAT" ] && takes_writing "$FAT"; then
		WRITABLE=$FAT
		return 0
	fi
	[ -z "$FAT" ] || say "The FAT partition of the boot medium cannot be written."
	wait_for "$OTHER_WAIT_S" "another medium labelled DRYDOCK" look_for_other rw || return 0
	if takes_writing "$OTHER"; then
		WRITABLE=$OTHER
	else
		say "The medium labelled DRYDOCK cannot be written either."
	fi
}

# journal_on DISK: partition 4 if it holds a journal.
journal_on() {
	[ -n "$1" ] || return 1
	_journal=$(partition "$1" 4) || return 1
	if ! is_journal "$_journal"; then
		say_once "/dev/$_journal should be the journal, but does not look like one: not used."
	elif write_protected "$_journal"; then
		say_once "The journal /dev/$_journal is write-protected: not used."
	else
		JOURNAL=$ROOT/dev/$_journal
		return 0
	fi
	return 1
}

# choose_journal: the raw partition, or a file beside the logs; none is left to drydock to judge.
choose_journal() {
	if journal_on "$BOOT_DISK"; then
		JOURNAL_ON=boot
	elif journal_on "$OTHER_DISK"; then
		JOURNAL_ON=other
	elif [ -n "$WRITABLE" ]; then
		JOURNAL=$WRITABLE/DRYDOCK.JNL
	fi
}

find_media() {
	BOOT_DISK='' FAT='' OTHER='' OTHER_DISK='' OTHER_HOW='' WRITABLE='' JOURNAL='' JOURNAL_ON=''
	if wait_for "$BOOT_WAIT_S" "the boot medium" look_for_boot; then
		open_fat
	else
		OTHER_WAIT_S=0
		say "The boot medium was not found in $BOOT_WAIT_S s: no USB, SD or optical drive here" \
			"holds /.disk/drydock.id of build $(first_line "$ETC/build-id")."
	fi
	choose_writable
	choose_journal
}

# has_repo DIR: anything in repo/. Whether it is a good one drydock judges.
has_repo() {
	[ -n "$1" ] && [ -n "$(ls "$1/repo" 2>/dev/null)" ]
}

# repo_elsewhere: on any more media with the label DRYDOCK; what is not needed is left alone again.
repo_elsewhere() {
	for _volume in $(free_volumes); do
		[ "$(disk_of "$_volume")" != "$BOOT_DISK" ] || continue
		is_drydock_fat "$_volume" || continue
		_dir=$MEDIA/more/$_volume
		mount_fat "$_volume" "$_dir" ro || continue
		if has_repo "$_dir"; then
			REPO=$_dir/repo
			return 0
		fi
		umount "$_dir"
	done
	return 1
}

# find_repo: sets REPO: what a person put on the FAT partition or another medium goes before what
# the boot medium was made with.
find_repo() {
	REPO=
	if has_repo "$FAT"; then
		REPO=$FAT/repo
	elif { [ -n "$OTHER" ] || look_for_other ro; } && has_repo "$OTHER"; then
		REPO=$OTHER/repo
	elif repo_elsewhere; then
		:
	elif [ -n "$BOOT_DISK" ] && has_repo "$MEDIA/boot"; then
		REPO=$MEDIA/boot/repo
	else
		return 0
	fi
	say "The repository is on /dev/$(device_at "${REPO%/repo}")."
}

# journal_file NAME: prints DRYDOCK.JNL on a FAT labelled DRYDOCK, which is mounted for reading if
# it is not mounted already.
journal_file() {
	_dir=$(mount_point "$1")
	if [ -z "$_dir" ]; then
		_dir=$MEDIA/journals/$1
		is_drydock_fat "$1" && mount_fat "$1" "$_dir" ro || return 0
	fi
	if [ -f "$_dir/DRYDOCK.JNL" ]; then
		echo "$_dir/DRYDOCK.JNL"
	elif [ "$_dir" = "$MEDIA/journals/$1" ]; then
		umount "$_dir"
	fi
}

# other_journals: the journals that are here and not the one of this run.
other_journals() {
	for _volume in $(volumes); do
		if [ "$(first_line "$ROOT/sys/class/block/$_volume/partition")" != 4 ]; then
			journal_file "$_volume"
		elif is_journal "$_volume"; then
			echo "$ROOT/dev/$_volume"
		fi
	done | grep -vxF -e "$JOURNAL" || true
}
