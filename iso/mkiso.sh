#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes build/drydock.iso from build/vmlinuz, build/initrd.zst and build/build-id: one image for
# sticks and for CDs, BIOS, UEFI and Secure Boot. Equal inputs give equal bytes.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=rootfs/lib.sh
. "$top/rootfs/lib.sh"

iso=$build/drydock.iso
epoch=${SOURCE_DATE_EPOCH:-1767225600}
# Of the ESP: what boots, and as much room for capsules as an image of 120 MB leaves; and what it may
# grow to on a medium with larger ones. Of what a CD boots by: El Torito counts its sectors in 16 bits.
esp_mib=20
esp_most_mib=255
efi_mib=6
fat_mib=40
trust_kib=256
version=$(cat "$top/VERSION")
export MTOOLS_SKIP_CHECK=1 SOURCE_DATE_EPOCH="$epoch"

# Partition types (UEFI 2.10 section 5.3.3; the third is Microsoft's basic data, the fourth ours).
type_esp=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
type_data=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7
type_journal=6B1E2D5C-0F0A-4D4A-9C5E-44525944434B

# What the BIOS loader needs until it has read the menu, and the menu itself.
bios_modules='biosdisk iso9660 part_gpt part_msdos search search_fs_file linux normal configfile
	echo test serial terminal sleep minicmd reboot halt ls cat'

# signed PACKAGE: unpacks it.
signed() {
	_deb=$("$top/rootfs/fetch.sh" get "$1")
	dpkg-deb -x "$_deb" "$work/signed"
}

# filled FILE: a text of this folder with its placeholders filled.
filled() {
	sed "s/@ID@/$id/g; s/@VERSION@/$version/g" "$top/iso/$1"
}

# dated PATH: sets every time below it, which goes into the file systems.
dated() {
	find "$1" -exec touch -h -d "@$epoch" {} +
}

# fat FILE MIB LABEL TREE OPTION...: a FAT file system with what is in TREE.
fat() {
	_file=$1 _mib=$2 _label=$3 _from=$4
	shift 4
	rm -f "$_file"
	truncate -s "${_mib}M" "$_file"
	mkfs.vfat --invariant -n "$_label" "$@" "$_file" >/dev/null
	dated "$_from"
	(cd "$_from" && find . -mindepth 1 -maxdepth 1 | sort | while read -r _entry; do
		mcopy -s -m -i "$_file" "$_entry" "::${_entry#.}"
	done)
}

# cut_down FILE MIB: a FAT16 whose files lie at its beginning says that it has so many MiB (less than
# 32: the number of sectors, in 16 bits, and none in 32). Its FATs keep their entries, so that it can
# grow again without moving anything (firmware-repo/media/esp.h).
cut_down() {
	truncate -s "$2M" "$1"
	_sectors=$(($2 * 2048))
	# shellcheck disable=SC2059 # the format is the bytes
	printf "\\$(printf %o $((_sectors % 256)))\\$(printf %o $((_sectors / 256)))" |
		dd of="$1" bs=1 seek=19 conv=notrunc status=none
	dd if=/dev/zero of="$1" bs=1 seek=32 count=4 conv=notrunc status=none
}

# What the firmware starts: from the ESP of a stick, from an image in the ISO of a CD. shim starts
# grubx64.efi, and that reads its own folder.
make_esp() {
	_esp=$work/esp
	mkdir -p "$_esp/EFI/BOOT" "$_esp/EFI/debian"
	cp "$work/signed/usr/lib/shim/shimx64.efi.signed" "$_esp/EFI/BOOT/BOOTX64.EFI"
	cp "$work/signed/usr/lib/shim/mmx64.efi.signed" "$_esp/EFI/BOOT/mmx64.efi"
	cp "$work/signed/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed" \
		"$_esp/EFI/BOOT/grubx64.efi"
	cp "$work/signed/usr/libexec/fwupd/efi/fwupdx64.efi.signed" "$_esp/EFI/BOOT/fwupdx64.efi"
	filled find.cfg.in >"$_esp/EFI/debian/grub.cfg"
	fat "$work/esp.img" "$esp_most_mib" DRYDOCKEFI "$_esp" -F 16 -s 8
	cut_down "$work/esp.img" "$esp_mib"
	fsck.vfat -n "$work/esp.img" >/dev/null
	fat "$work/efi.img" "$efi_mib" DRYDOCKCD "$_esp"
}

# The partition for people; lines end as Windows wants them.
make_fat() {
	_fat=$work/fat
	mkdir -p "$_fat/repo" "$_fat/logs"
	filled README.TXT | sed 's/$/\r/' >"$_fat/README.TXT"
	filled drydock.conf | sed 's/$/\r/' >"$_fat/drydock.conf"
	fat "$work/fat.img" "$fat_mib" DRYDOCK "$_fat"
	# So that another FAT can be made of the image without reading this one.
	mkdir -p "$work/tree/.disk/fat"
	cp "$_fat/README.TXT" "$_fat/drydock.conf" "$work/tree/.disk/fat"
}

