#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# From vendors' packages to a repository. The packages are made here, by tools that are not ours,
# with metadata shaped like the real thing and contents that no device would take.
#
# One file a format in cases/, sourced in the order of their names; each calls `check NAME
# FUNCTION` (tests/tap.sh) for its tests. What they find: $fwrepo, $drydock, $top, $work (also
# the current folder, made empty for each file), fresh_repo, imports, refuses_import, has, notes.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
# shellcheck disable=SC2034
drydock=$build/drydock
fwrepo=$build/fwrepo
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# fresh_repo: ./repo is new and empty.
fresh_repo() {
	rm -rf repo
	"$fwrepo" init repo --id test >/dev/null
}

# imports ARGUMENT...: imports into ./repo, exit 0; the report is in ./report, as JSON in report.json.
imports() {
	"$fwrepo" import --repo repo --report report.json "$@" >report 2>message
	_status=$?
	cat report message
	[ "$_status" -eq 0 ] || { echo "exit status $_status"; return 1; }
}

# drops_all ARGUMENT...: as imports, but there is nothing that is wanted: exit 3.
drops_all() {
	"$fwrepo" import --repo repo --report report.json "$@" >report 2>message
	_status=$?
	cat report message
	[ "$_status" -eq 3 ] || { echo "exit status $_status"; return 1; }
}

# state_of_repo: every file of ./repo with its hash.
state_of_repo() {
	find repo -type f -exec sha256sum {} + | sort
}

# refuses_import STATUS TEXT ARGUMENT...: ends so, says TEXT, and ./repo is as it was.
refuses_import() {
	_want=$1
	_text=$2
	shift 2
	state_of_repo >before
	"$fwrepo" import --repo repo "$@" >report 2>message
	_status=$?
	cat report message
	[ "$_status" -eq "$_want" ] || { echo "exit status $_status"; return 1; }
	grep -qF -- "$_text" message || { echo "says nothing of: $_text"; return 1; }
	state_of_repo | cmp before -
}

# has ID TEXT: what `show --json` says of the component holds TEXT, white space aside.
has() {
	"$fwrepo" show "$1" --repo repo --json >shown || return 1
	tr -d ' \n\t' <shown | grep -qF -- "$(printf '%s' "$2" | tr -d ' \n\t')" && return 0
	cat shown
	echo "$1 has no $2"
	return 1
}

# notes ID TEXT: the report has a line with this reason id and this text.
notes() {
	grep -F -- "$1" report | grep -qF -- "$2" || { echo "the report has no $1 with $2"; return 1; }
}

# payload_is ID FILE: the component's payload is this file, byte for byte.
payload_is() {
	_sum=$(sha256sum <"$2" | cut -c 1-64)
	has "$1" "\"sha256\":\"$_sum\"" && cmp "repo/blobs/$(printf %.2s "$_sum")/$_sum" "$2"
}

for cases in "$top"/tests/import/cases/*.sh; do
	[ -f "$cases" ] || continue
	work=$root/$(basename "$cases" .sh)
	mkdir "$work"
	cd "$work" || exit 1
	# shellcheck source=/dev/null
	. "$cases"
done
tap_end
