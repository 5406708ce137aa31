#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The image itself, in an emulated server: every boot way to the end of an inventory, and what init
# does when something is missing. Two machines at a time (DRYDOCK_JOBS). Screens of the firmware
# boots go to build/screens for people to look at. Arguments choose cases by name.
set -eu
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH MTOOLS_SKIP_CHECK=1
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
iso=$build/drydock.iso
# Seconds that a machine may take: many times what it needs, for busy hosts.
patience=${DRYDOCK_PATIENCE:-400}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/boot/vm.sh
. "$top/tests/boot/vm.sh"

# check NAME COMMAND...: one result line. In a condition the shell does not stop at an error: the
# commands of what is checked are tied together by &&.
check() {
	_name=$1
	shift
	if "$@" >"$dir/said" 2>&1; then
		printf 'ok - %s: %s\n' "$case" "$_name"
	else
		printf 'not ok - %s: %s\n' "$case" "$_name"
		sed 's/^/# /' "$dir/said"
		[ ! -f "$dir/serial.txt" ] || grep -a '^\[' "$dir/serial.txt" | tail -n 30 | tr -cd '\11\12\40-\176' | sed 's/^/# serial: /'
	fi
}

# has FILE TEXT...: each of them.
has() {
	_file=$1
	shift
	for _text; do
		grep -qaF -e "$_text" "$_file" || {
			echo "${_file##*/} does not hold: $_text"
			return 1
		}
	done
}

has_not() {
	! grep -aF -e "$2" "$1"
}

same() {
	[ "$1" = "$2" ] || {
		echo "expected $2, found $1"
		return 1
	}
}

# stick OUT SETTINGS [OPTION...]
stick() {
	printf '%b' "$2" >"$dir/conf"
	_out=$1
	shift 2
	"$build/fwrepo" media --base "$iso" --out "$_out" --conf "$dir/conf" "$@" >/dev/null
}

# fat_medium OUT SETTINGS: a plain FAT stick as an administrator would make it.
fat_medium() {
	truncate -s 40M "$1"
	mkfs.vfat -n DRYDOCK "$1" >/dev/null
	printf '%b' "$2" >"$dir/conf"
	mcopy -i "$1" "$dir/conf" ::drydock.conf
}

# functions_of DMESG: how many PCI functions the kernel found.
functions_of() {
	grep -cE 'pci [0-9a-f]{4}:[0-9a-f:.]+: \[[0-9a-f]{4}:[0-9a-f]{4}\] type' "$1"
}

# logs_complete FOLDER
logs_complete() {
	has "$1/result" "exit=0" "mode=inventory" &&
		has "$1/boot.log" "Drydock starts, build $(cat "$build/build-id")" \
			"The boot medium is" "Mode inventory" "Result: exit 0" &&
		has "$1/dmesg.txt" "Linux version" "Command line:" &&
		has "$1/inventory.json" '"Members"'
}

# all_functions FOLDER: the inventory has those that the kernel has.
all_functions() {
	same "$(grep -cE '"Id" *: *"pci:' "$1/inventory.json")" "$(functions_of "$1/dmesg.txt")"
}

# secure_boot FOLDER: on, as the kernel and as the firmware's variable say.
secure_boot() {
	has "$1/dmesg.txt" "Secure boot enabled" "Kernel is locked down from EFI Secure Boot" &&
		has "$1/inventory.json" '"system.secure-boot": "on"'
}

# screens NAME: one of the run and one of its end.
screens() {
	mkdir -p "$build/screens"
	vm_until "highlighted entry" "$patience" && vm_screen "$build/screens/$1-menu.png"
	vm_until "Loading drivers" "$patience" && vm_screen "$build/screens/$1-start.png"
	vm_until "It is safe to remove" "$patience" && vm_screen "$build/screens/$1-end.png"
}

