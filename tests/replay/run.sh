#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every folder here is a recorded run: "drydock replay" must find nothing that deviates. A log folder
# of real hardware that is put here becomes a test. Names: emulator-... were recorded from models.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
drydock=$build/drydock
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0
broken=0

# check NAME STATUS WANTED TEXT: one test, TEXT is what was said
check() {
	number=$((number + 1))
	if [ "$2" -eq "$3" ]; then
		echo "ok $number - $1"
		return
	fi
	printf '%s\n' "$4" | head -n 20 | sed 's/^/# /'
	echo "not ok $number - $1: status $2, not $3"
	broken=1
}

# replay NAME WANTED FOLDER
replay() {
	_status=0
	_said=$("$drydock" replay "$3" 2>&1) || _status=$?
	check "$1" "$_status" "$2" "$_said"
}

for folder in "$top"/tests/replay/*/; do
	folder=${folder%/}
	name=${folder##*/}
	replay "$name: as it was recorded" 0 "$folder"
done

# copy: a good folder to be spoilt
copy() {
	rm -rf "$work/run"
	cp -r "$top/tests/replay/emulator-nvme-good" "$work/run"
}

copy
sed -i '0,/"result":0/s//"result":7/' "$work/run/trace-nvme0.jsonl"
replay "a changed line deviates" 8 "$work/run"
copy
sed -i '$d' "$work/run/trace-nvme0.jsonl"
replay "a missing line deviates" 8 "$work/run"
copy
head -c 5000 "$work/run/trace-nvme0.jsonl" >"$work/cut"
mv "$work/cut" "$work/run/trace-nvme0.jsonl"
replay "a trace that is cut off is not replayed" 6 "$work/run"
copy
echo '{"truncated":true}' >>"$work/run/trace-nvme0.jsonl"
replay "a trace that had reached its limit is not replayed" 6 "$work/run"
mkdir "$work/none"
replay "a folder without traces is not replayed" 6 "$work/none"
replay "a folder that is not there" 6 "$work/missing"

status=0
said=$("$drydock" replay 2>&1) || status=$?
check "no folder at all is a wrong command line" "$status" 2 "$said"

status=0
said=$("$drydock" inventory --record "$work/record" 2>&1) || status=$?
check "inventory --record" "$status" 0 "$said"
replay "... of this machine is replayed" 0 "$work/record"
status=0
said=$("$drydock" inventory --record "$work/record" 2>&1) || status=$?
check "... wants a new folder" "$status" 6 "$said"

echo "1..$number"
exit "$broken"
