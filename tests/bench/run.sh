#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/bench/run.sh [size|memory|verify|guest|inventory|drives|makespan|journal|copy|import|plan]...: measures the figures of BENCHMARKS.md
# again and prints them as a Markdown table, also into build/bench.md. Figures for orientation, not
# tests: a target that is missed is marked and fails nothing. What could not be measured fails.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
LC_ALL=C
export LC_ALL
# shellcheck source=tests/lab/lib.sh
. tests/lab/lib.sh
# shellcheck source=tests/lab/stick.sh
. tests/lab/stick.sh
# shellcheck source=tests/lab/overlay.sh
. tests/lab/overlay.sh
# shellcheck source=tests/bench/lib.sh
. tests/bench/lib.sh
# shellcheck source=tests/bench/slow.sh
. tests/bench/slow.sh
# shellcheck source=tests/bench/import.sh
. tests/bench/import.sh
# shellcheck source=tests/bench/drives.sh
. tests/bench/drives.sh
build=$lab_build
ids=$build/sysroot/musl/share/pci.ids
work=$(mktemp -d "${TMPDIR:-/tmp}/drydock-bench-XXXXXX")
ram=
trap 'slow_end; lab_nvme_stop; rm -rf "$work" ${ram:+"$ram"}' EXIT
big=$((1 << 30))

# make_repository DIR BYTES: DIR/repo with one payload and DIR/trust; its SHA-256 is in DIR/sha256.
make_repository() {
	mkdir "$1"
	head -c "$2" /dev/zero | openssl enc -aes-128-ctr -nosalt -out "$1/payload" \
		-K 00000000000000000000000000000001 -iv 00000000000000000000000000000000
	sha256sum <"$1/payload" | cut -c 1-64 >"$1/sha256"
	"$build/fwrepo" key new bench --dir "$1/keys" --no-passphrase
	"$build/fwrepo" init "$1/repo" --id bench
	"$build/fwrepo" add "$1/payload" --repo "$1/repo" --id bench-2.0 --version 2.0 \
		--scheme dotted --target nvme-model:BENCH --backend nvme --class drive \
		--proof nvme.fr=2.0 --activation device-reset --expected-seconds 20
	"$build/fwrepo" sign --repo "$1/repo" --key bench --key-dir "$1/keys"
	"$build/fwrepo" trust --key bench --key-dir "$1/keys" --out "$1/trust" \
		--min-evidence emulator
	rm "$1/payload"
}

# big_repository: once; fails when there is no room for it on the disk, or in the page cache.
big_repository() {
	[ ! -d "$work/big" ] || return 0
	_disk=$(df -Pk "$work" | awk 'NR == 2 { print $4 }')
	_memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
	[ "$_disk" -ge $((5 * big / 2048)) ] || {
		missing 'a payload of 1 GiB' "2.5 GiB of disk are needed in ${work%/*} (TMPDIR=DIR chooses another place)"
		return 1
	}
	[ "$_memory" -ge $((3 * big / 2048)) ] || {
		missing 'a payload of 1 GiB' '1.5 GiB of free memory are needed, so that the file is in the page cache'
		return 1
	}
	say 'making a repository of 1 GiB'
	quietly make_repository "$work/big" "$big"
}

# unpacked: how long the archive from standard input is. Zeros may follow it, of which zstd complains.
unpacked() {
	zstd -dcq 2>/dev/null | wc -c
}