# boots FIRMWARE usb|cd: a cell of the matrix.
boots() {
	_settings='drydock.mode=inventory\r\ndrydock.poweroff=yes\r\n'
	logs=$dir/medium
	if [ "$2" = usb ]; then
		stick "$logs" "$_settings"
		vm_usb boot "$logs" >"$dir/devices"
		_medium=sda1
	else
		fat_medium "$logs" "$_settings"
		{
			vm_cd boot "$iso"
			vm_usb logs "$logs"
		} >"$dir/devices"
		_medium=sr0
	fi
	_began=$(date +%s)
	vm_start "$dir" "$1" 512 <"$dir/devices"
	screens "$1-$2" || true
	check "powers off by itself" vm_ends "$patience"
	echo "# $1 $2: $(($(date +%s) - _began)) s with the firmware; seconds of the kernel's clock:"
	tr -d '\r' <"$dir/serial.txt" | sed -n 's/^\[ *\([0-9.]*\)\] \(Drydock starts\|The boot medium is\|Result:\).*/#   \1 \2/p'
	check "the serial line tells the run" has "$dir/serial.txt" "The boot medium is /dev/$_medium" \
		"Mode inventory" "Result: exit 0, done." "It is safe to remove the medium." "Power down"
	check "one log folder on the medium" fetch_logs "$logs" "$dir/logs"
	check "the logs are complete" logs_complete "$dir/logs"
	check "the inventory has every PCI function" all_functions "$dir/logs"
	check "the FAT is clean" fat_clean "$logs"
	case $1 in
	secure) check "Secure Boot is on" secure_boot "$dir/logs" ;;
	*) check "Secure Boot is off" has_not "$dir/logs/dmesg.txt" "Secure boot enabled" ;;
	esac
}

cd_alone() {
	echo drydock.mode=inventory drydock.poweroff=yes >"$dir/append"
	vm_cd boot "$iso" >"$dir/devices"
	vm_start "$dir" kernel 512 <"$dir/devices"
	check "powers off by itself" vm_ends "$patience"
	check "says that logs are in RAM" has "$dir/serial.txt" "The boot medium is /dev/sr0" \
		"LOGS ARE KEPT IN RAM ONLY (no writable medium)" "Result: exit 0" \
		"The logs are in RAM only"
}

little_memory() {
	echo drydock.mode=auto drydock.poweroff=yes >"$dir/append"
	vm_cd boot "$iso" >"$dir/devices"
	vm_start "$dir" kernel "$1" <"$dir/devices"
	check "powers off by itself" vm_ends "$patience"
	check "says why" has "$dir/serial.txt" "THE SYSTEM DID NOT UNPACK WHOLE" "MB of RAM"
	check "starts nothing" has_not "$dir/serial.txt" "Mode"
}

write_protected() {
	echo >"$dir/append"
	stick "$dir/medium" 'drydock.mode=inventory\n'
	_before=$(sha256sum <"$dir/medium")
	vm_usb boot "$dir/medium" readonly=on >"$dir/devices"
	vm_start "$dir" kernel 512 <"$dir/devices"
	check "offers a prompt" vm_until "p = power off:" "$patience"
	vm_type p
	check "powers off when told to" vm_ends "$patience"
	check "says that logs are in RAM" has "$dir/serial.txt" \
		"The FAT partition of the boot medium cannot be written." "LOGS ARE KEPT IN RAM ONLY" \
		"Mode inventory" "Result: exit 0"
	check "the medium is as it was" same "$(sha256sum <"$dir/medium")" "$_before"
}

# site: a repository and who signed it, in $dir.
site() {
	head -c 1000000 /dev/urandom >"$dir/x.bin"
	"$build/fwrepo" key new site --dir "$dir" --no-passphrase &&
		"$build/fwrepo" init "$dir/repo" --id site &&
		"$build/fwrepo" add "$dir/x.bin" --repo "$dir/repo" --id x-1 --version 1 --scheme dotted \
			--target 'nvme-model:X' --backend nvme --proof nvme.fr=1 --class drive &&
		"$build/fwrepo" sign --repo "$dir/repo" --key site --key-dir "$dir" &&
		"$build/fwrepo" trust --key site --key-dir "$dir" --out "$dir/trust"
}

