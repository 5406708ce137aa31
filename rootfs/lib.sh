#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the scripts of this folder share: where things lie, how to speak, how to read the lock.
# Sourced after `top` was set to the top of the checkout. Of this file and the recipes the keys
# of built packages are made, so nothing belongs here that one script alone needs.
# shellcheck shell=sh disable=SC2034

: "${top:?}"
LC_ALL=C
TZ=UTC
export LC_ALL TZ
umask 022

build=${DRYDOCK_BUILD:-$top/build}
cache=${DRYDOCK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/drydock}
lock=${DRYDOCK_LOCK:-$top/rootfs/sources.lock}
drift=$build/lock-drift.txt
tab=$(printf '\t')

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# sha256_of FILE
sha256_of() {
	sha256sum <"$1" | cut -c 1-64
}

# lock_line NAME: the line of the lock.
lock_line() {
	awk -F '\t' -v name="$1" '!/^#/ && $2 == name { print; found = 1 } END { exit !found }' "$lock" ||
		die "$1 is not in ${lock##*/}"
}

# lock_effective NAME: the line in force: the lock's, or what replaced it because the locked
# file has left the pool (recorded by fetch.sh as the locked hash, a tab and the new line).
lock_effective() {
	_line=$(lock_line "$1") || exit 1
	if [ "${DRYDOCK_LOCKED:-0}" != 1 ] && [ -f "$drift" ]; then
		_hash=$(lock_field "$_line" 6)
		_new=$(awk -F '\t' -v hash="$_hash" -v name="$1" \
			'$1 == hash && $3 == name' "$drift" | tail -n 1)
		[ -z "$_new" ] || _line=${_new#*"$tab"}
	fi
	printf '%s\n' "$_line"
}

# lock_field LINE N
lock_field() {
	printf '%s\n' "$1" | cut -f "$2"
}

# publish_tree NEW PLACE: makes the finished directory NEW appear at PLACE in one step. When
# somebody else was faster, theirs stays: both were made of the same inputs.
publish_tree() {
	mkdir -p "${2%/*}"
	if ! mv -T "$1" "$2" 2>/dev/null; then
		[ -d "$2" ] || die "cannot put $1 at $2"
		rm -rf "$1"
	fi
}
