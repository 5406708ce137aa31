# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
#
# A disk that reads as slowly as a stick, for this shell and what it starts: block I/O control
# groups (version 2: io.max, version 1: blkio.throttle). As root only.

slow_group=

# disk_of PATH: major:minor of the whole disk that it lies on
disk_of() {
	_number=$(stat -c %d "$1")
	_number=$((_number >> 8 & 4095)):$((_number & 255))
	if [ -e "/sys/dev/block/$_number/partition" ]; then
		_number=$(cat "/sys/dev/block/$_number/../dev")
	fi
	[ -d "/sys/dev/block/$_number" ] && echo "$_number"
}

# slow_begin PATH BYTES: from here on at most so many bytes a second are read from its disk
slow_begin() {
	_disk=$(disk_of "$1") || return 1
	if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
		slow_group=/sys/fs/cgroup/drydock-bench-$$
		slow_parent=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
		echo +io >/sys/fs/cgroup/cgroup.subtree_control || return 1
		mkdir "$slow_group" && echo "$_disk rbps=$2" >"$slow_group/io.max" || return 1
	else
		slow_group=/sys/fs/cgroup/blkio/drydock-bench-$$
		slow_parent=/sys/fs/cgroup/blkio$(sed -n 's/^[0-9]*:blkio://p' /proc/self/cgroup)
		mkdir "$slow_group" &&
			echo "$_disk $2" >"$slow_group/blkio.throttle.read_bps_device" || return 1
	fi
	echo $$ >"$slow_group/cgroup.procs"
}

# slow_end: harmless when it was not begun
slow_end() {
	[ -n "$slow_group" ] || return 0
	echo $$ >"$slow_parent/cgroup.procs" 2>/dev/null || true
	rmdir "$slow_group" 2>/dev/null || true
	slow_group=
}