bench_size() {
	_initrd=$(stat -c %s "$build/initrd.zst")
	_archive=$(rootfs/mkmodules.sh)/modules.cpio.zst
	_modules=$(stat -c %s "$_archive")
	_system=$((_initrd - _modules))
	_iso=$(stat -c %s "$build/drydock.iso")
	_drydock=$(stat -c %s "$build/drydock")
	row "\`drydock.iso\`, without a repository" "$(mb "$_iso")" '' '' \
		"$(at_most "$_iso" 120000000 '120 MB')"
	row 'kernel' "$(mb "$(stat -c %s "$build/vmlinuz")")" '' '' ''
	row 'initramfs' "$(mb "$_initrd")" '' '' ''
	row '... system: BusyBox, init, drydock, pci.ids' "$(mb "$_system")" \
		"unpacked: $(mb "$(head -c "$_system" "$build/initrd.zst" | unpacked)")" '' ''
	row '... kernel modules' "$(mb "$_modules")" \
		"unpacked: $(mb "$(unpacked <"$_archive")")" '' ''
	row "\`drydock\`, static" "$(mb "$_drydock")" '' '' "$(at_most "$_drydock" 6000000 '6 MB')"
}

# peak_of COMMAND...: its peak in KiB; what it says is in $work/said.
peak_of() {
	"$build/bench/peak" "$work/peak" "$@" >"$work/said" 2>&1 || {
		cat "$work/said" >&2
		return 1
	}
	cat "$work/peak"
}

# peak_of_writing DIR: its payload goes to a drive that swallows it.
peak_of_writing() {
	mkdir "$1/logs"
	peak_of "$build/bench/bench_write" "$1/repo" "$1/trust" "$1/logs"
	grep -q "^received .* SHA-256 $(cat "$1/sha256")\$" "$work/said" ||
		die 'the drive received something else'
}

bench_memory() {
	big_repository || return 0
	quietly make -s bench BUILD="$build"
	quietly make_repository "$work/small" 1048576
	say 'writing it'
	_small=$(peak_of_writing "$work/small")
	_big=$(peak_of_writing "$work/big")
	_most=$(peak_of "$build/drydock" verify --threads 16 --repo "$work/big/repo" \
		--trust "$work/big/trust")
	row 'peak memory: 1 GiB verified and written' "$(mib "$_big")" \
		"$(mib "$_small") with 1 MiB" "$(ratio "$_big" "$_small")" \
		"$(at_most "$_big" 32768 '32 MiB')"
	row 'peak memory: 1 GiB verified as on 16 cores or more' "$(mib "$_most")" '' '' \
		"$(at_most "$_most" 32768 '32 MiB')"
}

ours_verify() {
	# shellcheck disable=SC2086
	$on "$build/drydock" verify --repo "$work/big/repo" --trust "$work/big/trust"
}

theirs_verify() {
	# shellcheck disable=SC2086
	$on openssl dgst -sha256 "$blob"
}

# bench_verify_on NAME TARGET
bench_verify_on() {
	say "verifying, $1"
	side_by_side verify 9 1
	row "verification of 1 GiB, $1" "$(seconds "$ours")" "openssl dgst: $(seconds "$theirs")" \
		"$(ratio "$theirs" "$ours")" "$(at_least "$theirs" "$ours" "$2")"
}

bench_verify() {
	big_repository || return 0
	_sum=$(cat "$work/big/sha256")
	blob=$work/big/repo/blobs/$(echo "$_sum" | cut -c 1-2)/$_sum
	on=
	bench_verify_on "all $(nproc) cores" 1.5
	on='taskset -c 0'
	bench_verify_on 'one core' 0.9
	bench_verify_many
}

# many_repository: 8 GB in 800 components, when there is room for it on the disk and in the page cache.
many_repository() {
	_disk=$(df -Pk "$work" | awk 'NR == 2 { print $4 }')
	_memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
	if [ "$_disk" -lt 10000000 ] || [ "$_memory" -lt 10000000 ]; then
		missing 'a repository of 8 GB' '10 GB of disk and of free memory are needed'
		return 1
	fi
	say 'making a repository of 8 GB in 800 components'
	quietly make_repository "$work/many" 10000000
	_number=1
	while [ "$_number" -lt 800 ]; do
		head -c 10000000 /dev/zero | openssl enc -aes-128-ctr -nosalt -out "$work/payload" \
			-K 00000000000000000000000000000001 -iv "$(printf '%032x' $((_number << 32)))"
		quietly "$build/fwrepo" add "$work/payload" --repo "$work/many/repo" --id "bench-$_number" --version 1.0 \
			--scheme dotted --target "nvme-model:BENCH $_number" --backend nvme --class drive \
			--proof nvme.fr=1.0
		_number=$((_number + 1))
	done
	rm "$work/payload"
	quietly "$build/fwrepo" sign --repo "$work/many/repo" --key bench --key-dir "$work/many/keys"
	find "$work/many/repo/blobs" -type f ! -name '*.chunks' >"$work/many/blobs"
}

