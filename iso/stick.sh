#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes an image of one's own from the released one: keys and policy, a repository, settings.
# Needs no privileges. Keys and policy go into the place that the image keeps for them, a file of
# zeros that the boot loader hands to the kernel after the initramfs; nothing else of the
# system changes.
set -eu
LC_ALL=C
TZ=UTC
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL TZ PATH MTOOLS_SKIP_CHECK=1
umask 022
epoch=${SOURCE_DATE_EPOCH:-1767225600}

usage() {
	cat <<'TEXT'
usage: stick.sh --base ISO --out IMAGE [--trust DIR] [--repo DIR] [--conf FILE]

  --base ISO    the released image, drydock.iso; it is not changed
  --out IMAGE   the image to make, for a stick or a CD; must not exist
  --trust DIR   policy.json and keys/*.pub: what this image is to believe
  --repo DIR    a signed repository, for the FAT partition
  --conf FILE   drydock.conf, for the FAT partition

Write IMAGE to a stick with any raw writer, for instance: dd if=IMAGE of=/dev/sdX bs=4M
TEXT
}

die() {
	printf 'stick.sh: %s\n' "$*" >&2
	exit 1
}

wrong() {
	printf 'stick.sh: %s\n\n' "$*" >&2
	usage >&2
	exit 2
}

# fat_at IMAGE: its FAT partition in the words of mtools.
fat_at() {
	_start=$(sfdisk -d "$1" 2>/dev/null |
		sed -n 's/^.*3 : start= *\([0-9]*\),.*type=EBD0A0A2-.*/\1/p')
	[ -n "$_start" ] || die "$1 has no partition 3 with a FAT: is it a Drydock image?"
	echo "$1@@$((_start * 512))"
}

# free_bytes FAT
free_bytes() {
	mdir -i "$1" :: | sed -n 's/ bytes free.*//p' | tr -cd '0-9'
}

# trust_archive DIR: a cpio archive of etc/drydock/trust, the same for the same files.
trust_archive() {
	_to=$work/trust/etc/drydock/trust
	mkdir -p "$_to/keys"
	[ -f "$1/policy.json" ] || die "$1 holds no policy.json"
	cp "$1/policy.json" "$_to"
	for _key in "$1"/keys/*.pub; do
		[ -f "$_key" ] || die "$1/keys holds no *.pub: without a key nothing could be trusted"
		cp "$_key" "$_to/keys"
	done
	find "$_to" -type f -exec chmod 0444 {} +
	find "$work/trust" -exec touch -h -d "@$epoch" {} +
	(cd "$work/trust" && find . -mindepth 1 | sort |
		cpio --quiet --reproducible -o -H newc -R 0:0) >"$work/trust.cpio"
}

# put_trust IMAGE: the archive over the extent of /boot/trust.cpio. The rest of the extent is
# filled with zeros, so that nothing of an older archive stays.
put_trust() {
	_extent=$(xorriso -indev "stdio:$1" -find /boot/trust.cpio -exec report_lba -- 2>/dev/null |
		sed -n "s/^File data lba: *[0-9]* *, *\([0-9]*\) *, *[0-9]* *, *\([0-9]*\) *,.*/\1 \2/p")
	_block=${_extent% *}
	_room=${_extent#* }
	[ -n "$_extent" ] || die "$1 has no /boot/trust.cpio: is it a Drydock image?"
	_size=$(stat -c %s "$work/trust.cpio")
	[ "$_size" -le "$_room" ] ||
		die "keys and policy take $_size bytes as an archive; the image has room for $_room"
	truncate -s "$_room" "$work/trust.cpio"
	dd if="$work/trust.cpio" of="$1" bs=2048 seek="$_block" conv=notrunc status=none
}

# put_repo FAT
put_repo() {
	_need=$(du -sk --apparent-size "$repo" | cut -f 1)
	_free=$(($(free_bytes "$1") / 1024))
	[ "$_need" -le "$_free" ] ||
		die "the repository takes $_need KiB; the FAT partition has $_free KiB free." \
			"A larger image is made by: fwrepo media"
	for _entry in "$repo"/*; do
		mcopy -s -m -o -i "$1" "$_entry" ::repo </dev/null ||
			die "$_entry does not fit: $_need KiB into $_free KiB free"
	done
}

base='' out='' trust='' repo='' conf=''
while [ $# -gt 0 ]; do
	case $1 in
	--help)
		usage
		exit 0
		;;
	--base | --out | --trust | --repo | --conf)
		[ $# -ge 2 ] || wrong "$1 needs a value"
		case $1 in
		--base) base=$2 ;;
		--out) out=$2 ;;
		--trust) trust=${2%/} ;;
		--repo) repo=${2%/} ;;
		--conf) conf=$2 ;;
		esac
		shift 2
		;;
	*) wrong "$1 is not an option" ;;
	esac
done
[ -n "$base" ] || wrong "--base is missing: which image?"
[ -n "$out" ] || wrong "--out is missing: where shall the new image go?"
[ -f "$base" ] || die "$base is not a file"
[ ! -e "$out" ] || die "$out exists already"
[ -z "$trust" ] || [ -d "$trust" ] || die "$trust is not a folder"
[ -z "$repo" ] || [ -d "$repo" ] || die "$repo is not a folder"
[ -z "$conf" ] || [ -f "$conf" ] || die "$conf is not a file"
for _program in sfdisk xorriso mcopy cpio; do
	command -v "$_program" >/dev/null || die "the program $_program is missing"
done

# Another name until it is complete.
work=$(mktemp -d)
trap 'rm -rf "$work" "$out.part"' EXIT
cp --sparse=always "$base" "$out.part"
fat=$(fat_at "$out.part")
if [ -n "$trust" ]; then
	trust_archive "$trust"
	put_trust "$out.part"
fi
[ -z "$repo" ] || put_repo "$fat"
[ -z "$conf" ] || mcopy -m -o -i "$fat" "$conf" ::drydock.conf || die "$conf does not fit"
mv "$out.part" "$out"
