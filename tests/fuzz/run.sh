#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs every fuzzer, built with ASan and UBSan, over its seeds and their first mutations, two at a
# time. TAP. What reads vendors' files gets more time than what reads our own.
# DRYDOCK_FUZZ_SECONDS=3600 and DRYDOCK_FUZZ_MUTATIONS make it longer.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
mutations=${DRYDOCK_FUZZ_MUTATIONS:-100000000}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
count=0

# seconds_of SOURCE
seconds_of() {
	if [ -n "${DRYDOCK_FUZZ_SECONDS:-}" ]; then
		echo "$DRYDOCK_FUZZ_SECONDS"
	elif grep -Eq '^#include "(import|parse|media)/|"format/(capsule|guid)' "$1"; then
		echo 15
	else
		echo 5
	fi
}

# begin SOURCE: in the background; its output and status are files.
begin() {
	_name=$(basename "$1" .c)
	{
		"$build/sanitized/fuzz/$_name" "$mutations" "$(seconds_of "$1")" \
			"$top/tests/fuzz/seeds/${_name#fuzz_}" >"$out/$_name" 2>&1
		echo $? >"$out/$_name.status"
	} &
}

# tell SOURCE
tell() {
	_name=$(basename "$1" .c)
	count=$((count + 1))
	if [ "$(cat "$out/$_name.status")" = 0 ]; then
		echo "ok $count - $_name: $(tail -n 1 "$out/$_name")"
	else
		echo "not ok $count - $_name"
		head -n 60 "$out/$_name" | sed 's/^/# /'
	fi
}

set -- "$top"/tests/fuzz/fuzz_*.c
while [ $# -gt 0 ]; do
	begin "$1"
	[ $# -eq 1 ] || begin "$2"
	wait
	tell "$1"
	[ $# -eq 1 ] || tell "$2"
	shift
	[ $# -eq 0 ] || shift
done
echo "1..$count"