ours_many() {
	"$build/drydock" verify --repo "$work/many/repo" --trust "$work/many/trust"
}

theirs_many() {
	xargs openssl dgst -sha256 <"$work/many/blobs"
}

bench_verify_many() {
	many_repository || return 0
	say 'verifying 8 GB'
	side_by_side many 3 1
	row "verification of 8 GB in 800 components, all $(nproc) cores" "$(seconds "$ours")" \
		"openssl dgst: $(seconds "$theirs")" "$(ratio "$theirs" "$ours")" "$(at_least "$theirs" "$ours" 1.5)"
	rm -rf "$work/many"
}

# up_at FILE EVENT: seconds since the kernel began
up_at() {
	sed -n "s/^.*\"up\":\([0-9.]*\),\"event\":\"$2\".*/\1/p" "$1" | head -n 1
}

# boot WAY DIR: one dry run; the log folder is $logs
boot() {
	mkdir "$2"
	cp --sparse=always "$work/stick.img" "$2/stick.img"
	lab_nvme_start "$2/drive" --model BENCH --serial BENCH1 --version 1.0
	stick_boot "$1" "$2/stick.img" "$2" 420 "$2/drive/nvme.sock" ||
		die "the server did not power off: $(tail -n 5 "$2/serial.log")"
	lab_nvme_stop "$2/drive"
	stick_logs "$2/stick.img" "$2/logs"
	logs=$(find "$2/logs" -mindepth 1 -maxdepth 1 -type d)
	grep -q '"steps": *\[' "$logs/plan.json" || die 'no plan was made'
}

bench_guest() {
	quietly make -s lab BUILD="$build"
	quietly make_repository "$work/stick" 3000000
	printf 'drydock.mode=dryrun\ndrydock.poweroff=yes\n' >"$work/drydock.conf"
	quietly "$build/fwrepo" media --base "$build/drydock.iso" --out "$work/stick.img" \
		--trust "$work/stick/trust" --repo "$work/stick/repo" --conf "$work/drydock.conf"
	for way in bios uefi-secure; do
		say "booting, $way"
		boot "$way" "$work/$way"
		_init=$(sed -n 's/^.*\[ *\([0-9.]*\)\] Run \/init .*/\1/p' "$logs/dmesg.txt")
		_begin=$(up_at "$logs/events.jsonl" RunBegin)
		_end=$(up_at "$logs/events.jsonl" RunEnd)
		row "kernel start to plan printed, $way" "$(tenths "$_end") s" \
			"init at $(tenths "$_init") s; inventory done at $(tenths "$_begin") s" '' ''
	done
}

ours_live() {
	"$build/drydock" inventory --pci-ids "$ids"
}

theirs_live() {
	lspci -i "$ids" -vmm
}

ours_dump() {
	"$build/drydock" inventory --pci-ids "$ids" --lspci "$work/dump"
}

theirs_dump() {
	lspci -i "$ids" -vmm -F "$work/dump"
}

# bench_inventory_of WHAT NAME
bench_inventory_of() {
	_functions=$("theirs_$1" | grep -c '^Slot:') || _functions=0
	side_by_side "$1" 9 10
	row "inventory of $2, $_functions PCI functions" "$(milliseconds "$ours")" \
		"lspci -vmm: $(milliseconds "$theirs")" "$(ratio "$theirs" "$ours")" ''
}

