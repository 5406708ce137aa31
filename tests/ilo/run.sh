#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An iLO of another machine, by HTTPS over the loopback interface: `--ilo`, without touching its
# host. What is looked at is on the iLO's side: what it received, what it runs, what it was asked.
# The server with an iLO of its own is in tests/devices/cases/ilo.sh.
#
#     tests/ilo/run.sh [KNOB...]             only these rows of faults.tsv
#     tests/ilo/run.sh --seeds FIRST LAST    only rounds of cuts.sh
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
LC_ALL=C
export LC_ALL
build=${DRYDOCK_BUILD:-$top/build}
work=$(mktemp -d)
login='admin:lab-secret-1'
ilos=
# shellcheck disable=SC2086
trap '[ -z "$ilos" ] || kill $ilos 2>/dev/null; [ -n "${DRYDOCK_KEEP:-}" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=tests/ilo/lib.sh
. tests/ilo/lib.sh
# shellcheck source=tests/ilo/cuts.sh
. tests/ilo/cuts.sh

inventory() {
	ilo "$work/inventory" --generation "$1" || return 1
	"$drydock" inventory --ilo "$url" --ilo-login "$work/login" --json >"$work/inventory.json" ||
		return 1
	cat "$work/inventory.json"
	grep -q '"U30 v2.34 (04/08/2020)"' "$work/inventory.json" &&
		grep -q "LABILO0001" "$work/inventory.json" &&
		! grep -q '"pci:' "$work/inventory.json"
}

# Three ways in one run; then the host restarts, and the next call goes on and proves what waited.
whole() {
	ilo "$work/whole-$1" --generation "$1" || return 1
	_chosen='--only ilo5-3.08 --only u30-2.90 --only cpld-2b'
	# shellcheck disable=SC2086
	apply 1 $_chosen && runs iLO '3.08 Jul 31 2024' &&
		received iLO ilo.bin && received 'System ROM' rom.flash && no_password &&
		step ilo5-3.08 verified,,3.08 && step cpld-2b needs-reboot,,0x2A || return 1
	ask host-reset >/dev/null
	runs 'System ROM' 'U30 v2.90 (01/01/2024)' && runs CPLD 0x2B && received CPLD cpld.vme || return 1
	# shellcheck disable=SC2086
	apply 0 $_chosen && step u30-2.90 'verified,,U30 v2.90 (01/01/2024)' &&
		step cpld-2b verified,,0x2B && no_password && ask log | tail -n 12 | grep -q 'removed drydock-'
}

# What is larger than 32 MiB goes in sections, strictly one after another.
sections() {
	ilo "$work/sections" --generation 5 || return 1
	apply 1 --only u30-2.92 && received 'System ROM' big.flash || return 1
	[ "$(ask log | grep -c '^section [012] signed: signature [123]$')" = 3 ] || {
		ask log
		return 1
	}
}

# It says that it is done, and nothing has changed. What runs at once is read back and fails. What
# waits for a restart of the host is called no success after it: whether there was one is not known
# here, so the next that would help is asked for.
silent() {
	ilo "$work/silent" --generation 5 --knob silent=1 || return 1
	apply 8 --only power-1.0.9 && step power-1.0.9 failed,PROOF,1.0.7 || return 1
	rm -rf "$dir/log" "$dir/journal"
	apply 1 --only u30-2.90 && ask host-reset >/dev/null && apply 1 --only u30-2.90 &&
		step u30-2.90 'needs-power-cycle,,U30 v2.34 (04/08/2020)'
}

# fault NUMBER KNOB EXIT TEXT OPTION...: one update of the system ROM with one thing that goes wrong.
fault() {
	_number=$1 _knob=$2 _exit=$3 _text=$4
	shift 4
	ilo "$work/fault-$_number" --generation 5 --knob "$_knob" || return 1
	apply "$_exit" --only u30-2.90 "$@" && reported "$_text" && no_password || return 1
	# It has the very payload, or nothing of it.
	if [ "$_exit" = 1 ]; then
		received 'System ROM' rom.flash
	else
		[ "$(ask flashed 'System ROM')" = none ]
	fi
}

# rows COMMAND...: each row of the table that is wanted; they mostly wait, so all at once.
rows() {
	_row=0
	while IFS=$tab read -r name knob exit text options; do
		case $name in '' | '#'*) continue ;; esac
		case " $wanted " in
		"  " | *" ${knob%%=*} "*) ;;
		*) continue ;;
		esac
		_row=$((_row + 1))
		"$@"
	done <tests/ilo/faults.tsv
}

# beside FILE COMMAND...: begins a check that mostly waits, with an iLO of its own.
beside() {
	_beside=$1
	shift
	(
		trap - EXIT
		_began=$(date +%s)
		_code=0
		"$@" || _code=$?
		kill "$ilo_pid" 2>/dev/null
		echo "# $(($(date +%s) - _began)) s"
		exit "$_code"
	) >"$work/$_beside.said" 2>&1 &
	echo $! >"$work/$_beside.pid"
}

# ended FILE NAME
ended() {
	_code=0
	wait "$(cat "$work/$1.pid")" || _code=1
	check "$2" told "$1" "$_code"
}

told() {
	cat "$work/$1.said"
	return "$2"
}

begin_row() {
	# shellcheck disable=SC2086
	beside "row-$_row" fault "$_row" "$knob" "$exit" "$text" $options
}

end_row() {
	ended "row-$_row" "$name"
}

# One for each way of being written; more of them in the soak.
cut_seeds='1 201 102 302'
tab=$(printf '\t')
prepare >"$work/prepare" 2>&1 || {
	cat "$work/prepare"
	echo "Bail out! no repository"
	exit 1
}
if [ "${1:-}" = --seeds ]; then
	cut_rounds "$2" "$3"
	tap_end
fi
wanted=$*
if [ $# -eq 0 ]; then
	for generation in 5 6 7; do
		beside "whole-$generation.run" whole "$generation"
	done
	beside silent.run silent
	beside sections.run sections
	for seed in $cut_seeds; do
		beside "cut-$seed.run" cut_round "$seed"
	done
fi
rows begin_row
if [ $# -eq 0 ]; then
	check 'inventory of an iLO 5 on the network: nothing of this machine' inventory 5
	check 'inventory of an iLO 4' inventory 4
fi
rows end_row
if [ $# -eq 0 ]; then
	for generation in 5 6 7; do
		ended "whole-$generation.run" \
			"iLO $generation: itself, the system ROM, a CPLD; proven after the restart"
	done
	ended sections.run 'an image of 66 MiB in three sections, each with its signature'
	for seed in $cut_seeds; do
		ended "cut-$seed.run" "killed at moments of seed $seed: what was open is asked for, nothing is left"
	done
	ended silent.run 'says done and is not: read back, or told when the host has restarted'
fi
tap_end
