# SPDX-License-Identifier: GPL-3.0-or-later
#
# TAP for the suites: source it, call check, end with tap_end.
# shellcheck shell=sh

tap_count=0
tap_failed=0
tap_said=$(mktemp)

ok() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s\n' "$tap_count" "$1"
}

# not_ok NAME [TEXT]: with the end of what is known about it.
not_ok() {
	tap_count=$((tap_count + 1))
	tap_failed=1
	[ -z "${2:-}" ] || printf '%s\n' "$2" | tail -n 40 | sed 's/^/# /'
	printf 'not ok %d - %s\n' "$tap_count" "$1"
}

skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}

# check NAME COMMAND...: one test, in this shell; what the command says is shown when it fails.
check() {
	_tap_name=$1
	shift
	if "$@" >"$tap_said" 2>&1; then ok "$_tap_name"; else not_ok "$_tap_name" "$(cat "$tap_said")"; fi
}

tap_end() {
	rm -f "$tap_said"
	printf '1..%d\n' "$tap_count"
	exit "$tap_failed"
}
