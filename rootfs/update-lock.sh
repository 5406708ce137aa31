#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes sources.lock anew from the signed indexes, line by line in the same order, so that the
# change can be read. A new file that the mirror does not serve leaves its old line.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"

# update_line LINE: prints the line to keep, of what $work/resolved offers.
update_line() {
	_name=$(lock_field "$1" 2)
	_new=$(awk -F '\t' -v name="$_name" '$2 == name' "$work/resolved")
	if [ "$_new" != "$1" ] && ! is_served "$_new"; then
		say "$_name: $(lock_field "$_new" 3) is announced but not served, $(lock_field "$1" 3) stays"
		_new=$1
	fi
	[ "$_new" = "$1" ] || say "$_name: $(lock_field "$1" 3) -> $(lock_field "$_new" 3)"
	printf '%s\n' "$_new"
}

# is_served LINE: whether the new file can be fetched, judged by a lock of this one line.
is_served() {
	printf '%s\n' "$1" >"$work/one.lock"
	DRYDOCK_LOCK=$work/one.lock DRYDOCK_LOCKED=1 \
		"$top/rootfs/fetch.sh" get "$(lock_field "$1" 2)" >/dev/null
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2046
"$top/rootfs/fetch.sh" resolve $(awk -F '\t' '!/^#/ { print $2 }' "$lock") >"$work/resolved"
while IFS= read -r line; do
	case $line in
	'#'* | '') printf '%s\n' "$line" ;;
	*) update_line "$line" ;;
	esac
done <"$lock" >"$work/sources.lock"
cat "$work/sources.lock" >"$lock"
rm -f "$drift"