# personal: booted by GRUB, which loads the archive with the keys.
personal() {
	site >/dev/null 2>&1
	stick "$dir/medium" 'drydock.mode=shell\n' --trust "$dir/trust" --repo "$dir/repo"
	vm_usb boot "$dir/medium" >"$dir/devices"
	vm_start "$dir" bios 512 <"$dir/devices"
	check "gives a shell" vm_until "Shell, as asked." "$patience"
	vm_type 'cat /etc/drydock/trust/policy.json; sha256sum /media/drydock/repo/blobs/*/*'
	check "has the policy" vm_until "$(tail -n 1 "$dir/trust/policy.json")" "$patience"
	check "has the repository" vm_until "$(sha256sum <"$dir/x.bin" | cut -c 1-64)  /media" "$patience"
	vm_type 'ls -l /etc/drydock/trust/keys; ip -o link | grep -c "state UP"; echo links up'
	check "has the keys" vm_until "-r--r--r--    1 root     root           113" "$patience"
	check "no network is up" vm_until "$(printf '0\r\nlinks up')" "$patience"
	vm_type 'drydock verify --repo /media/drydock/repo --trust /etc/drydock/trust; echo verify $?'
	check "believes it" vm_until "verify 0" "$patience"
	vm_type poweroff
	check "powers off when told to" vm_ends "$patience"
	check "says when the medium may go" has "$dir/serial.txt" "It is safe to remove the medium."
	check "the FAT is clean" fat_clean "$dir/medium"
}

# virtual_cd: as an iLO shows one, on USB; what the server is to do is in the ISO alone.
virtual_cd() {
	site >/dev/null 2>&1
	printf 'drydock.mode=dryrun\ndrydock.poweroff=yes\n' >"$dir/own"
	"$build/fwrepo" media --base "$iso" --kind iso --out "$dir/medium" --trust "$dir/trust" \
		--repo "$dir/repo" --server "CZ 12/3=$dir/own" >/dev/null
	{
		vm_usb_cd boot "$dir/medium"
		printf '%s\n' -smbios 'type=1,serial=CZ 12/3'
	} >"$dir/devices"
	vm_start "$dir" uefi 512 <"$dir/devices"
	check "powers off by itself" vm_ends "$patience"
	check "takes settings and repository from the ISO" has "$dir/serial.txt" \
		"The boot medium is /dev/sr0." "Settings: servers/CZ123.conf on /dev/sr0." \
		"The repository is on /dev/sr0." "Mode dryrun, repository /media/boot/repo"
	check "which is believed" has "$dir/serial.txt" "Result: exit"
	check "and not refused" has_not "$dir/serial.txt" "Result: exit 6"
}

# server_disks: a whole Drydock stick with another repository on the server's own disks.
server_disks() {
	echo drydock.mode=inventory drydock.poweroff=yes >"$dir/append"
	stick "$dir/medium" ''
	for _disk in nvme sata; do
		stick "$dir/$_disk" 'drydock.mode=shell\n'
	done
	fat_medium "$dir/sata2" 'drydock.mode=shell\n'
	(cd "$dir" && sha256sum nvme sata sata2 >before)
	{
		vm_nvme own1 "$dir/nvme"
		vm_sata own2 "$dir/sata" 2
		vm_sata own3 "$dir/sata2" 3
		vm_usb boot "$dir/medium"
	} >"$dir/devices"
	vm_start "$dir" kernel 512 <"$dir/devices"
	check "powers off by itself" vm_ends "$patience"
	check "not a byte of them changed" sh -c "cd '$dir' && sha256sum -c before"
	check "the logs are on the stick" fetch_logs "$dir/medium" "$dir/logs"
	check "their settings were not read" has "$dir/logs/boot.log" "Mode inventory"
	check "none was taken for a medium" has_not "$dir/logs/boot.log" "labelled DRYDOCK and used"
	# The kernel says this once a mount: the stick's, to look at its marker and to use it.
	check "none was mounted" same "$(grep -c 'ISO 9660 Extensions: RRIP' "$dir/logs/dmesg.txt")" 2
}

