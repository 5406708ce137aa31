#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs every fuzzer, built with ASan and UBSan, over its seeds and their first mutations. TAP.
# DRYDOCK_FUZZ_SECONDS=3600 and DRYDOCK_FUZZ_MUTATIONS make it longer.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
seconds=${DRYDOCK_FUZZ_SECONDS:-5}
mutations=${DRYDOCK_FUZZ_MUTATIONS:-100000000}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
count=0

for source in "$top"/tests/fuzz/fuzz_*.c; do
	name=$(basename "$source" .c)
	count=$((count + 1))
	if "$build/sanitized/fuzz/$name" "$mutations" "$seconds" \
		"$top/tests/fuzz/seeds/${name#fuzz_}" >"$out" 2>&1; then
		echo "ok $count - $name: $(tail -n 1 "$out")"
	else
		echo "not ok $count - $name"
		head -n 60 "$out" | sed 's/^/# /'
	fi
done
echo "1..$count"
