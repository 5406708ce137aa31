# SPDX-License-Identifier: GPL-3.0-or-later
#
# A server with one emulated drive and the stick: how it is started and cut off, and what is looked
# at afterwards, which lies outside the server: the drive's state, the stick's partitions. Source
# after stick.sh. $work is the folder of all, $dir that of one server, $wrong collects what is not
# as it should be.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
MTOOLS_SKIP_CHECK=1
export MTOOLS_SKIP_CHECK

fail() {
	wrong="$wrong
$*"
}

# server_stick: makes $work/stick.img, with a repository signed by a key made now, and the payload
# $work/fw for the drive that drive_start starts.
server_stick() {
	"$lab_build/lab/mkfw" --model 'LAB NVME X100' --version 2.0 --size 1500000 --out "$work/fw"
	"$lab_build/fwrepo" key new lab --dir "$work/keys" --no-passphrase
	"$lab_build/fwrepo" init "$work/repo" --id lab
	"$lab_build/fwrepo" add "$work/fw" --repo "$work/repo" --id lab-2.0 --version 2.0 \
		--scheme dotted --target 'nvme-model:LAB NVME X100' --backend nvme --class drive \
		--proof nvme.fr=2.0 --activation device-reset --expected-seconds 20
	"$lab_build/fwrepo" sign --repo "$work/repo" --key lab --key-dir "$work/keys"
	"$lab_build/fwrepo" trust --key lab --key-dir "$work/keys" --out "$work/trust" \
		--min-evidence emulator
	"$lab_build/fwrepo" media --base "$lab_build/drydock.iso" --out "$work/stick.img" \
		--trust "$work/trust" --repo "$work/repo"
}

# begin NAME: a fresh copy of the stick in a folder of its own
begin() {
	dir=$work/$1
	wrong=
	mkdir "$dir"
	cp --sparse=always "$work/stick.img" "$dir/stick.img"
	fat=$dir/stick.img@@$(stick_partition "$dir/stick.img" 3)
}

drive_start() {
	lab_nvme_start "$dir/drive" --model 'LAB NVME X100' --serial LAB1 --version 1.0 \
		${1:+--faults "$1"} || fail "the drive did not start"
}

# serve FAULTS [SECONDS [WORDS]]: one boot with the drive; the newest logs go to $logs
serve() {
	drive_start "$1"
	stick_start "$dir/stick.img" "$dir" "${2:-150}" \
		"drydock.mode=auto drydock.poweroff=yes ${3:-}" "$dir/drive/nvme.sock"
	status=$?
	lab_nvme_stop "$dir/drive"
	read_logs
}

# server_start FAULTS SECONDS: the same beside what the caller does next; ends with one of the two
# below, or after SECONDS by itself. Returns when the server is on.
server_start() {
	drive_start "$1"
	# shellcheck disable=SC2046
	server_boot "$2" 'drydock.mode=auto drydock.poweroff=yes' $(lab_qemu_args "$dir/drive/nvme.sock")
}

# server_boot SECONDS WORDS OPTION...: the same with other words and a machine of QEMU's OPTIONs.
server_boot() {
	rm -f "$dir/serial.log" "$dir/qemu.pid"
	stick_direct "$dir/stick.img" "$dir" "$@" &
	server=$!
	server_is_on
}

# server_is_on: waits until QEMU has begun.
server_is_on() {
	_tenths=300
	until [ -s "$dir/qemu.pid" ] || [ "$_tenths" -eq 0 ]; do
		_tenths=$((_tenths - 1))
		sleep 0.1
	done
	[ "$_tenths" -gt 0 ] || fail "the server did not start: $(tail -n 1 "$dir/qemu.out")"
}

# server_pull: takes the drive out of its slot: the root port reports that the link is down
# unexpectedly (PCIe 5.0 §6.2.7, "Surprise Down"). The drive has to have one of the gone_ faults,
# so that nobody answers any more. (QEMU 11.1 itself dies of removing a vfio-user device.)
server_pull() {
	stick_monitor "$dir" 'pcie_aer_inject_error port1 SDN'
}

# server_ended: waits for it.
server_ended() {
	wait "$server"
	status=$?
	server=
	lab_nvme_stop
	read_logs
}

# server_cut: pulls the plug. $was_on: it had not ended before.
server_cut() {
	was_on=yes
	kill -KILL "$(cat "$dir/qemu.pid" 2>/dev/null)" 2>/dev/null || was_on=no
	server_ended
}

# await TEXT [SECONDS]: until it is on the serial line; fails when that takes too long, or when the
# server ends before.
await() {
	_tenths=$((${2:-90} * 10))
	until grep -qF -e "$1" "$dir/serial.log" 2>/dev/null; do
		_tenths=$((_tenths - 1))
		# QEMU removes the file when it ends by itself.
		if [ ! -e "$dir/qemu.pid" ] && ! grep -qF -e "$1" "$dir/serial.log" 2>/dev/null; then
			fail "the server ended and had not said: $1"
			return
		fi
		if [ "$_tenths" -le 0 ]; then
			fail "was not said within ${2:-90} s: $1"
			return
		fi
		sleep 0.1
	done
}

read_logs() {
	rm -rf "$dir/logs"
	stick_logs "$dir/stick.img" "$dir/logs" 2>/dev/null
	# shellcheck disable=SC2012
	logs=$(ls -d "$dir/logs"/*/ 2>/dev/null | tail -n 1)
}

# said TEXT: on the serial line
said() {
	tr -d '\r' <"$dir/serial.log" | grep -qF -e "$1" || fail "was not said: $1"
}

# logged FILE TEXT: in a file of the newest log folder
logged() {
	grep -qF -e "$2" "$logs/$1" 2>/dev/null || fail "$1 does not say: $2"
}

# ended STATUS: of the run, in its log folder
ended() {
	logged result "exit=$1"
}

powered_off() {
	[ "$status" -eq 0 ] || fail "the server did not power off by itself (status $status)"
}

# drive_has running|received: prints the revision; or payload, other bytes, nothing
drive_has() {
	case $1 in
	running) sed -n 's/^running //p' "$dir/drive/state/state" 2>/dev/null ;;
	received) if cmp -s "$dir/drive/state/received.bin" "$work/fw"; then echo payload; elif
		[ -s "$dir/drive/state/received.bin" ]; then echo other; else echo nothing; fi ;;
	esac
}

# drive running|received WANTED
drive() {
	_got=$(drive_has "$1")
	[ "$_got" = "$2" ] || fail "the drive: $1 is \"$_got\", not \"$2\""
}
