#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs every unit test program twice: as it ships (static, musl) and under glibc with ASan and
# UBSan. Adds their TAP up into one.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
cd "$top" || exit 1
out=$(mktemp)
trap 'rm -f "$out"' EXIT
count=0

# renumber PREFIX <TAP: the test lines go on from $count
renumber() {
	awk -v n="$count" -v prefix="$1" '
	/^(not )?ok / {
		not = /^not / ? "not " : ""
		sub(/^(not )?ok [0-9]+ - /, "")
		print not "ok " ++n " - " prefix ": " $0
		next
	}
	/^#/' "$out"
	count=$((count + $(grep -Ec '^(not )?ok ' "$out")))
}

# One more test says that the program came to its end: as many tests as it planned, status 0 unless
# one of them failed, and nothing from a sanitizer.
run_program() {
	_prefix=$1/$(basename "$2")
	"$2" >"$out" 2>&1
	_status=$?
	renumber "$_prefix"
	_ran=$(grep -Ec '^(not )?ok ' "$out")
	_failed=$(grep -Ec '^not ok ' "$out")
	_plan=$(sed -n 's/^1\.\.\([0-9][0-9]*\)$/\1/p' "$out")
	count=$((count + 1))
	if [ "${_plan:-none}" = "$_ran" ] && [ "$_ran" -gt 0 ] &&
		{ [ "$_status" -eq 0 ] || [ "$_failed" -gt 0 ]; }; then
		echo "ok $count - $_prefix: came to its end"
	else
		echo "not ok $count - $_prefix: planned ${_plan:-nothing}, ran $_ran, status $_status"
		grep -Ev '^(not )?ok |^1\.\.' "$out" | tail -n 30 | sed 's/^/# /'
	fi
}

# run_all LABEL FOLDER
run_all() {
	_programs=0
	for _program in "$2"/test_*; do
		[ -x "$_program" ] || continue
		_programs=$((_programs + 1))
		run_program "$1" "$_program"
	done
	_sources=$(find tests/unit -name 'test_*.c' | wc -l)
	count=$((count + 1))
	if [ "$_programs" -eq "$_sources" ]; then
		echo "ok $count - $1: $_programs programs of $_sources sources"
	else
		echo "not ok $count - $1: $_programs programs in $2, but $_sources sources"
	fi
}

run_all musl "$build/tests"
run_all sanitized "$build/sanitized/tests"
echo "1..$count"
