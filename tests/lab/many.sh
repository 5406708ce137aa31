# SPDX-License-Identifier: GPL-3.0-or-later
#
# A server with several drives of two models behind two switches. Source after server.sh; $fleet
# holds its drives, one a line: NAME MODEL [FAULTS [OPTION...]]. MODEL is the last word of the model,
# "LAB NVME X100"; NAME is the serial number, and drives whose names begin with the same letter hang
# from the same switch.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034,SC2119,SC2120

# many_stick: $work/stick.img with a component of version 2.0 for each of the two models, and their
# payloads $work/X100 and $work/Y200.
many_stick() {
	"$lab_build/fwrepo" key new lab --dir "$work/keys" --no-passphrase
	"$lab_build/fwrepo" init "$work/repo" --id lab
	for _model in X100 Y200; do
		many_component "$_model" 2.0 "$work/$_model" "$work/repo" 20
	done
	ln -s X100 "$work/fw" # for server.sh
	"$lab_build/fwrepo" sign --repo "$work/repo" --key lab --key-dir "$work/keys"
	"$lab_build/fwrepo" trust --key lab --key-dir "$work/keys" --out "$work/trust" \
		--min-evidence emulator
	"$lab_build/fwrepo" media --base "$lab_build/drydock.iso" --out "$work/stick.img" \
		--trust "$work/trust" --repo "$work/repo"
}

# many_component MODEL VERSION FILE REPO SECONDS
many_component() {
	"$lab_build/lab/mkfw" --model "LAB NVME $1" --version "$2" --size 1500000 --out "$3"
	"$lab_build/fwrepo" add "$3" --repo "$4" --id "lab-$1-$2" --version "$2" --scheme dotted \
		--target "nvme-model:LAB NVME $1" --backend nvme --class drive --proof "nvme.fr=$2" \
		--activation device-reset --expected-seconds "$5"
}

# many_names [MODEL]: the drives' names, all or those of a model
many_names() {
	printf '%s\n' "$fleet" | awk -v model="${1:-}" 'NF && (model == "" || $2 == model) { print $1 }'
}

many_model() {
	printf '%s\n' "$fleet" | awk -v name="$1" '$1 == name { print $2 }'
}

# many_drives: starts them all
many_drives() {
	while read -r _name _model _faults _options; do
		[ -n "$_name" ] || continue
		# shellcheck disable=SC2086
		lab_nvme_start "$dir/$_name" --model "LAB NVME $_model" --serial "$_name" \
			--version 1.0 --faults "${_faults:-ns_mb=16}" $_options ||
			fail "the drive $_name did not start"
	done <<FLEET
$fleet
FLEET
}

# many_qemu_args: a switch for each first letter, behind a root port of its own.
many_qemu_args() {
	lab_qemu_args
	many_names | sort | awk -v dir="$dir" '
		{ switch_of = substr($1, 1, 1) }
		switch_of != last {
			n++
			printf "-device pcie-root-port,id=root%s,chassis=%d,slot=%d\n", switch_of, n, n
			printf "-device x3130-upstream,id=up%s,bus=root%s\n", switch_of, switch_of
			last = switch_of
		}
		{
			port++
			printf "-device xio3130-downstream,id=port%s,bus=up%s,chassis=%d,slot=%d\n",
				$1, switch_of, 16 + port, 16 + port
			printf "-device {\"driver\":\"vfio-user-pci\",\"bus\":\"port%s\",\"rombar\":0,", $1
			printf "\"socket\":{\"type\":\"unix\",\"path\":\"%s/%s/nvme.sock\"}}\n", dir, $1
		}'
}

# many_start SECONDS WORDS [OPTION...]: the server with the fleet, beside what the caller does next;
# OPTIONs are QEMU's. Ends with server_ended or server_cut.
many_start() {
	_seconds=$1 _words=$2
	shift 2
	many_drives
	# shellcheck disable=SC2046
	server_boot "$_seconds" "$_words" $(many_qemu_args) "$@"
}

# many_serve SECONDS WORDS [OPTION...]: one boot to its end
many_serve() {
	many_start "$@"
	server_ended
}

# many_state NAME: the revision that a drive runs
many_state() {
	sed -n 's/^running //p' "$dir/$1/state/state" 2>/dev/null
}

# many_writes NAME: how many downloads it was sent
many_writes() {
	grep -c '^fw-download' "$dir/$1/state/commands.log" 2>/dev/null || true
}

# many_forget: the drives' logs begin anew, for the next boot
many_forget() {
	for _name in $(many_names); do
		rm -f "$dir/$_name/state/commands.log" "$dir/$_name/state/received.bin"
	done
}

# runs VERSION NAME...: and what was received, if anything was, is the payload
runs() {
	_version=$1
	shift
	for _name; do
		_got=$(many_state "$_name")
		[ "$_got" = "$_version" ] || fail "the drive $_name runs \"$_got\", not \"$_version\""
		[ "$_version" != 2.0 ] || [ ! -s "$dir/$_name/state/received.bin" ] ||
			cmp -s "$work/$(many_model "$_name")" "$dir/$_name/state/received.bin" ||
			fail "the drive $_name received other bytes than the payload"
	done
}

# untouched NAME...: no download since many_forget
untouched() {
	for _name; do
		[ "$(many_writes "$_name")" = 0 ] || fail "the drive $_name was written to"
	done
}

# written_once NAME...: one download that begins at 0, and one commit
written_once() {
	for _name; do
		_begun=$(grep -c '^fw-download .* cdw11=00000000 ' "$dir/$_name/state/commands.log")
		_commits=$(grep -c '^fw-commit' "$dir/$_name/state/commands.log")
		[ "$_begun-$_commits" = 1-1 ] ||
			fail "the drive $_name: $_begun downloads begun, $_commits commits, not 1 and 1"
	done
}

# window NAME: prints "FIRST LAST NAME": the host's clock, in ms, of its first download and its last
# download or commit
window() {
	sed -n 's/^fw-.* ms=//p' "$dir/$1/state/commands.log" |
		awk -v name="$1" 'NR == 1 { first = $1 } { last = $1 } END { if (NR) print first, last, name }'
}

# in_order NAME...: the first of them, whichever it is, alone and to its end; of the others at least
# two side by side. Sets $canary.
in_order() {
	for _name; do window "$_name"; done | sort -n >"$dir/windows"
	[ "$(wc -l <"$dir/windows")" = $# ] || fail "of $* only some were written to"
	canary=$(awk 'NR == 1 { print $3 }' "$dir/windows")
	_said=$(awk '
		NR == 1 { end = $2; next }
		$1 < end { print $3 " began before the first one had ended" }
		NR > 2 && $1 < last { together = 1 }
		{ last = $2 }
		END { if (!together) print "no two of the others were side by side" }' "$dir/windows")
	[ -z "$_said" ] || fail "$_said ($(tr '\n' ';' <"$dir/windows"))"
}

# side_by_side NAME NAME: were they written to at the same time?
side_by_side() {
	[ "$({ window "$1"; window "$2"; } | sort -n |
		awk 'NR == 2 && $1 < last { print "yes" } { last = $2 }')" = yes ] ||
		fail "$1 and $2 were not written to side by side"
}
