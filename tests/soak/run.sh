#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The long proofs. What was proven is added to build/soak/results.tsv, one line each, so that it may
# be stopped at any time and started again; RELIABILITY.md shows the sums.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
# shellcheck source=tests/lab/lib.sh
. tests/lab/lib.sh
# shellcheck source=tests/lab/stick.sh
. tests/lab/stick.sh
# shellcheck source=tests/lab/server.sh
. tests/lab/server.sh
# shellcheck source=tests/lab/many.sh
. tests/lab/many.sh
# shellcheck source=tests/soak/cuts.sh
. tests/soak/cuts.sh
# shellcheck source=tests/soak/hang.sh
. tests/soak/hang.sh
# shellcheck source=tests/soak/fuzz.sh
. tests/soak/fuzz.sh
# shellcheck source=tests/soak/seeds.sh
. tests/soak/seeds.sh
# shellcheck source=tests/soak/ilo.sh
. tests/soak/ilo.sh
soak=$lab_build/soak
# Room for the payloads in RAM, beside the reserve.
LAB_MEMORY=1G
results=$soak/results.tsv
tab=$(printf '\t')

usage() {
	cat <<'TEXT'
usage: ./build.sh soak [HOURS]
       ./build.sh soak [--cuts N] [--hang N] [--fuzz MINUTES] [--seeds N] [--ilo N]
                          [--seed N]
       ./build.sh soak --summary

  (none)          one round: 10 power cuts, the silent drive once, 100 seeds of each backend,
                  10 cut runs against an iLO, 2 minutes of each fuzzer
  HOURS           rounds until so many hours have passed
  --cuts N        N power cuts at random moments
  --hang N        N times a drive that falls silent in the middle (8 minutes each)
  --fuzz MINUTES  each fuzzer so long, with clang's libFuzzer
  --seeds N       each backend with N more seeds of disturbance
  --ilo N         N runs against an iLO, killed at random moments
  --seed N        the moments of the cuts follow from it; default: the time
  --summary       writes the sums of all results into RELIABILITY.md

Results are added up in build/soak/results.tsv; what a failure left is in build/soak/failures/,
inputs that crash a fuzzer in build/soak/crashes/. The exit status is 1 when anything failed.
TEXT
}

# result PART COUNT FAILURES DETAIL: one line, and the same for whoever watches. COUNT is cuts,
# runs, or seconds of fuzzing.
result() {
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$(date -u +%FT%TZ)" "$commit" "$1" "$2" "$3" "$4" \
		>>"$results"
	if [ "$3" = 0 ]; then _word=ok; else _word=FAILED failed=1; fi
	echo "$_word $1: $4"
}

# keep_failure NAME: what is left of a server goes where it can be looked at, with what was wrong.
keep_failure() {
	_kept=$soak/failures/$(date -u +%Y%m%dT%H%M%SZ)-$1
	mkdir -p "$soak/failures"
	printf '%s\n' "$wrong" | sed '/^$/d' >"$dir/wrong.txt"
	sed 's/^/    /' "$dir/wrong.txt"
	mv "$dir" "$_kept"
	echo "    kept: $_kept"
}

# rows: the table of the sums, from the results.
rows() {
	sort -t "$tab" -k 3,3 -k 1,1 "$results" | awk -F '\t' '
		function row() {
			if (part == "") return
			if (part ~ /^fuzz_/) much = sprintf("%.1f minutes, %d thousand inputs", count / 60, inputs / 1000)
			else if (part ~ /^seeds_/) much = count " seeds"
			else much = count (part == "power-cuts" ? " cuts in " runs " updates" : " runs")
			printf "| %s | %s | %d | %s | %s |\n", part, much, failures, substr(last, 1, 10), commit
		}
		$3 != part { row(); part = $3; count = failures = inputs = runs = 0 }
		{
			count += $4; failures += $5; last = $1; commit = $2; runs++
			if (match($6, /[0-9]+ inputs/)) inputs += substr($6, RSTART)
		}
		END { row() }'
}

summary() {
	[ -s "$results" ] || {
		echo "soak: there are no results yet" >&2
		exit 1
	}
	{
		sed '/^<!-- soak: begin -->$/q' RELIABILITY.md
		printf '\n| what | how much | failures | last | at commit |\n|---|---|---|---|---|\n'
		rows
		printf '\n'
		sed -n '/^<!-- soak: end -->$/,$p' RELIABILITY.md
	} >"$soak/RELIABILITY.md"
	cp "$soak/RELIABILITY.md" RELIABILITY.md
	rows
}

number_of() {
	case $2 in
	'' | *[!0-9]*)
		echo "soak: $1 needs a number" >&2
		exit 2
		;;
	esac
	echo "$2"
}

round() {
	[ "$cuts" -eq 0 ] || soak_cuts "$cuts"
	_hung=0
	while [ "$_hung" -lt "$hang" ]; do
		_hung=$((_hung + 1))
		soak_hang
	done
	[ "$seeds" -eq 0 ] || soak_seeds "$seeds"
	[ "$ilo" -eq 0 ] || soak_ilo "$ilo"
	[ "$fuzz" -eq 0 ] || soak_fuzz $((fuzz * 60))
}

# leave: also when it was interrupted in the middle of a life.
leave() {
	[ -z "$server" ] || server_cut 2>/dev/null
	lab_nvme_stop
	rm -rf "$work"
}

server=
cuts=0 hang=0 fuzz=0 seeds=0 ilo=0 hours=
seed=$(date +%s)
while [ $# -gt 0 ]; do
	case $1 in
	--summary)
		summary
		exit
		;;
	--cuts)
		cuts=$(number_of "$1" "${2:-}") || exit
		shift
		;;
	--hang)
		hang=$(number_of "$1" "${2:-}") || exit
		shift
		;;
	--fuzz)
		fuzz=$(number_of "$1" "${2:-}") || exit
		shift
		;;
	--seeds)
		seeds=$(number_of "$1" "${2:-}") || exit
		shift
		;;
	--ilo)
		ilo=$(number_of "$1" "${2:-}") || exit
		shift
		;;
	--seed)
		seed=$(number_of "$1" "${2:-}") || exit
		shift
		;;
	-h | --help)
		usage
		exit 0
		;;
	*) hours=$(number_of HOURS "$1") || exit ;;
	esac
	shift
done
[ "$cuts$hang$fuzz$seeds$ilo" != 00000 ] || cuts=10 hang=1 fuzz=2 seeds=100 ilo=10

commit=$(git rev-parse --short=8 HEAD 2>/dev/null || echo unknown)
[ -z "$(git status --porcelain 2>/dev/null)" ] || commit=$commit+
mkdir -p "$soak"
work=$(mktemp -d "$soak/work.XXXXXX")
trap leave EXIT
trap 'exit 130' INT TERM
failed=0
make -s lab BUILD="$lab_build" || exit 1
[ "$cuts$hang" = 00 ] || many_stick >"$work/stick.out" 2>&1 || {
	cat "$work/stick.out"
	exit 1
}
until=$(($(date +%s) + ${hours:-0} * 3600))
round
while [ "$(date +%s)" -lt "$until" ]; do
	round
done
exit $failed