# pulled: the stick goes and comes back under another name; another one has the logs meanwhile.
pulled() {
	echo drydock.mode=shell >"$dir/append"
	stick "$dir/medium" ''
	fat_medium "$dir/other" ''
	vm_usb boot "$dir/medium" >"$dir/devices"
	vm_start "$dir" kernel 512 <"$dir/devices"
	check "gives a shell" vm_until "Shell, as asked." "$patience"
	vm_pull boot
	check "says that it is gone" vm_until "The boot medium /dev/sda is gone." "$patience"
	check "goes on" vm_until "The logs go on in RAM." "$patience"
	vm_plug other "$dir/other"
	check "takes another one" vm_until "Logs: /media/spare/logs/" "$patience"
	vm_plug back "$dir/medium"
	check "knows it again" vm_until "The boot medium is back: /dev/" "$patience"
	vm_type 'until grep journal=/dev /run/drydock/medium; do sleep 1; done'
	check "says where the journal is" vm_until "journal=/dev/sd" "$patience"
	vm_type poweroff
	check "powers off when told to" vm_ends "$patience"
	check "one log folder on it" fetch_logs "$dir/medium" "$dir/logs"
	check "the logs tell it" has "$dir/logs/boot.log" "Drydock starts" "is gone" "is back"
	check "the other one has them, too" fetch_logs "$dir/other" "$dir/logs2"
	check "to the end" cmp "$dir/logs/boot.log" "$dir/logs2/boot.log"
	check "the FAT is clean" fat_clean "$dir/other"
}

# late_logs: a CD alone, and a stick when all is over.
late_logs() {
	echo drydock.mode=inventory >"$dir/append"
	fat_medium "$dir/other" ''
	vm_cd boot "$iso" >"$dir/devices"
	vm_start "$dir" kernel 512 <"$dir/devices"
	check "says that logs are in RAM" vm_until "THE LOGS ARE IN RAM ONLY" "$patience"
	check "offers a prompt" vm_until "p = power off:" "$patience"
	vm_plug other "$dir/other"
	check "writes them to a stick that comes" vm_until "The logs are on /dev/sda." "$patience"
	vm_pull other
	sleep 3
	vm_type p
	check "powers off when told to" vm_ends "$patience"
	check "does not call them lost" has_not "$dir/serial.txt" LOST
	check "one log folder on it" fetch_logs "$dir/other" "$dir/logs"
	check "the logs are complete" logs_complete "$dir/logs"
	check "the FAT is clean" fat_clean "$dir/other"
}

# again: builds the image a second time, in another folder.
again() {
	mkdir "$dir/build"
	ln -s "$build/busybox" "$build/drydock" "$build/fwrepo" "$build/sysroot" "$dir/build"
	DRYDOCK_BUILD=$dir/build "$top/rootfs/mkinitramfs.sh" &&
		DRYDOCK_BUILD=$dir/build "$top/iso/mkiso.sh" &&
		cmp "$dir/build/drydock.iso" "$iso"
}

partitions() {
	sfdisk -d "$iso" | sed -n 's/.*iso\([1-4]\) :.*size= *\([0-9]*\), type=\([^,]*\),.*/\1 \2 \3/p' |
		sed 's/^1 [0-9]*/1 -/' >"$dir/found"
	cat >"$dir/wanted" <<-'TABLE'
		1 - EBD0A0A2-B9E5-4433-87C0-68B6B72699C7
		2 40960 C12A7328-F81F-11D2-BA4B-00A0C93EC93B
		3 81920 EBD0A0A2-B9E5-4433-87C0-68B6B72699C7
		4 32768 6B1E2D5C-0F0A-4D4A-9C5E-44525944434B
	TABLE
	diff "$dir/wanted" "$dir/found"
}

# aligned: the partitions that are written to begin at whole MiB.
aligned() {
	sfdisk -d "$iso" | sed -n 's/.*iso\([2-4]\) : start= *\([0-9]*\),.*/\1 \2/p' >"$dir/starts"
	same "$(wc -l <"$dir/starts")" 3 && same "$(awk '$2 % 2048' "$dir/starts")" ""
}

