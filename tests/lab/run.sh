#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The emulated drive: unit tests of its parts, and the unmodified nvme.ko of the image's kernel
# against the whole of it in QEMU. Needs gcc; prints TAP.
# shellcheck disable=SC2317
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/lab/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/lab/ilo.sh
. "$here/ilo.sh"
out=$lab_build/lab/test
model='DRYDOCK LAB NVME'
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# unit NAME LIST: runs tests/lab/NAME.c, with the sources in this list of lab.mk, under the
# sanitizers; its tests are counted as ours.
unit() {
	_name=$1
	# shellcheck disable=SC2046
	if ! sanitized "$out/$_name" "tests/lab/$_name.c" $(sources "$2"); then
		not_ok "$_name: does not build"
		return
	fi
	"$out/$_name" >"$out/$_name.tap" || tap_failed=1
	while IFS= read -r _line; do
		case $_line in
		'ok '*) ok "$_name: ${_line#*- }" ;;
		'not ok '*) not_ok "$_name: ${_line#*- }" ;;
		'#'*) printf '%s\n' "$_line" ;;
		esac
	done <"$out/$_name.tap"
	check "$_name: ran to its end" grep -q '^1\.\.' "$out/$_name.tap"
}

# sanitized PROGRAM SOURCE...: sources are relative to the top.
sanitized() {
	_program=$1
	shift
	(cd "$top" && gcc -std=c17 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror \
		-fsanitize=address,undefined -fno-sanitize-recover=all \
		-Itests/lab -Itests/unit -o "$_program" "$@")
}

# sources NAME: a list of lab.mk.
# shellcheck disable=SC2016
sources() {
	printf '%s\n' '$(TESTS): ;' "print: ; @echo \$($1)" |
		make -s -f "$here/lab.mk" -f - TESTS=none print
}

# boot NAME STEPS [QEMU_OPTION...]: runs the guest against the drive in $out/drive; the console
# goes to $out/NAME.console.
boot() {
	_name=$1
	_steps=$2
	shift 2
	# shellcheck disable=SC2046
	timeout 300 "$qemu/bin/qemu-system-x86_64" -accel tcg -smp 1 -nodefaults -display none \
		-serial stdio -kernel "$out/vmlinuz" -initrd "$out/initrd" \
		-append "console=ttyS0 panic=1 quiet lab_steps=$_steps" \
		$(lab_qemu_args "$out/drive/nvme.sock") "$@" \
		</dev/null >"$out/$_name.console" 2>&1
}

# says NAME LINE...: the guest printed these lines, in this order, and no others.
says() {
	_console=$out/$1.console
	shift
	printf 'lab: %s\n' "$@" >"$out/expected"
	tr -d '\r' <"$_console" | grep -a '^lab: ' >"$out/printed" || true
	diff "$out/expected" "$out/printed"
}

drive_is() {
	printf 'model=%s serial=%s sysfs=%s identify=%s afi=%s slots=%s' \
		"$model" LAB7 "$@"
}

# state_is KEY VALUE
state_is() {
	grep -qx "$1 $2" "$out/drive/state/state" || {
		cat "$out/drive/state/state"
		return 1
	}
}

logged() {
	grep -e "$1" "$out/drive/state/commands.log"
}

received_is() {
	cmp "$1" "$out/drive/state/received.bin"
}

new_drive() {
	lab_nvme_stop
	rm -rf "$out/drive"
	lab_nvme_start "$out/drive" --model "$model" --serial LAB7 --version 1.0.0 "$@"
}

test_update() {
	new_drive
	check 'guest ends' boot update show,disk,download=65536,commit=2:1,show,reset,show,off
	check 'nvme.ko: identify, I/O, download, commit, activation by reset' says update \
		"$(drive_is 1.0.0 1.0.0 01 '1.0.0|-|-')" \
		'disk 16777216 bytes holds' \
		'download 311300 bytes status 0' \
		'commit status 0' \
		"$(drive_is 1.0.0 1.0.0 21 '1.0.0|2.0.0|-')" \
		'reset done' \
		"$(drive_is 2.0.0 2.0.0 02 '1.0.0|2.0.0|-')"
	check 'the drive received the image byte for byte' received_is "$out/firmware"
	if lab_nvme_ended "$out/drive"; then ended=0; else ended=$?; fi
	check 'the drive ends with QEMU, without a complaint' [ "$ended" -eq 0 ]
	lab_nvme_start "$out/drive" --serial LAB7 --version 1.0.0
	check 'guest ends' boot again show,off
	check 'the firmware is still there after a restart of both' says again \
		"$(drive_is 2.0.0 2.0.0 02 '1.0.0|2.0.0|-')"
}

test_conventional_reset() {
	new_drive --faults commit_status=0x10b
	check 'guest reboots and ends' boot reboot \
		until=2.0.0,download=65536,commit=2:1,reset,show,reboot
	check '10Bh: a controller reset does not activate, a warm reboot does' says reboot \
		'download 311300 bytes status 0' \
		'commit status 410b' \
		'reset done' \
		"$(drive_is 1.0.0 1.0.0 21 '1.0.0|2.0.0|-')" \
		"$(drive_is 2.0.0 2.0.0 02 '1.0.0|2.0.0|-')"
}