bench_inventory() {
	command -v lspci >/dev/null || {
		missing 'inventory' 'lspci is not there (package pciutils)'
		return 0
	}
	_largest=$(wc -l tests/data/pci/*.tsv | sort -n | tail -n 2 | sed -n '1s/^ *[0-9]* //p')
	tests/pci/tsv2dump.sh "$_largest" >"$work/dump"
	say 'inventories'
	bench_inventory_of live 'this machine'
	bench_inventory_of dump 'the largest dump'
}

# add_component REPO ID CLASS SECONDS: for the devices of bench_makespan.c whose model is "BENCH ID"
add_component() {
	head -c 1048576 /dev/urandom >"$work/payload"
	quietly "$build/fwrepo" add "$work/payload" --repo "$1" --id "$2-2.0" --version 2.0 \
		--scheme dotted --target "nvme-model:BENCH $2" --backend bench --class "$3" \
		--proof nvme.fr=2.0 --activation none --expected-seconds "$4"
}

server_repository() {
	mkdir "$1" "$1/logs"
	quietly "$build/fwrepo" key new bench --dir "$1/keys" --no-passphrase
	quietly "$build/fwrepo" init "$1/repo" --id bench
	add_component "$1/repo" BMC bmc 300
	add_component "$1/repo" BACKPLANE enclosure 600
	add_component "$1/repo" DRIVE drive 120
	add_component "$1/repo" NIC nic 360
	quietly "$build/fwrepo" sign --repo "$1/repo" --key bench --key-dir "$1/keys"
	quietly "$build/fwrepo" trust --key bench --key-dir "$1/keys" --out "$1/trust" \
		--min-evidence emulator
}

bench_makespan() {
	quietly make -s bench BUILD="$build"
	server_repository "$work/server"
	say 'updating a whole server, a hundred times as fast'
	quietly "$build/bench/bench_makespan" "$work/server/repo" "$work/server/trust" \
		"$work/server/logs" 100
	# makespan N one-by-one N predicted N bound N steps N at-once N
	# shellcheck disable=SC2046
	set -- $(tail -n 1 "$work/quietly")
	row "makespan of ${10} steps, time by 100" "$(seconds "$2")" "bound: $(seconds "$8")" \
		"$(calculate '%.3f' "$2 / $8")" "$(at_most $((100 * $2)) $((105 * $8)) '1.05')"
	row '... as it was predicted' "$(seconds "$2")" "predicted: $(seconds "$6")" \
		"$(calculate '%.3f' "$2 / $6")" ''
	row "... up to ${12} at once" "$(seconds "$2")" "one after another: $(seconds "$4")" \
		"$(ratio "$4" "$2")" ''
}

ours_journal() {
	"$build/bench/bench_journal" "$work/DRYDOCK.JNL" 30 | sed 's/^step \([0-9]*\) .*/\1/' >>"$work/steps"
}

# As many bytes to as many places as the records of a step: two copies of each.
theirs_journal() {
	dd if=/dev/zero of="$work/dsync" bs=4096 count=360 oflag=direct,dsync conv=notrunc
}

bench_journal() {
	quietly make -s bench BUILD="$build"
	say 'journals'
	: >"$work/steps"
	side_by_side journal 9 1
	_step=$(median <"$work/steps")
	row 'journal: all records of one step' "$(milliseconds "$_step")" \
		"dd with O_DIRECT and O_DSYNC: $(milliseconds $((theirs / 30)))" \
		"$(ratio $((theirs / 30)) "$_step")" \
		"$(at_most "$_step" 1200000 '1 % of 120 s')"
}

# The medium is asked, not the page cache.
forget_blob() {
	dd if="$blob" iflag=nocache count=0
}

ours_copy() {
	forget_blob
	"$build/bench/bench_copy" "$copied/repo" "$copied/trust" "$ram"
}

theirs_copy() {
	forget_blob
	dd if="$blob" of="$ram/copy" bs=1M
	rm "$ram/copy"
}

# bench_copy_of DIR ROUNDS TEXT: the payload of DIR/repo goes into RAM
bench_copy_of() {
	copied=$1
	_sum=$(cat "$1/sha256")
	blob=$1/repo/blobs/$(echo "$_sum" | cut -c 1-2)/$_sum
	say "copying into RAM, $3"
	side_by_side copy "$2" 1
	row "copy into RAM with verification, $3" "$(seconds "$ours")" "dd: $(seconds "$theirs")" \
		"$(ratio "$theirs" "$ours")" "$(at_least "$theirs" "$ours" 0.9)"
}

bench_copy() {
	big_repository || return 0
	quietly make -s bench BUILD="$build"
	_memory=$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')
	[ "$_memory" -ge $((2 * big / 1024)) ] || {
		missing 'copy into RAM' '2 GiB are needed in /dev/shm'
		return 0
	}
	ram=$(mktemp -d /dev/shm/drydock-bench-XXXXXX)
	bench_copy_of "$work/big" 9 '1 GiB from this disk'
	quietly make_repository "$work/some" 67108864
	if slow_begin "$work" 30000000 2>/dev/null; then
		bench_copy_of "$work/some" 3 '64 MiB at 30 MB/s'
	else
		missing 'copy into RAM from a slow medium' 'root and block I/O control groups are needed'
	fi
	slow_end
}

# index_repository DIR COUNT: DIR/repo with so many components, signed, and DIR/inventory.json.
index_repository() {
	mkdir "$1"
	"$build/bench/make_many" "$1" "$2"
	"$build/fwrepo" key new bench --dir "$1/keys" --no-passphrase
	"$build/fwrepo" sign --repo "$1/repo" --key bench --key-dir "$1/keys"
	"$build/fwrepo" trust --key bench --key-dir "$1/keys" --out "$1/trust" \
		--min-evidence hardware
}

ours_plan() {
	"$build/drydock" plan --repo "$many/repo" --trust "$many/trust" \
		--inventory "$many/inventory.json"
}

# The one step that every reader of a signed index needs.
theirs_plan() {
	openssl dgst -sha256 "$many/repo/index.json"
}

# bench_plan_of COUNT WORDS: sets $ours and $peak
bench_plan_of() {
	many=$work/many-$1
	quietly index_repository "$many" "$1"
	say "planning, $2 components"
	side_by_side plan 5 1
	peak=$(peak_of "$build/drydock" plan --repo "$many/repo" --trust "$many/trust" \
		--inventory "$many/inventory.json")
	if ! grep -q '^Plan: 50 steps' "$work/said" ||
		! grep -q " $(($1 - 130)) components are for other devices" "$work/said"; then
		die "that is another plan: $(head -n 1 "$work/said")"
	fi
	_index=$(mb "$(stat -c %s "$many/repo/index.json")")
	row "plan of $2 components for 350 devices" "$(seconds "$ours")" \
		"openssl dgst of its index, $_index: $(seconds "$theirs")" "$(ratio "$theirs" "$ours")" \
		"$(at_most "$ours" 1000000 "1 s")"
	rm -rf "$many"
}

bench_plan() {
	quietly make -s bench BUILD="$build"
	bench_plan_of 1000 1,000
	bench_plan_of 10000 10,000
	bench_plan_of 100000 100,000
	row '... peak memory of the last one' "$(mib "$peak")" '' '' "$(at_most "$peak" 262144 '256 MiB')"
}

figures='size memory verify guest inventory drives makespan journal copy import plan'
[ $# -eq 0 ] || figures=$*
table_begin
for figure in $figures; do
	case $figure in
	size | memory | verify | guest | inventory | drives | makespan | journal | copy | import | plan) "bench_$figure" ;;
	*) die "there is no figure \"$figure\"" ;;
	esac
done
table_end >"$build/bench.md"
cat "$build/bench.md"
[ ! -s "$work/missing" ]
