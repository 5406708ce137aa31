#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Media that fwrepo makes, as programs that are not ours read them: xorriso, isoinfo, bsdtar, sfdisk,
# mtools, fsck.vfat, cpio. That they start is shown by tests/boot.
set -u
LC_ALL=C
TZ=UTC
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL TZ PATH MTOOLS_SKIP_CHECK=1
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${DRYDOCK_BUILD:-$top/build}
fwrepo=$build/fwrepo
base=$build/drydock.iso
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

[ -f "$base" ] || {
	echo "1..0 # SKIP build/drydock.iso is not built"
	exit 1
}

# component ID FILE
component() {
	"$fwrepo" add "$2" --repo repo --id "$1" --version 2.0 --scheme dotted --backend nvme \
		--class drive --target "nvme-model:ACME $1" --proof nvme.fr=2.0
}

prepare() {
	cd "$work" || exit 1
	head -c 2500000 /dev/urandom >one.bin
	head -c 300 /dev/urandom >two.bin
	"$fwrepo" key new site --no-passphrase
	"$fwrepo" key new other --no-passphrase
	"$fwrepo" init repo --id test
	component acme-one one.bin
	component acme-two two.bin
	"$fwrepo" sign --repo repo --key site
	"$fwrepo" trust --key site --out trust
	"$fwrepo" trust --key other --out others
	# What is no part of the repository does not travel with it.
	echo stray >repo/stray
	printf 'drydock.mode=auto\n' >conf
	printf 'drydock.mode=inventory\n' >own
	media stick.img --repo repo --trust trust --conf conf --server 'CZ 1/2=own'
	media cd.iso --kind iso --repo repo --trust trust --conf conf --server 'CZ 1/2=own'
}

# media OUT OPTION...
media() {
	_out=$1
	shift
	"$fwrepo" media --base "$base" -o "$_out" "$@"
}