test_other_resets() {
	new_drive --faults commit_status=0x110
	check 'guest ends' boot resets \
		download=65536,commit=3:1,bus,show,subsystem,reset,show,disk,off
	check '110h: a function level reset does not activate, a subsystem reset does' says resets \
		'download 311300 bytes status 0' \
		'commit status 4110' \
		'bus reset done' \
		"$(drive_is 1.0.0 1.0.0 31 '1.0.0|-|2.0.0')" \
		'subsystem done' \
		'reset done' \
		"$(drive_is 2.0.0 2.0.0 03 '1.0.0|-|2.0.0')" \
		'disk 16777216 bytes holds'
}

test_vanishing() {
	new_drive --keep --faults gone_at_offset=100000
	check 'guest ends' boot gone download=65536,off
	check 'a drive that vanishes is an error after the time-out' says gone \
		"download 131072 bytes status fffffffc"
	check 'the log says when it went' logged 'fw-download .* -> gone'
	check 'guest ends' boot back download=65536,commit=2:3,show,off
	check '--keep: the next client finds it with power, and its old firmware' says back \
		'download 311300 bytes status 0' \
		'commit status 0' \
		"$(drive_is 1.0.0 2.0.0 02 '1.0.0|2.0.0|-')"
	check 'the state says so' state_is running 2.0.0
}

# iLO CURL_OPTION...: a request; the answer's body
ilo() {
	curl -sS --max-time 60 --cacert "$out/ilo/cert.pem" "$@" 2>>"$out/ilo.curl"
}

# push PERCENT: an upload that the iLO stops reading there
push() {
	ilo_ask "$out/ilo" knob cut-upload "$1"
	ilo -H 'Expect:' -F "file=@$out/firmware" "$ilo_url/cgi-bin/uploadFile"
}

ilo_state() {
	[ "$(ilo_ask "$out/ilo" state)" = "$1" ]
}

ilo_comes_back() {
	for _tenth in $(seq 100); do
		ilo_state 'up card=on' && return
		sleep 0.1
	done
	return 1
}

# The process around the model: its TLS, its connections, its commands.
test_ilo() {
	ilo_start "$out/ilo" --speed 30
	ilo_url=https://127.0.0.1:$(cat "$out/ilo/port")
	check 'lab_ilo: answers two requests of one connection, under its own certificate' ilo \
		"$ilo_url/redfish/v1" "$ilo_url/redfish/v1/"
	check_not 'lab_ilo: nobody else vouches for it' curl -sS "$ilo_url/redfish/v1"
	check 'lab_ilo: is up, and has its card' ilo_state 'up card=on'
	check_not 'lab_ilo: an upload is cut in the middle' push 40
	check 'lab_ilo: and the next connection is none the worse' ilo "$ilo_url/redfish/v1"
	check 'lab_ilo: commands reach the model' ilo_ask "$out/ilo" version 'System ROM'
	check_not 'lab_ilo: unknown ones are refused' ilo_ask "$out/ilo" version nothing
	check 'lab_ilo: takes a request without a login as the host channel does' ilo_ask "$out/ilo" \
		http POST /redfish/v1/Managers/1/Actions/Manager.Reset '{}'
	check_not 'lab_ilo: answers nobody while it restarts' ilo "$ilo_url/redfish/v1"
	check 'lab_ilo: comes back' ilo_comes_back
	check 'lab_ilo: and answers again' ilo "$ilo_url/redfish/v1"
	ilo_stop "$out/ilo"
	check 'lab_ilo: its log tells of it' grep -qx restart "$out/ilo/ilo.log"
}

# check_not NAME COMMAND...
check_not() {
	_name=$1
	shift
	if "$@" >/dev/null 2>&1; then not_ok "$_name"; else ok "$_name"; fi
}

test_mkfw() {
	"$lab_build/lab/mkfw" --model "$model" --version 2.0.0 --size 311300 --out "$out/firmware"
	"$lab_build/lab/mkfw" --model "$model" --version 2.0.0 --size 311300 --out "$out/same"
	"$lab_build/lab/mkfw" --model "$model" --version 2.0.1 --size 311300 --out "$out/other"
	check 'mkfw: the same arguments give the same image' cmp "$out/firmware" "$out/same"
	check 'mkfw: another version differs in the payload' differ "$out/firmware" "$out/other"
}

differ() {
	[ "$(cmp -l "$1" "$2" | wc -l)" -gt 300000 ]
}

mkdir -p "$out"
trap 'lab_nvme_stop; ilo_stop "$out/ilo"' EXIT
make -s -C "$top" lab BUILD="$lab_build" >&2
unit test_model LAB_NVME_MODEL_SRCS
unit test_vfio LAB_VFIO_SRCS
unit test_pci LAB_PCI_SRCS
unit test_hpilo LAB_HPILO_SRCS
unit test_fwsim LAB_FWSIM_MODEL_SRCS
test_mkfw
if command -v curl >/dev/null; then test_ilo; else skip 'the iLO over HTTPS' 'there is no curl here'; fi
if qemu=$("$top/rootfs/tool.sh" qemu) && lab_kernel "$out" nvme; then
	LAB_NVME=$out/lab_nvme
	# shellcheck disable=SC2046
	sanitized "$LAB_NVME" $(sources LAB_NVME_SRCS)
	lab_guest "$out" "$out/firmware"
	test_update
	test_conventional_reset
	test_other_resets
	test_vanishing
else
	skip 'nvme.ko against the emulated drive' 'QEMU or the kernel is not to be had'
fi
tap_end