# The files of the ISO. From a CD the signed GRUB reads EFI/debian/grub.cfg here, not in the ESP.
make_tree() {
	_tree=$work/tree
	mkdir -p "$_tree/.disk" "$_tree/boot/grub" "$_tree/EFI/debian"
	cp "$build/build-id" "$_tree/.disk/drydock.id"
	cp "$build/build-id" "$_tree/.disk/drydock-$id"
	cp "$build/vmlinuz" "$build/initrd.zst" "$_tree/boot"
	truncate -s "${trust_kib}K" "$_tree/boot/trust.cpio"
	cp "$work/efi.img" "$_tree/boot/grub/efi.img"
	filled grub.cfg.in >"$_tree/boot/grub/grub.cfg"
	filled find.cfg.in >"$_tree/EFI/debian/grub.cfg"
	filled find.cfg.in >"$work/find.cfg"
	# shellcheck disable=SC2086
	"$grub/bin/grub-mkimage" -O i386-pc-eltorito -d "$grub/usr/lib/grub/i386-pc" \
		-p /boot/grub -c "$work/find.cfg" -o "$_tree/boot/grub/eltorito.img" $bios_modules
	dated "$_tree"
}

# guid: of the disk, made of the build id.
guid() {
	echo "$id" | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/'
}

# -partition_offset: partition 1 can be mounted, so that the others can be at the same time.
make_iso() {
	_date=$(date -u -d "@$epoch" +%Y%m%d%H%M%S00)
	xorriso -as mkisofs -quiet -o "$work/iso" -V DRYDOCK_ISO -R -J -joliet-long -iso-level 3 \
		--modification-date="$_date" --set_all_file_dates set_to_mtime \
		--gpt_disk_guid "$(guid)" \
		-b boot/grub/eltorito.img -c boot/grub/boot.cat -no-emul-boot -boot-load-size 4 \
		-boot-info-table --grub2-boot-info \
		--grub2-mbr "$grub/usr/lib/grub/i386-pc/boot_hybrid.img" -partition_offset 16 \
		-eltorito-alt-boot -e boot/grub/efi.img -no-emul-boot \
		-appended_part_as_gpt --mbr-force-bootable \
		-append_partition 2 "$type_esp" "$work/esp.img" \
		-append_partition 3 "$type_data" "$work/fat.img" \
		-append_partition 4 "$type_journal" "$work/journal.img" \
		"$work/tree"
}

# The appended partitions begin where the ISO9660 ends. They are whole MiB long, so a file of zeros
# that makes the first of them begin at a whole MiB does it for all: a slot of the journal then never
# shares a block of the medium with its neighbour.
misaligned_sectors() {
	_start=$(sfdisk -d "$work/iso" 2>/dev/null | sed -n 's/^.*2 : start= *\([0-9]*\),.*/\1/p')
	echo $((_start % 2048))
}

make_aligned_iso() {
	make_iso
	_over=$(misaligned_sectors)
	[ "$_over" -ne 0 ] || return 0
	truncate -s $(((2048 - _over) * 512)) "$work/tree/.disk/align"
	dated "$work/tree"
	make_iso
	[ "$(misaligned_sectors)" -eq 0 ] || die "the partitions do not begin at whole MiB"
}

# key: of everything that the image is made of.
key() {
	{
		cat "$0" "$top"/iso/*.in "$top/iso/README.TXT" "$top/iso/drydock.conf" "$top/VERSION"
		echo "$epoch $grub"
		sha256_of "$build/vmlinuz"
		sha256_of "$build/initrd.zst"
		cat "$build/build-id"
		for _package in shim-signed shim-helpers grub-efi-amd64-signed fwupd-signed; do
			lock_effective "$_package"
		done
		sha256_of "$build/fwrepo"
	} | sha256sum | cut -c 1-64
}

for _input in vmlinuz initrd.zst build-id fwrepo; do
	[ -f "$build/$_input" ] || die "build/$_input is not there: ./build.sh makes it"
done
id=$(cat "$build/build-id")
grub=$("$top/rootfs/tool.sh" grub)
new_key=$(key)
if [ -f "$iso" ] && [ "$new_key" = "$(cat "$build/iso.key" 2>/dev/null)" ]; then
	exit 0
fi
rm -f "$build/iso.key"
work=$(mktemp -d "$build/.iso-XXXXXX")
trap 'rm -rf "$work"' EXIT
for _package in shim-signed shim-helpers grub-efi-amd64-signed fwupd-signed; do
	signed "$_package"
done
make_esp
make_fat
"$build/fwrepo" journal-init "$work/journal.img"
make_tree
make_aligned_iso
mv "$work/iso" "$iso"
printf '%s\n' "$new_key" >"$build/iso.key"
say "drydock.iso: $(stat -c %s "$iso") bytes"
