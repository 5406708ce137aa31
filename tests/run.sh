#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/run.sh [SUITE...]: runs the suites, each an executable tests/SUITE/run.sh that prints TAP,
# and adds up. Their whole output is in build/log/test-SUITE.log. Skips are shown and counted.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
DRYDOCK_BUILD=${DRYDOCK_BUILD:-$top/build}
export DRYDOCK_BUILD
log=$DRYDOCK_BUILD/log
mkdir -p "$log"

# The quick ones first: what is cheap to find out is told first.
suites='lint build unit fuzz replay inventory repo care import media tool ilo report init lab devices apply survival boot demo'
[ $# -eq 0 ] || suites=$*

# count FILE PATTERN: lines of TAP that match
count() {
	grep -Ec "$2" "$1"
}

# run_suite NAME: sets passed, failed, skipped of this suite
run_suite() {
	_out=$log/test-$1.log
	tests/"$1"/run.sh >"$_out" 2>&1 </dev/null
	_status=$?
	_failed=$(count "$_out" '^not ok ')
	_skipped=$(count "$_out" '^ok .*# SKIP')
	_ok=$(count "$_out" '^ok ')
	_plan=$(sed -n 's/^1\.\.\([0-9][0-9]*\).*/\1/p' "$_out" | tail -n 1)
	# A suite that died, or ran another number of tests than it planned, has failed once more.
	if [ "${_plan:-none}" != "$((_ok + _failed))" ]; then
		echo "not ok - suite $1 planned ${_plan:-nothing} and ran $((_ok + _failed)) tests" >>"$_out"
		_failed=$((_failed + 1))
	elif [ "$_status" -ne 0 ] && [ "$_failed" -eq 0 ]; then
		echo "not ok - suite $1 ended with status $_status" >>"$_out"
		_failed=1
	fi
	suite_passed=$((_ok - _skipped))
	suite_failed=$_failed
	suite_skipped=$_skipped
}

passed=0
failed=0
skipped=0
for suite in $suites; do
	began=$(date +%s)
	if [ ! -x "tests/$suite/run.sh" ]; then
		echo "tests/run.sh: there is no suite \"$suite\"" >&2
		exit 2
	fi
	run_suite "$suite"
	seconds=$(($(date +%s) - began))
	printf '%-10s %4d passed %3d failed %3d skipped   %2d min %02d s\n' "$suite" "$suite_passed" \
		"$suite_failed" "$suite_skipped" $((seconds / 60)) $((seconds % 60))
	if [ "$suite_failed" -gt 0 ]; then
		grep -E '^(not ok|#|Bail out)' "$log/test-$suite.log" | tail -n 40 | sed 's/^/    /'
	fi
	grep -E '^ok .*# SKIP' "$log/test-$suite.log" | sed 's/^/    /'
	passed=$((passed + suite_passed))
	failed=$((failed + suite_failed))
	skipped=$((skipped + suite_skipped))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
