#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The main job, shown: the stick image boots under Secure Boot in an emulated server with two
# drives, finds the one with old firmware, updates it from a repository that was signed a minute
# ago, proves it, and powers off. Then the logs are read from the stick and the bytes that reached
# the drive are compared with those that were signed. Everything stays in build/demo/.
#
# The keys made here are for this demo only: no image but build/demo/stick.img trusts them.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
build=${DRYDOCK_BUILD:-$top/build}
# shellcheck source=tests/lab/lib.sh
. tests/lab/lib.sh
# shellcheck source=tests/lab/stick.sh
. tests/lab/stick.sh
demo=$build/demo

say() {
	printf '\n== %s\n' "$*"
}

die() {
	printf 'demo: %s\n' "$*" >&2
	exit 1
}

make_repository() {
	"$build/lab/mkfw" --model 'LAB NVME X100' --version 2.0 --size 3000000 --out "$demo/x100-2.0.fw"
	"$build/fwrepo" key new demo --dir "$demo/keys" --no-passphrase
	"$build/fwrepo" init "$demo/repo" --id demo
	"$build/fwrepo" add "$demo/x100-2.0.fw" --repo "$demo/repo" --id lab-x100-2.0 \
		--name 'LAB NVME X100 firmware' --vendor Lab --class drive --version 2.0 --scheme dotted \
		--target 'nvme-model:LAB NVME X100' --backend nvme --proof nvme.fr=2.0 \
		--activation device-reset --expected-seconds 20
	"$build/fwrepo" sign --repo "$demo/repo" --key demo --key-dir "$demo/keys"
	"$build/fwrepo" trust --key demo --key-dir "$demo/keys" --out "$demo/trust" \
		--min-evidence emulator
}

make_stick() {
	printf 'drydock.mode=auto\r\ndrydock.poweroff=yes\r\n' >"$demo/drydock.conf"
	"$build/fwrepo" media --base "$build/drydock.iso" --out "$demo/stick.img" --trust "$demo/trust" \
		--repo "$demo/repo" --conf "$demo/drydock.conf"
}

boot_server() {
	lab_nvme_start "$demo/drive-a" --model 'LAB NVME X100' --serial LABA0001 --version 1.0 \
		--faults download_delay_ms=500
	lab_nvme_start "$demo/drive-b" --model 'LAB NVME X100' --serial LABB0002 --version 2.0
	stick_boot uefi-secure "$demo/stick.img" "$demo" 420 \
		"$demo/drive-a/nvme.sock" "$demo/drive-b/nvme.sock" ||
		die "the server did not power off by itself; its serial line: $demo/serial.log"
}

show() {
	say 'What the server said'
	# As a terminal shows it: the last line is erased and written again below what is new.
	sed -n '/Drydock [0-9]/,$p' "$demo/serial.log" | tr -d '\r' |
		sed "s/.*$(printf '\033')\[K//" | head -n 60
	say 'The logs on the stick (build/demo/logs)'
	stick_logs "$demo/stick.img" "$demo/logs" || die "there are no logs on the stick"
	logs=$(find "$demo/logs" -mindepth 1 -maxdepth 1 -type d | head -n 1)
	find "$logs" -type f -printf '  %9s  %f\n' | sort -k 2
	say 'The report'
	cat "$logs/summary.txt"
}

# compare: three independent witnesses: the drive's own bytes, its own version, the exit status.
compare() {
	say 'Compared on this side'
	cmp "$demo/x100-2.0.fw" "$demo/drive-a/state/received.bin" ||
		die "the bytes that reached the drive are not the payload"
	echo "  the drive received exactly the signed payload: $(sha256sum <"$demo/x100-2.0.fw" | cut -c 1-64)"
	[ ! -s "$demo/drive-b/state/received.bin" ] || die "the drive that was current was written to"
	echo "  the drive that was current received nothing"
	grep -q '^exit=0' "$logs/result" || die "the run ended with $(cat "$logs/result")"
	echo "  exit status 0: changed and proven"
}

"$build/drydock" --version >/dev/null 2>&1 || die "build/drydock is missing: run ./build.sh demo"
rm -rf "$demo"
mkdir -p "$demo"
make -s lab BUILD="$build"
trap lab_nvme_stop EXIT
say 'A repository, signed with keys made for this demo only'
make_repository
say 'The stick: the released image, with these keys and this repository'
make_stick
say 'An emulated server boots from it (Secure Boot on; a minute or two without KVM)'
boot_server
show
compare
printf '\nThe report for people is %s/report.html\n' "${logs#"$top"/}"
