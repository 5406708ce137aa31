#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An iLO of another machine, by HTTPS over the loopback interface: `--ilo`, without touching its
# host. What is looked at is on the iLO's side: what it received, what it runs, what it was asked.
# The server with an iLO of its own is in tests/devices/cases/ilo.sh.
#
#     tests/ilo/run.sh [NAME...]    only these rows of faults.tsv
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
LC_ALL=C
export LC_ALL
build=${DRYDOCK_BUILD:-$top/build}
drydock=$build/drydock
fwrepo=$build/fwrepo
lab_ilo=$build/lab/lab_ilo
work=$(mktemp -d)
login='admin:lab-secret-1'
ilos=
# shellcheck disable=SC2086
trap '[ -z "$ilos" ] || kill $ilos 2>/dev/null; [ -n "${DRYDOCK_KEEP:-}" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
# shellcheck source=tests/tap.sh
. tests/tap.sh

# An image as the model takes it: LABFW <name>|<version>, then anything.
image() {
	{
		printf 'LABFW %s|%s\n' "$2" "$3"
		head -c "${4:-300000}" /dev/zero | tr '\0' 'x'
	} >"$work/$1"
}

# add FILE ID VERSION TARGET SCHEME PROOF OPTION...
add() {
	_file=$1 _id=$2 _version=$3 _target=$4 _scheme=$5 _proof=$6
	shift 6
	"$fwrepo" add "$work/$_file" --repo "$work/repo" --id "$_id" --version "$_version" \
		--scheme "$_scheme" --target "$_target" --backend ilo-redfish \
		--proof "$_proof=$_version" --expected-seconds 60 "$@" >/dev/null
}

prepare() {
	printf 'user=%s\npassword=%s\n' "${login%%:*}" "${login#*:}" >"$work/login"
	chmod 600 "$work/login"
	image ilo.bin iLO '3.08 Jul 31 2024'
	image rom.flash 'System ROM' 'U30 v2.90 (01/01/2024)'
	image cpld.vme 'System Programmable Logic Device' '0x2B'
	image power.hex 'Power Management Controller Firmware' 1.0.9
	# Two sections of 32 MiB and what is left, each with the signature of its own.
	image big.flash 'System ROM' 'U30 v2.92 (05/05/2024)' 69000000
	for part in 1 2 3; do echo "signature $part" >"$work/big_part$part.compsig"; done
	"$fwrepo" key new lab --dir "$work/keys" --no-passphrase &&
		"$fwrepo" init "$work/repo" --id lab &&
		add ilo.bin ilo5-3.08 3.08 hpe-target:4764a662-b342-4fc7-9ce9-258c5d99e815 dotted \
			bmc.version --class bmc &&
		add rom.flash u30-2.90 'U30 v2.90 (01/01/2024)' \
			hpe-target:00000000-0000-0000-0000-000001553330 hpe-rom redfish.version \
			--class system-rom --activation reboot &&
		add cpld.vme cpld-2b 0x2B hpe-target:a6fc96b3-8f4d-4b8b-9c11-2f4f1d1d0101 alphanum \
			redfish.version --class firmware --activation reboot --flag ilo-uefi &&
		add power.hex power-1.0.9 1.0.9 hpe-target:2e6c4f9c-3c4f-4d2c-8a5e-6d3b70a40202 dotted \
			redfish.version --class other &&
		add big.flash u30-2.92 'U30 v2.92 (05/05/2024)' \
			hpe-target:00000000-0000-0000-0000-000001553330 hpe-rom redfish.version \
			--class system-rom --activation reboot \
			--attach "compsig=$work/big_part1.compsig" \
			--attach "compsig=$work/big_part2.compsig" \
			--attach "compsig=$work/big_part3.compsig" &&
		"$fwrepo" sign --repo "$work/repo" --key lab --key-dir "$work/keys" &&
		"$fwrepo" trust --key lab --key-dir "$work/keys" --out "$work/trust" \
			--min-evidence emulator
}

# ilo DIR OPTION...: starts one; $url is its address.
ilo() {
	dir=$1
	shift
	mkdir -p "$dir"
	"$lab_ilo" --dir "$dir" --login "$login" --speed 400 "$@" >"$dir/out" 2>&1 &
	ilo_pid=$!
	ilos="$ilos $ilo_pid"
	_tenths=0
	until [ -s "$dir/port" ] && [ -S "$dir/control" ]; do
		_tenths=$((_tenths + 1))
		[ "$_tenths" -le 100 ] || return 1
		sleep 0.1
	done
	url=https://127.0.0.1:$(cat "$dir/port")
}

ask() {
	"$lab_ilo" --control "$dir/control" "$@"
}

# apply EXPECTED OPTION...: a run, its exit status, its log folder $dir/log.
apply() {
	_expected=$1
	shift
	_status=0
	mkdir -p "$dir/log"
	timeout 300 "$drydock" apply --repo "$work/repo" --trust "$work/trust" --ilo "$url" \
		--ilo-login "$work/login" --log-dir "$dir/log" --journal "$dir/journal" --yes "$@" \
		>"$dir/said" 2>&1 || _status=$?
	[ "$_status" = "$_expected" ] || {
		cat "$dir/said"
		ask log
		echo "ended with $_status, not $_expected"
		return 1
	}
}

reported() {
	grep -qF -e "$1" "$dir/log/report.json" || {
		echo "the report does not say: $1"
		cat "$dir/said"
		return 1
	}
}

# step COMPONENT WANTED: state, reason and what was read back, as the report has them.
step() {
	_got=$(perl -MJSON::PP -0777 -e '
		my ($id, $text) = (shift, <STDIN>);
		for (@{decode_json($text)->{steps}}, @{decode_json($text)->{settled}}) {
			$last = "$_->{state}," . ($_->{reason} // "") . ",$_->{found}"
				if $_->{component} eq $id;
		}
		print $last;' "$1" <"$dir/log/report.json")
	[ "$_got" = "$2" ] || {
		echo "$1: $_got, not $2"
		cat "$dir/said"
		return 1
	}
}

runs() {
	[ "$(ask version "$1")" = "$2" ] || {
		echo "$1 runs $(ask version "$1")"
		return 1
	}
}

received() {
	[ "$(ask flashed "$1")" = "$(sha256sum <"$work/$2" | cut -d ' ' -f 1)" ]
}

no_password() {
	! grep -rlF -e "${login#*:}" "$dir/log" "$dir/said" "$dir/journal"
}

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

wanted=$*
tab=$(printf '\t')
prepare >"$work/prepare" 2>&1 || {
	cat "$work/prepare"
	echo "Bail out! no repository"
	exit 1
}
if [ $# -eq 0 ]; then
	for generation in 5 6 7; do
		beside "whole-$generation.run" whole "$generation"
	done
	beside silent.run silent
	beside sections.run sections
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
	ended silent.run 'says done and is not: read back, or told when the host has restarted'
fi
tap_end
