# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
#
# Every backend under disturbance, with seeds that CI does not run: tests/unit/backend_seeds.h. Each
# round goes on where the last one ended. Sourced by run.sh.

# seeds_next NAME: the first seed that this program has not run.
seeds_next() {
	[ -f "$results" ] || {
		echo 1
		return
	}
	awk -F '\t' -v part="$1" '$3 == part { sum += $4 } END { print sum + 1 }' "$results"
}

# soak_seeds COUNT
soak_seeds() {
	make -s BUILD="$lab_build" FLAVOUR=glibc $(seeds_programs) >"$soak/build.log" 2>&1 || {
		tail -n 20 "$soak/build.log"
		exit 1
	}
	for _program in $(seeds_programs); do
		_name=seeds_${_program##*/test_}
		_name=${_name%_seeds}
		_first=$(seeds_next "$_name")
		_last=$((_first + $1 - 1))
		if DRYDOCK_SEEDS=$_first-$_last nice "$_program" >"$soak/$_name.log" 2>&1; then
			_bad=0
		else
			_bad=1
		fi
		_calls=$(awk '/calls disturbed/ { n += $(NF - 2) } END { print n + 0 }' "$soak/$_name.log")
		result "$_name" "$1" "$_bad" "seeds $_first to $_last, $_calls calls disturbed"
		[ "$_bad" = 0 ] || grep '^#' "$soak/$_name.log" | sed 's/^/    /'
	done
}

# Whole runs under disturbance (test_fault_seeds) have a range of their own.
seeds_programs() {
	grep -l '"backend_seeds.h"\|DRYDOCK_SEEDS' tests/unit/test_*.c | while read -r _source; do
		echo "$lab_build/sanitized/tests/$(basename "$_source" .c)"
	done
}
