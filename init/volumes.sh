# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# What a block device is and holds. Media are known by what they hold, never by device names, and
# the server's own disks are never read or mounted.

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

# value FILE: sets _value, without starting a program: there may be hundreds of block devices.
value() {
	read -r _value 2>/dev/null <"$1" || _value=
}

# disk_sys SYS: sets _disk_sys, the same of the disk that it is on.
disk_sys() {
	_disk_sys=$1
	[ ! -e "$1/partition" ] || _disk_sys=${1%/*}
}

# external SYS: is it on a medium that somebody attached? Everything else is the server's.
external() {
	disk_sys "$1"
	case ${_disk_sys##*/} in
	sr*) return 0 ;;
	loop* | ram* | zram* | dm-* | md* | nbd*) return 1 ;;
	esac
	value "$_disk_sys/removable"
	[ "$_value" != 1 ] || return 0
	case $_disk_sys in
	*/usb[0-9]*/* | */mmc[0-9]*/*) return 0 ;;
	esac
	return 1
}

# alive SYS: is it there? While it is mounted, the kernel gives its name to no other disk. A disk
# that the kernel gave up on is offline. An optical drive stays when its medium goes, so one sector
# is read past the cache; one that is only slow is not gone.
alive() {
	[ -e "$1" ] || return 1
	disk_sys "$1"
	value "$_disk_sys/device/state"
	case $_value in *offline) return 1 ;; esac
	case ${1##*/} in
	sr*)
		_read=0
		bounded dd if="$ROOT/dev/${1##*/}" of=/dev/null bs=2048 skip=16 count=1 iflag=direct 2>/dev/null ||
			_read=$?
		[ "$_read" -eq 0 ] || [ "$_read" -ge 124 ]
		;;
	esac
}

# has_table NAME: UEFI 2.10 5.3.2: the header of a GPT is in block 1.
has_table() {
	case $1 in sr*) return 1 ;; esac
	[ "$(bytes_at "$1" 512 8)" = "EFI PART" ]
}

# volumes: the external devices that can hold a file system. A disk with partitions is not one:
# mounted whole, it would lock out its partitions. They appear a moment after the disk.
volumes() {
	realpath "$ROOT"/sys/class/block/* 2>/dev/null | while read -r _sys; do
		external "$_sys" || continue
		alive "$_sys" || continue
		case $(echo "$_sys"/*/partition) in
		*'*/partition')
			[ ! -e "$_sys/partition" ] && has_table "${_sys##*/}" || echo "${_sys##*/}"
			;;
		esac
	done
}

# partition DISK NUMBER: its name.
partition() {
	for _path in "$(sys_of "$1")"/*/partition; do
		value "$_path"
		[ "$_value" = "$2" ] || continue
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

# is_journal NAME: its superblock is at the beginning and once more at 8 MiB (FORMAT.md); either does.
is_journal() {
	[ "$(bytes_at "$1" 0 8)" = DRYDOCKJ ] || [ "$(bytes_at "$1" 8388608 8)" = DRYDOCKJ ]
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

# mounts: "NAME DIR" of every medium, the newest first.
mounts() {
	awk -v dev="$ROOT/dev/" -v dir="$MEDIA/" '
		index($1, dev) == 1 && index($2, dir) == 1 {
			line[++n] = substr($1, length(dev) + 1) " " $2
		}
		END { for (; n; n--) print line[n] }' "$ROOT/proc/mounts"
}

# mount_point NAME: where it is mounted; empty when it is not.
mount_point() {
	mounts | awk -v name="$1" '$1 == name { print $2; exit }'
}

# device_at DIR: the name of what is mounted there.
device_at() {
	mounts | awk -v dir="$1" '$2 == dir { print $1; exit }'
}

# free_volumes: the volumes that are not mounted.
free_volumes() {
	_taken=" $(mounts | cut -d ' ' -f 1 | tr '\n' ' ')"
	for _free in $(volumes); do
		case $_taken in
		*" $_free "*) ;;
		*) echo "$_free" ;;
		esac
	done
}

# medium_id DIR: what a medium is told apart by. It is text of somebody else.
medium_id() {
	[ -z "$1" ] || first_line "$1/medium.id" | tr -cd '0-9A-Za-z-' | cut -c 1-64
}

# id_on NAME: the same of a FAT, mounted or not.
id_on() {
	_at=$(mount_point "$1")
	if [ -n "$_at" ]; then
		medium_id "$_at"
		return 0
	fi
	mount_fat "$1" "$MEDIA/probe" ro || return 0
	medium_id "$MEDIA/probe"
	umount "$MEDIA/probe"
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

# bury: what is mounted from a device that is gone is mounted no more. Who still has files open
# there gets errors, and nobody new gets lost in it.
bury() {
	mounts | while read -r _name _dir; do
		alive "$(sys_of "$_name")" || umount -l "$_dir" || true
	done
}

# release_media: clean on the media, whatever still holds them. Fails when one is still in use.
release_media() {
	sync
	mounts | {
		_busy=0
		while read -r _name _dir; do
			umount "$_dir" 2>/dev/null || mount -o remount,ro "$_dir" 2>/dev/null || _busy=1
		done
		[ "$_busy" = 0 ]
	}
}
