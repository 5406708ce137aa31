# SPDX-License-Identifier: GPL-3.0-or-later
#
# Measuring and the table. Source with `work` set to a folder that is thrown away.
# shellcheck shell=sh

: "${work:=}"

say() {
	printf 'bench: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

# missing FIGURE WHY: a figure that cannot be measured here.
missing() {
	say "NOT MEASURED: $1: $2"
	printf '%s: %s\n' "$1" "$2" >>"$work/missing"
}

# quietly COMMAND...: its output only when it fails
quietly() {
	"$@" >"$work/quietly" 2>&1 || {
		cat "$work/quietly" >&2
		die "failed: $*"
	}
}

# lap TIMES COMMAND: prints the microseconds of one turn.
lap() {
	_turn=0
	_from=$(date +%s%N)
	while [ "$_turn" -lt "$1" ]; do
		"$2" >"$work/lap" 2>&1 || die "$2 failed: $(cat "$work/lap")"
		_turn=$((_turn + 1))
	done
	_to=$(date +%s%N)
	echo $(((_to - _from) / 1000 / $1))
}

median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# side_by_side NAME ROUNDS TIMES: the functions ours_NAME and theirs_NAME in turn, so that both see
# the same machine; sets the medians $ours and $theirs in microseconds. A first round warms caches.
# shellcheck disable=SC2034
side_by_side() {
	: >"$work/ours"
	: >"$work/theirs"
	lap 1 "theirs_$1" >/dev/null
	lap 1 "ours_$1" >/dev/null
	_round=0
	while [ "$_round" -lt "$2" ]; do
		lap "$3" "theirs_$1" >>"$work/theirs"
		lap "$3" "ours_$1" >>"$work/ours"
		_round=$((_round + 1))
	done
	ours=$(median <"$work/ours")
	theirs=$(median <"$work/theirs")
}

# calculate FORMAT EXPRESSION
calculate() {
	awk "BEGIN { printf \"$1\", $2 }"
}

mb() {
	calculate '%.1f MB' "$1 / 1000000"
}

mib() {
	calculate '%.1f MiB' "$1 / 1024"
}

seconds() {
	calculate '%.2f s' "$1 / 1000000"
}

milliseconds() {
	calculate '%.1f ms' "$1 / 1000"
}

tenths() {
	calculate '%.1f' "$1"
}

# ratio A B: for times, theirs by ours: how many times as fast ours is.
ratio() {
	calculate '%.2f' "$1 / $2"
}

# at_most VALUE LIMIT TEXT
at_most() {
	if [ "$1" -le "$2" ]; then
		echo "at most $3"
	else
		echo "**MISSED**: at most $3"
	fi
}

# at_least A B RATIO
at_least() {
	if [ "$(calculate '%d' "($1 / $2 >= $3)")" = 1 ]; then
		echo "at least $3"
	else
		echo "**MISSED**: at least $3"
	fi
}

# row FIGURE MEASURED BESIDE RATIO TARGET
row() {
	printf '| %s | %s | %s | %s | %s |\n' "$@" >>"$work/rows"
}

# core_kind: whether the processor has instructions for SHA-256
core_kind() {
	if grep -qw sha_ni /proc/cpuinfo; then
		echo 'with SHA instructions'
	else
		echo 'without SHA instructions'
	fi
}

table_begin() {
	load=$(cut -d ' ' -f 1 /proc/loadavg)
	: >"$work/rows"
	: >"$work/missing"
}

# table_end: the table, and what it was measured on.
table_end() {
	printf '%s, %s cores (%s, %s), load %s at the beginning and %s at the end;\n' \
		"$(date -u +%F)" "$(nproc)" "$(uname -m)" "$(core_kind)" "$load" \
		"$(cut -d ' ' -f 1 /proc/loadavg)"
	printf 'servers emulated in software; %s; %s.\n\n' \
		"$(openssl version | cut -d ' ' -f 1-2)" \
		"$(lspci --version 2>/dev/null || echo 'no lspci')"
	echo '| Figure | Measured | Beside it | Ratio | Target |'
	echo '|---|---:|---|---:|---|'
	cat "$work/rows"
	sed 's/^/\nNot measured: /' "$work/missing"
}
