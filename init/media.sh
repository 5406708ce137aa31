# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# The boot medium, its FAT and journal partitions, and other media labelled DRYDOCK. Media are
# known by what they hold, never by device names, and the server's own disks are never mounted.
#
# Sets: BOOT_DISK, FAT (a readable FAT of the boot medium), OTHER (a medium labelled DRYDOCK),
# WRITABLE (the one of the two that takes logs), JOURNAL. Empty when there is none.
# shellcheck disable=SC2034

BOOT_WAIT_S=30
# When the boot medium is missing, others had all the time they need.
OTHER_WAIT_S=10

# sys_of NAME: the folder of a block device in sysfs, by its place on the bus.
sys_of() {
	readlink -f "$ROOT/sys/class/block/$1"
}

# disk_of NAME: the disk that a partition is on, or the disk itself.
disk_of() {
	_sys=$(sys_of "$1")
	[ ! -e "$_sys/partition" ] || _sys=${_sys%/*}
	echo "${_sys##*/}"
}

# external NAME: is it on a medium that somebody attached? Everything else is the server's.
external() {
	_disk=$(disk_of "$1")
	case $_disk in
	sr*) return 0 ;;
	loop* | ram* | zram* | dm-* | md* | nbd*) return 1 ;;
	esac
	[ "$(first_line "$ROOT/sys/class/block/$_disk/removable")" != 1 ] || return 0
	case $(sys_of "$_disk") in
	*/usb[0-9]*/* | */mmc[0-9]*/*) return 0 ;;
	esac
	return 1
}

# volumes: the external devices that can hold a file system. A disk with partitions is not one:
# mounted whole, it would lock out its partitions.
volumes() {
	for _path in "$ROOT"/sys/class/block/*; do
		[ -e "$_path" ] || continue
		_name=${_path##*/}
		external "$_name" || continue
		case $(echo "$(sys_of "$_name")"/*/partition) in
		*'*/partition') echo "$_name" ;;
		esac
	done
}

# partition DISK NUMBER: its name.
partition() {
	for _path in "$(sys_of "$1")"/*/partition; do
		[ "$(first_line "$_path")" = "$2" ] || continue
		_path=${_path%/partition}
		echo "${_path##*/}"
		return 0
	done
	return 1
}

# bytes_at NAME OFFSET COUNT
bytes_at() {
	bounded dd if="$ROOT/dev/$1" bs=1 skip="$2" count="$3" 2>/dev/null | tr -d '\0'
}

# is_iso NAME: ECMA-119 8.4: the first volume descriptor is sector 16, its identifier "CD001".
is_iso() {
	[ "$(bytes_at "$1" 32769 5)" = CD001 ]
}

# is_drydock_fat NAME
is_drydock_fat() {
	case $(bounded blkid "$ROOT/dev/$1" 2>/dev/null) in
	*'LABEL="DRYDOCK"'*'TYPE="vfat"'*) return 0 ;;
	esac
	return 1
}

write_protected() {
	[ "$(first_line "$(sys_of "$1")/ro")" = 1 ]
}

# mount_iso NAME DIR
mount_iso() {
	mkdir -p "$2"
	mount -t iso9660 -o ro,nosuid,nodev,noexec "$ROOT/dev/$1" "$2" 2>/dev/null
}

# mount_fat NAME DIR rw|ro: for writing only if that is possible. flush: what is closed goes out
# soon.
mount_fat() {
	mkdir -p "$2"
	if [ "$3" = rw ] && ! write_protected "$1" && mount -t vfat -o rw,nosuid,nodev,noexec,umask=022,flush,tz=UTC \
		"$ROOT/dev/$1" "$2" 2>/dev/null; then
		return 0
	fi
	mount -t vfat -o ro,nosuid,nodev,noexec,umask=022,tz=UTC "$ROOT/dev/$1" "$2" 2>/dev/null
}

# takes_writing DIR: a FAT that the kernel found damaged, or one that is full, is mounted and
# takes nothing. Proves it by the medium's id, which the first boot leaves there.
takes_writing() {
	mounted "$1" rw || return 1
	[ ! -s "$1/medium.id" ] || return 0
	tr -d '-' <"$ROOT/proc/sys/kernel/random/uuid" 2>/dev/null >"$1/medium.id" || return 1
	sync
	[ -s "$1/medium.id" ]
}

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

# look_for_boot: all of them, so that a second one does not go unmentioned.
look_for_boot() {
	for _volume in $(volumes); do
		is_boot "$_volume" || continue
		if [ -z "$BOOT_DISK" ]; then
			mount_iso "$_volume" "$MEDIA/boot" || continue
			BOOT_DISK=$(disk_of "$_volume")
			say "The boot medium is /dev/$_volume."
		else
			say "/dev/$_volume is a boot medium of the same build, too:" \
				"/dev/$BOOT_DISK is the one that is used."
		fi
	done
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

# is_journal NAME: its superblock is at the beginning and once more at 8 MiB (FORMAT.md); either does.
is_journal() {
	[ "$(bytes_at "$1" 0 8)" = DRYDOCKJ ] || [ "$(bytes_at "$1" 8388608 8)" = DRYDOCKJ ]
}

# journal_on DISK: partition 4 if it holds a journal.
journal_on() {
	[ -n "$1" ] || return 1
	_journal=$(partition "$1" 4) || return 1
	if ! is_journal "$_journal"; then
		say "/dev/$_journal should be the journal, but does not look like one: not used."
	elif write_protected "$_journal"; then
		say "The journal /dev/$_journal is write-protected: not used."
	else
		JOURNAL=$ROOT/dev/$_journal
		return 0
	fi
	return 1
}

# choose_journal: the raw partition, or a file beside the logs; none is left to drydock to judge.
choose_journal() {
	journal_on "$BOOT_DISK" || journal_on "$OTHER_DISK" || {
		[ -z "$WRITABLE" ] || JOURNAL=$WRITABLE/DRYDOCK.JNL
	}
}

find_media() {
	BOOT_DISK='' FAT='' OTHER='' OTHER_DISK='' WRITABLE='' JOURNAL=''
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

# release_media: clean on the media, whatever still holds them. Fails when one is still in use.
release_media() {
	sync
	_busy=0
	for _dir in "$MEDIA/other" "$MEDIA/drydock" "$MEDIA/boot"; do
		mounted "$_dir" rw || mounted "$_dir" ro || continue
		umount "$_dir" 2>/dev/null || mount -o remount,ro "$_dir" 2>/dev/null || _busy=1
	done
	return "$_busy"
}