# journal_empty: partition 4 is one that drydock would take.
journal_empty() {
	_start=$(sfdisk -d "$iso" | sed -n 's/.*iso4 : start= *\([0-9]*\),.*/\1/p')
	dd if="$iso" of="$dir/found" bs=512 skip="$_start" count=32768 status=none
	"$build/fwrepo" journal-init "$dir/wanted" && cmp "$dir/wanted" "$dir/found"
}

# modules_right: the sentinel is the last of all and tells their number; nothing assembles disks.
modules_right() {
	_modules=$("$top/rootfs/mkmodules.sh")
	zstd -dc "$_modules/modules.cpio.zst" >"$dir/modules.cpio"
	cpio -t --quiet <"$dir/modules.cpio" >"$dir/names"
	cpio -i --quiet --to-stdout etc/drydock/unpacked <"$dir/modules.cpio" >"$dir/count"
	same "$(tail -n 1 "$dir/names")" etc/drydock/unpacked &&
		same "$(grep -c '\.ko$' "$dir/names")" "$(cat "$dir/count")" &&
		has "$dir/names" /nvme.ko /ahci.ko /usb-storage.ko /vfat.ko /isofs.ko /ice.ko /hpilo.ko &&
		has_not "$dir/names" /drivers/md/
}

# texts: as Windows wants them, and settings that change nothing as they are.
texts() {
	mcopy -n -i "$(fat_of "$iso")" ::README.TXT ::drydock.conf "$dir" </dev/null
	for _file in README.TXT drydock.conf; do
		same "$(grep -c "$(printf '\r$')" "$dir/$_file")" "$(wc -l <"$dir/$_file")" || return 1
	done
	! grep -v '^#' "$dir/drydock.conf" | tr -d '\r' | grep .
}

image() {
	check "at most 120 MB" test "$(stat -c %s "$iso")" -le 120000000
	check "the partitions" partitions
	check "the partitions begin at whole MiB" aligned
	check "the journal" journal_empty
	check "the modules" modules_right
	check "the texts on the FAT" texts
	check "the same bytes a second time" again
}

# one NAME COMMAND...: in a folder and a shell of its own.
one() {
	case=$1
	dir=$work/$1
	mkdir "$dir"
	shift
	(
		trap vm_stop EXIT
		"$@"
	) >"$dir.tap" 2>"$dir.err" || {
		echo "not ok - $case: the test itself" >>"$dir.tap"
		sed 's/^/# /' "$dir.err" >>"$dir.tap"
	}
}

cases() {
	cat <<-'LIST'
		image image
		bios-usb boots bios usb
		bios-cd boots bios cd
		uefi-usb boots uefi usb
		uefi-cd boots uefi cd
		secure-usb boots secure usb
		secure-cd boots secure cd
		cd-alone cd_alone
		little-memory little_memory 200
		write-protected write_protected
		personal personal
		virtual-cd virtual_cd
		server-disks server_disks
		pulled pulled
		late-logs late_logs
	LIST
}

# wanted NAME CHOICE...
wanted() {
	[ $# -gt 1 ] || return 0
	_case=$1
	shift
	for _choice; do
		[ "$_choice" != "$_case" ] || return 0
	done
	return 1
}

# worker: takes the next case until there is none; making a folder is what only one can do.
worker() {
	while read -r _name _call; do
		mkdir "$work/.$_name" 2>/dev/null || continue
		# shellcheck disable=SC2086
		one "$_name" $_call
	done <"$work/list"
}

[ -f "$iso" ] || {
	echo "1..0 # SKIP build/drydock.iso is not built"
	exit 1
}
cases | while read -r _name _call; do
	! wanted "$_name" "$@" || echo "$_name $_call"
done >"$work/list"
_workers=
for _ in $(seq "${DRYDOCK_JOBS:-2}"); do
	worker &
	_workers="$_workers $!"
done
for _worker in $_workers; do wait "$_worker"; done
while read -r _name _; do
	cat "$work/$_name.tap"
done <"$work/list" | awk '/^ok - / { sub(/^ok/, "ok " ++n) }
	/^not ok - / { sub(/^not ok/, "not ok " ++n); bad = 1 }
	{ print } END { print "1.." n + 0; exit bad || !n }'
