# SPDX-License-Identifier: GPL-3.0-or-later
#
# A repository for an iLO on the loopback interface, iLOs, and runs against them; what they have
# done. Source it with $work (an empty folder), $build, $ilos and $login.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034

drydock=$build/drydock
fwrepo=$build/fwrepo
lab_ilo=$build/lab/lab_ilo

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
	"$lab_ilo" --dir "$dir" --login "$login" --speed "${ILO_SPEED:-400}" "$@" >"$dir/out" 2>&1 &
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