# A block device that stands for a stick: it is not removable, so it must be named twice. Afterwards it
# has what the same inputs give as a file.
on_a_device() {
	_again="--base $base --repo repo --trust trust --conf conf --server C=own"
	# shellcheck disable=SC2086
	media as-file.img ${_again#--base "$base"} || return 1
	# shellcheck disable=SC2086
	refused_device 'neither removable nor' $_again --device "$loop" || return 1
	# shellcheck disable=SC2086
	"$fwrepo" media $_again --device "$loop" --overwrite "$loop" || return 1
	blockdev --flushbufs "$loop"
	cmp -n "$(stat -c %s as-file.img)" as-file.img "$loop"
}

# refused_device TEXT OPTION...: with exit 7, and the device is as it was.
refused_device() {
	_text=$1
	shift
	sha256sum <"$loop" >before
	"$fwrepo" media "$@" >said 2>&1
	_status=$?
	cat said
	[ "$_status" -eq 7 ] && grep -qF "$_text" said && sha256sum <"$loop" | cmp - before
}

# refuses STATUS TEXT OPTION...: ends so, says so, leaves nothing behind.
refuses() {
	_want=$1
	_text=$2
	shift 2
	mkdir -p empty
	"$fwrepo" media -o empty/image "$@" >said 2>&1
	_status=$?
	cat said
	[ "$_status" -eq "$_want" ] || { echo "exit status $_status"; return 1; }
	grep -qF -- "$_text" said && [ -z "$(ls -A empty)" ]
}

# same_tree DIR: it holds the repository and nothing more.
same_tree() {
	rm -f repo/stray
	diff -r repo "$1"
	_status=$?
	echo stray >repo/stray
	return "$_status"
}

# part IMAGE NUMBER: "START SIZE" in sectors.
part() {
	sfdisk -d "$1" 2>/dev/null |
		sed -n "s/^.*[a-z]$2 : start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p"
}

# cut_out IMAGE NUMBER FILE
cut_out() {
	# shellcheck disable=SC2046
	set -- "$1" "$3" $(part "$1" "$2")
	dd if="$1" of="$2" bs=512 skip="$3" count="$4" conv=sparse status=none
}

iso_by_bsdtar() {
	rm -rf by-bsdtar && mkdir by-bsdtar && bsdtar -xf cd.iso -C by-bsdtar || return 1
	same_tree by-bsdtar/repo && cmp by-bsdtar/drydock.conf conf &&
		cmp by-bsdtar/servers/CZ12.conf own || return 1
	rm -rf by-xorriso
	xorriso -osirrox on -indev "$base" -extract / by-xorriso >/dev/null 2>&1
	chmod -R u+w by-xorriso by-bsdtar
	rm -r by-bsdtar/repo by-bsdtar/servers by-bsdtar/drydock.conf
	# What has to differ; other tests look at these two.
	rm by-xorriso/boot/trust.cpio by-bsdtar/boot/trust.cpio by-xorriso/boot/grub/boot.cat \
		by-bsdtar/boot/grub/boot.cat
	diff -r by-xorriso by-bsdtar
}

iso_by_xorriso() {
	rm -rf by-xorriso
	xorriso -osirrox on -indev cd.iso -extract /repo by-xorriso >said 2>&1 || {
		cat said
		return 1
	}
	same_tree by-xorriso
}

# isoinfo_reads LETTER IMAGE: a file of the new tree, one of the old, by Rock Ridge or Joliet.
isoinfo_reads() {
	isoinfo "-$1" -x "/repo/index.json$3" -i "$2" | cmp - repo/index.json &&
		isoinfo "-$1" -x "/.disk/drydock.id$3" -i "$2" | cmp - "$build/build-id"
}

# Partition 1 is a volume of its own: what Linux mounts from a stick.
inner_volume() {
	cut_out cd.iso 1 inner.iso && isoinfo_reads R inner.iso '' && isoinfo_reads J inner.iso ';1' &&
		bsdtar -tf inner.iso | sort >inner.list && bsdtar -tf cd.iso | sort | cmp - inner.list
}

# Path tables: isoinfo -p prints them; each folder is there once, with its own parent.
path_tables() {
	isoinfo -p -i cd.iso | awk '$1 ~ /^[0-9]+:$/ { print $NF }' | sort >paths
	[ -s paths ] && [ "$(wc -l <paths)" -eq "$(bsdtar -tvf cd.iso | grep -c '^d')" ]
}

partitions() {
	sfdisk -V "$1" >said 2>&1
	cat said
	grep -q 'No errors detected' said || return 1
	for _number in 2 3 4; do
		_part=$(part "$1" "$_number")
		[ $((${_part% *} % 2048)) -eq 0 ] || return 1
	done
	for _number in 2 4; do
		cut_out "$1" "$_number" new && cut_out "$base" "$_number" old && cmp new old || return 1
	done
	[ $(($(stat -c %s "$1") % 1048576)) -eq 0 ]
}

# El Torito: both images are in the ISO, where they were; no number of it had to be changed.
boot_records() {
	xorriso -indev "$1" -report_el_torito plain -report_system_area plain >now 2>/dev/null
	xorriso -indev "$base" -report_el_torito plain -report_system_area plain >earlier 2>/dev/null
	[ "$(grep -c 'boot img.*UEFI\|boot img.*BIOS' now)" = 2 ] || return 1
	grep 'boot img\|Img opts\|System area' now >now.boot
	grep 'boot img\|Img opts\|System area' earlier | diff - now.boot
}

fat_is() {
	cut_out "$1" 3 fat && fsck.vfat -n fat || return 1
	rm -rf from-fat && mkdir from-fat && mcopy -s -n -i fat ::/ from-fat </dev/null || return 1
	cmp from-fat/drydock.conf conf && cmp from-fat/servers/CZ12.conf own || return 1
	[ -d from-fat/logs ] && grep -q 'medium.id' from-fat/README.TXT || return 1
	mlabel -s -i fat :: | grep -q 'Volume label is DRYDOCK'
}

stick_fat() {
	fat_is stick.img && same_tree from-fat/repo
}

cd_fat() {
	fat_is cd.iso && [ -z "$(ls from-fat/repo)" ]
}

trust_archive() {
	isoinfo -R -x /boot/trust.cpio -i stick.img >trust.cpio
	[ "$(stat -c %s trust.cpio)" -eq 262144 ] || return 1
	rm -rf unpacked && mkdir unpacked
	(cd unpacked && cpio -id --quiet <../trust.cpio) && diff -r trust unpacked/etc/drydock/trust &&
		[ "$(find unpacked -type f ! -perm 0444 | wc -l)" -eq 0 ]
}

# Only the trust and what was added: everything else of the system is where and what it was.
system_untouched() {
	_end=$(part "$base" 1)
	_size=$(((${_end% *} + ${_end#* }) * 512))
	_trust=$(xorriso -indev "$base" -find /boot/trust.cpio -exec report_lba -- 2>/dev/null |
		awk -F '[ ,]+' '/^File data lba/ { print $5 }')
	_catalog=$(xorriso -indev "$base" -report_el_torito plain 2>/dev/null |
		sed -n 's/^El Torito catalog  : \([0-9]*\) .*/\1/p')
	cmp -l -n "$_size" "$base" stick.img | awk -v trust="$_trust" -v catalog="$_catalog" '
		{ block = int(($1 - 1) / 2048) }
		block >= trust && block < trust + 128 { next }
		block == catalog || block < 40 { next }
		{ print "byte " $1; bad = 1 }
		END { exit bad || !NR }'
}

the_same_again() {
	media again.img --repo repo --trust trust --conf conf --server 'CZ 1/2=own' && cmp again.img stick.img &&
		media again.iso --kind iso --repo repo --trust trust --conf conf --server 'CZ 1/2=own' &&
		cmp again.iso cd.iso
}

told_apart() {
	media other.img --repo repo --trust trust --conf own &&
		[ "$(sfdisk --disk-id other.img)" != "$(sfdisk --disk-id stick.img)" ]
}

sized() {
	media sized.img --size 300M && [ "$(stat -c %s sized.img)" -eq $((300 << 20)) ] &&
		partitions sized.img && cut_out sized.img 3 fat && fsck.vfat -n fat
}

# esp_of FILE MIB: its ESP is so large, nothing is to be mended in it, and what boots is the base's.
esp_of() {
	_part=$(part "$1" 2)
	[ "${_part#* }" -eq $(($2 * 2048)) ] || return 1
	cut_out "$1" 2 esp && fsck.vfat -n esp && cut_out "$base" 2 base-esp || return 1
	rm -rf in-esp in-base && mkdir in-esp in-base
	mcopy -s -n -i esp ::/ in-esp </dev/null && mcopy -s -n -i base-esp ::/ in-base </dev/null &&
		diff -r in-base in-esp && [ -f in-esp/EFI/BOOT/BOOTX64.EFI ]
}

# Two capsules of 30 and 12 MiB, and an older one for the first's firmware; the base has less than 16
# MiB free. The two fit then.
large_capsules() {
	truncate -s 30M rom.cap && truncate -s 12M nic.cap && echo rom >>rom.cap || return 1
	truncate -s 29M old.cap
	cp -r repo capsules
	for _name in rom nic old; do
		_guid=11111111-2222-3333-4444-555555555555
		[ "$_name" != nic ] || _guid=99999999-2222-3333-4444-555555555555
		"$fwrepo" add "$_name.cap" --repo capsules --id "$_name" --version 2 --scheme dotted \
			--backend uefi-capsule --class system-rom --proof esrt.version=2 \
			--target "guid:$_guid" || return 1
	done
	"$fwrepo" sign --repo capsules --key site && media capsules.img --repo capsules --trust trust >said ||
		return 1
	_mib=$(sed -n "s/^ESP of \([0-9]*\) MiB, for the repository's UEFI capsules$/\1/p" said)
	[ "${_mib:-0}" -le 52 ] && esp_of capsules.img "$_mib" || return 1
	sfdisk -V capsules.img | grep -q 'No errors detected' || return 1
	mcopy -i esp rom.cap nic.cap ::/ </dev/null && fsck.vfat -n esp &&
		mcopy -n -i esp ::/rom.cap back </dev/null && cmp back rom.cap || return 1
	# What starts from a CD is in its ISO: its ESP stays.
	media capsules.iso --kind iso --repo capsules --trust trust && cut_out capsules.iso 2 esp &&
		cmp esp base-esp
}

policy_replaced() {
	sed 's/"hardware"/"emulator"/' trust/policy.json >policy.json
	media policy.img --trust trust --policy policy.json || return 1
	isoinfo -R -x /boot/trust.cpio -i policy.img | cpio -i --quiet --to-stdout etc/drydock/trust/policy.json |
		cmp - policy.json
}

changed_blob() {
	cp -r repo changed
	_blob=$(find changed/blobs -type f -size +2000k)
	printf x | dd of="$_blob" bs=1 seek=1500000 conv=notrunc status=none
	refuses 6 "changed" --base "$base" --repo changed --trust trust
}

keys_too_large() {
	cp -r trust large
	for _n in $(seq 100); do cp trust/keys/site.ed25519.pub "large/keys/s$_n.ed25519.pub"; done
	refuses 6 "more than 32 keys" --base "$base" --trust large
}

disk_full() {
	mkdir -p full
	mount -t tmpfs -o size=20m tmpfs full || return 1
	"$fwrepo" media --base "$base" -o full/image >said 2>&1
	_status=$?
	_left=$(ls -A full)
	umount full
	cat said
	[ "$_status" -ne 0 ] && [ -z "$_left" ] && grep -q 'No space left' said
}

writes_over_nothing() {
	echo old >kept
	! media kept && [ "$(cat kept)" = old ]
}

damaged_base() {
	cp --sparse=always "$base" damaged
	printf x | dd of=damaged bs=1 seek=1060 conv=notrunc status=none
	refuses 6 "the partition table is damaged" --base damaged
}

cut_base() {
	head -c 20000000 "$base" >short
	refuses 6 "not a Drydock image" --base short
}

check "media are made" prepare
cd "$work" || exit 1
check "bsdtar reads the ISO: all of the base, and what was added" iso_by_bsdtar
check "xorriso reads it" iso_by_xorriso
check "isoinfo reads the Rock Ridge names" isoinfo_reads R cd.iso ''
check "isoinfo reads the Joliet names" isoinfo_reads J cd.iso ';1'
check "partition 1 is a volume of its own" inner_volume
check "the path tables" path_tables
check "the partitions of a stick" partitions stick.img
check "the partitions of a CD" partitions cd.iso
check "the boot records of a stick" boot_records stick.img
check "the boot records of a CD" boot_records cd.iso
check "the FAT of a stick" stick_fat
check "the FAT of a CD" cd_fat
check "keys and policy" trust_archive
check "nothing else of the system changed" system_untouched
check "the same bytes a second time" the_same_again
check "other media have other ids" told_apart
check "a size that is asked for" sized
check "an ESP for large capsules" large_capsules
check "another policy" policy_replaced
check "signed by somebody else" refuses 6 "sign" --base "$base" --repo repo --trust others
check "a changed payload" changed_blob
check "a policy that no image would read" refuses 6 "no image would read it" --base "$base" --trust trust --policy conf
check "too many keys" keys_too_large
check "a repository without keys" refuses 2 "needs --trust" --base "$base" --repo repo
check "a size too small" refuses 7 "MiB are needed" --base "$base" --size 64M
check "a size without a unit" refuses 2 "want 512M" --base "$base" --size 64
check "no serial number" refuses 2 "is not a serial number" --base "$base" --server '//=own'
check "two settings of one server" refuses 6 "twice" --base "$base" --server 'C1=own' --server 'C/1=conf'
check "a finished CD as the base" refuses 6 "a finished medium" --base cd.iso
check "no image as the base" refuses 6 "not a Drydock image" --base one.bin
check "a base that is cut off" cut_base
check "a base that is damaged" damaged_base
if [ "$(id -u)" = 0 ]; then
	check "a full disk" disk_full
else
	skip "a full disk" "needs root to mount a small one"
fi
check "a device that is none, before anything else" refuses 7 "is not a block device" --base "$base" \
	--repo nowhere --trust nowhere --device conf
truncate -s 400M stick
if loop=$(losetup -f --show stick 2>/dev/null); then
	check "a device named twice is written, read back and compared" on_a_device
	losetup -d "$loop"
else
	skip "a device named twice is written, read back and compared" 'no loop devices here'
fi
check "an image that exists" writes_over_nothing
tap_end
