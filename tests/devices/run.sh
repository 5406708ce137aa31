#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Each class of devices behind its real kernel driver: the image as it ships in an emulated server,
# with more modules where the kernel has the emulation (tests/lab/overlay.sh). What is looked at lies
# outside the server wherever that can be: what a model received, what it runs, the logs on the stick.
#
#     tests/devices/run.sh [CASE...]
#
# One file a class in cases/, sourced in the order of their names. It calls `server NAME FUNCTION`
# for each server that it starts; the function begins with nothing but $dir, an empty folder, and in
# it a copy of $work/stick.img when that is there ($fat: its FAT partition, for mtools). What is not
# as it should be is told by `fail TEXT`. They find: $work (of the file, empty at first), $lab_build,
# $fwrepo, $drydock, repo_new, repo_add, stick_of, and the functions of tests/lab/*.sh; a usual one is
#
#     repo_new; repo_add FILE --id ...; stick_of "$work/stick.img"
#     lab_kernel "$work/more" scsi_debug; overlay_make "$work/more.cpio" "$work/more"
#     LAB_OVERLAY=$work/more.cpio
#     one() {
#             server_boot "$patience" 'drydock.mode=auto drydock.poweroff=yes' $(lab_qemu_args) OPTION...
#             server_ended; powered_off; ended 0; said TEXT; logged report.json TEXT
#     }
#     server 'what it shows' one
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
# shellcheck source=tests/lab/lib.sh
. tests/lab/lib.sh
# shellcheck source=tests/lab/stick.sh
. tests/lab/stick.sh
# shellcheck source=tests/lab/server.sh
. tests/lab/server.sh
# shellcheck source=tests/lab/many.sh
. tests/lab/many.sh
# shellcheck source=tests/lab/overlay.sh
. tests/lab/overlay.sh
# shellcheck disable=SC2034
drydock=$lab_build/drydock
fwrepo=$lab_build/fwrepo
root=$(mktemp -d)
# What a failure left stays when DRYDOCK_KEEP says so.
trap 'lab_nvme_stop; [ -n "${DRYDOCK_KEEP:-}" ] || rm -rf "$root"' EXIT
trap 'exit 130' INT TERM
# shellcheck source=tests/tap.sh
. tests/tap.sh
# Seconds that a server may take: many times what it needs, for busy hosts.
# shellcheck disable=SC2034
patience=${DRYDOCK_PATIENCE:-300}

# repo_new: $work/repo, empty, and the key that its media will trust, made now.
repo_new() {
	"$fwrepo" key new lab --dir "$work/keys" --no-passphrase &&
		"$fwrepo" init "$work/repo" --id lab
} >/dev/null 2>&1

# repo_add FILE OPTION...: a component, as `fwrepo add` takes it.
repo_add() {
	"$fwrepo" add "$@" --repo "$work/repo" >/dev/null
}

# stick_of IMAGE [BASE]: signs the repository and makes a stick with it, of the build's image or of
# another one (overlay_iso).
stick_of() {
	"$fwrepo" sign --repo "$work/repo" --key lab --key-dir "$work/keys" &&
		"$fwrepo" trust --key lab --key-dir "$work/keys" --out "$work/trust" \
			--min-evidence emulator &&
		"$fwrepo" media --base "${2:-$lab_build/drydock.iso}" --out "$1" --trust "$work/trust" \
			--repo "$work/repo"
} >/dev/null 2>&1

# server NAME FUNCTION: one server in a folder of its own; one TAP line, with the end of the serial
# line and of the messages when something was not as it should be.
server() {
	dir=$(mktemp -d "$work/server.XXXXXX")
	wrong=
	if [ -f "$work/stick.img" ]; then
		cp --sparse=always "$work/stick.img" "$dir/stick.img"
		# shellcheck disable=SC2034
		fat=$dir/stick.img@@$(stick_partition "$dir/stick.img" 3)
	fi
	"$2" >"$dir/messages" 2>&1 || fail "$2 ended with status $?"
	if [ -z "$wrong" ]; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 25 "$dir/serial.log" 2>/dev/null | tr -d '\r' | sed 's/^/  | /'
			tail -n 8 "$dir/messages" | sed 's/^/  > /'
			printf '%s\n' "$wrong" | sed '/^$/d')"
	fi
	lab_nvme_stop
}

for case in tests/devices/cases/*.sh; do
	[ -f "$case" ] || continue
	name=$(basename "$case" .sh)
	case " $* " in
	"  " | *" $name "*) ;;
	*) continue ;;
	esac
	work=$root/$name
	mkdir "$work"
	began=$(date +%s)
	LAB_OVERLAY=
	# shellcheck source=/dev/null
	. "$case"
	echo "# $name: $(($(date +%s) - began)) s"
	[ -n "${DRYDOCK_KEEP:-}" ] || rm -rf "$work"
done
tap_end
