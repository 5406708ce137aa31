# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC1090,SC1091
#
# In the place of commands that would touch this machine. Each notes its call.
: "${ROOT:?}"
[ -z "${APPLETS:-}" ] || PATH=$APPLETS:$PATH

call() {
	printf '%s\n' "$*" | sed "s|$ROOT||g" >>"$ROOT/calls"
}

# asked_to_fail COMMAND WHAT: the file fail-COMMAND holds what fails.
asked_to_fail() {
	[ -f "$ROOT/fail-$1" ] && case $2 in *"$(cat "$ROOT/fail-$1")"*) return 0 ;; *) return 1 ;; esac
}

bounded() { "$@"; }

mount() {
	call mount "$@"
	_device='' _place='' _type='' _options=''
	while [ $# -gt 0 ]; do
		case $1 in
		-t) _type=$2 && shift ;;
		-o) _options=$2 && shift ;;
		*) _device=$_place && _place=$1 ;;
		esac
		shift
	done
	! asked_to_fail mount "$_type:$_options" || return 1
	case $_place:$_options in
	*:remount,*) return 0 ;;
	"$ROOT"/media/*) ;;
	*) return 0 ;;
	esac
	rmdir "$_place" && ln -s "$ROOT/content/${_device##*/}" "$_place" || return 1
	echo "$_device $_place $_type ${_options%%,*},noexec 0 0" >>"$ROOT/proc/mounts"
}

umount() {
	call umount "$@"
	[ "$1" != -l ] || shift
	! asked_to_fail umount "$1" || return 1
	[ -L "$1" ] && rm "$1" && mkdir "$1"
	grep -v " $1 " "$ROOT/proc/mounts" >"$ROOT/proc/mounts.new" || true
	mv "$ROOT/proc/mounts.new" "$ROOT/proc/mounts"
}

# What a driver finds: the hook may lay out new devices.
modprobe() {
	call modprobe "$@"
	[ ! -f "$ROOT/on-modprobe" ] || . "$ROOT/on-modprobe"
}

# Time passes only here.
sleep() {
	read -r _now _ <"$ROOT/proc/uptime"
	_now=$((${_now%%.*} + ${1%%.*}))
	echo "$_now.50 0" >"$ROOT/proc/uptime"
	[ ! -f "$ROOT/on-second-$_now" ] || . "$ROOT/on-second-$_now"
}

# The watcher looks often, in real time.
nap() { command sleep 0.05; }

cp() {
	for _last; do :; done
	case $_last in
	"$ROOT"/media/*) [ ! -f "$ROOT/fat-full" ] || return 1 ;;
	esac
	command cp "$@"
}

date() { echo 20261122T174500Z; }
dmesg() { echo "a line of the kernel's log"; }
sync() { call sync "$@"; }
setsid() { call setsid "$@"; }
poweroff() { call poweroff; }
reboot() { call reboot; }
blkid() { call blkid "$@" && cat "$1"; }

# Not every file system of a test machine has direct I/O.
dd() {
	call dd "$@"
	! asked_to_fail dd "$*" || return 1
	for _word; do
		shift
		[ "$_word" = iflag=direct ] || set -- "$@" "$_word"
	done
	command dd "$@"
}
