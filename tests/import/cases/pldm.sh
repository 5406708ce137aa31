# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# PLDM firmware update packages of all four revisions: each device record is a component whose payload is
# the whole package, since only a BMC can take it apart.

pldm() {
	"$top/tests/import/make_pldm.sh" "$@"
}

nic='0000=b315	0100=2110	0101=b315	0102=0200'

# pldm_list: three devices and three images; the third device stands behind another one.
pldm_list() {
	printf 'first image' >image1
	printf 'the second image' >image2
	printf 'and a third' >image3
	printf 'device\tset 7\t1\t%s\n' "$nic"
	printf 'device\tutf16:1.2-é\t1,2\t0000=b315\t0100=2110\t0001=0b000000\tffff=010450534944aabb\n'
	[ "$1" -lt 2 ] || printf 'downstream\t3.0\t3\t0002=162023c93ec5411595f448701d49d675\n'
	[ "$1" -ge 2 ] || printf 'device\t-\t3\t0002=162023c93ec5411595f448701d49d675\n'
	printf 'image\t000a\t0001\t00010203\t0004\t28.33.0800\timage1\n'
	printf 'image\t000b\t0002\t-\t0010\tutf16be:9.9\timage2\n'
	printf 'image\tffff\t0003\t-\t0002\tutf8:4.1\timage3\n'
}

# The package that other tools agree about, byte for byte, made here by our own generator.
pldm_vector() {
	awk 'BEGIN { for (i = 1; i <= 27; i++) printf "%c", i }' >image
	printf 'device\tVersionString2\t1\t0002=162023c93ec5411595f448701d49d675
image\t000a\t0064\t-\t0\tVersionString3\timage\n' | PLDM_DATA='' pldm 1 VersionString1 >vector.pldm
	[ "$(stat -c %s vector.pldm)" -eq 166 ] || return 1
	od -An -tx1 vector.pldm | tr -d ' \n' >made
	printf %s f018878ccb7d49439800a02f059aca02018b000000000000000000190ce507000800010e \
		56657273696f6e537472696e6731012e000101000000010e00000156657273696f6e537472696e6732 \
		02001000162023c93ec5411595f448701d49d67501000a006400ffffffff000000008b0000001b000000 \
		010e56657273696f6e537472696e67334f96ae56 \
		0102030405060708090a0b0c0d0e0f101112131415161718191a1b | cmp made - || {
		cat made
		return 1
	}
	echo 'somebody signed this' >vector.compsig
	fresh_repo
	imports vector.pldm && has versionstring2-versionstring3 '"role":"compsig"' &&
		has versionstring2-versionstring3 '"name":"vector.compsig"' || return 1
	payload_is versionstring2-versionstring3 vector.pldm &&
		has versionstring2-versionstring3 '"pldm-uuid:162023c9-3ec5-4115-95f4-48701d49d675"' &&
		has versionstring2-versionstring3 'Released2021-12-25.' &&
		has versionstring2-versionstring3 '"scheme":"plain"'
}

# pldm_revision N
pldm_revision() {
	pldm_list "$1" | pldm "$1" 'package 5' >whole.bin
	fresh_repo
	imports whole.bin || return 1
	_one=set-7-device-1-28.33.0800
	payload_is $_one whole.bin && has $_one '"targets":["pci:15b3:1021:15b3:0002"]' &&
		has $_one '"backend":"ilo-redfish"' && has $_one '"activation":"device-reset"' &&
		has $_one '"en":"set 7"' && has $_one 'Comparison stamp 00010203' && has $_one '"class":"other"' &&
		has $_one '"proof":{"field":"redfish.version","match":"equals","value":"28.33.0800"}' || return 1
	# Two images: the version is that of the set, nothing proves it, and it is a BIOS, too.
	payload_is 1.2-device-2-1.2 whole.bin && has 1.2-device-2-1.2 '"version":"1.2-é"' &&
		has 1.2-device-2-1.2 '"targets":["pci:15b3:1021"]' && has 1.2-device-2-1.2 '"class":"system-rom"' &&
		has 1.2-device-2-1.2 '"activation":"power-cycle"' && notes NO_PROOF 1.2-device-2-1.2 &&
		notes REQUIREMENT 'IANA enterprise 11, vendor defined PSID' || return 1
	_three=package-5-device-3-4.1
	payload_is $_three whole.bin && has $_three '"pldm-uuid:162023c9-3ec5-4115-95f4-48701d49d675"' &&
		has $_three '"activation":"none"' || return 1
	[ "$1" -lt 2 ] || notes REQUIREMENT 'by itself only from version 3.0 on' || return 1
	# Stored once for all three.
	[ "$(find repo/blobs -type f -size "$(stat -c %s whole.bin)c" | wc -l)" -eq 1 ] &&
		"$fwrepo" key new k --dir . --no-passphrase && "$fwrepo" sign --repo repo --key k &&
		"$fwrepo" trust --key k --out trust && "$drydock" verify --repo repo --trust trust &&
		rm -rf trust k.*
}

# What no target expresses is told, and nothing is imported for it.
pldm_unknown_targets() {
	printf 'x' >image1
	printf 'device\tset\t1\t0001=0b000000\t0103=07
image\t000a\t1\t-\t8\t1.0\timage1\n' | pldm 3 p >strange.bin
	fresh_repo
	drops_all strange.bin && notes UNKNOWN_TARGET 'IANA enterprise 11, PCI revision 07' &&
		notes NO_TARGET 'device 1'
}

pldm_no_images_for_it() {
	printf 'x' >image1
	printf 'device\tset\t1\t%s\ndevice\tempty\t\t%s\nimage\t000a\t1\t-\t8\t1.0\timage1\n' "$nic" "$nic" |
		pldm 1 p >empty.bin
	fresh_repo
	imports empty.bin && notes NO_IMAGE 'device 2'
}

# A capsule inside is recognised and is one of its own besides; what is not recognised is not offered.
pldm_inner_capsule() {
	printf 'nobody knows this' >image1
	"$top/tests/import/make_capsule.sh" fmp 77 aabbccdd-1122-3344-5566-778899aabbcc >image2
	printf 'device\tset\t1,2\t%s\ndownstream\t-\t1\t0100=0200\t0000=0100\nimage\t000a\t1\t-\t8\t1.0\timage1\nimage\t000b\t2\t-\t8\t2.0\timage2\n' \
		"$nic" | pldm 2 p >both.bin
	fresh_repo
	imports both.bin && has set-device-1-set '"backend":"ilo-redfish"' && payload_is set-device-1-set both.bin &&
		[ "$("$fwrepo" list --repo repo --json | grep -o '"backend"' | wc -l)" -eq 3 ] &&
		has p-device-2-1.0 '"pci:0001:0002"' && has both-77 '"backend":"uefi-capsule"' && payload_is both-77 image2
}

# Cut off anywhere: refused, and nothing is left of it.
pldm_truncated() {
	pldm_list 4 | pldm 4 p >whole.bin
	fresh_repo
	_size=$(stat -c %s whole.bin)
	_len=1
	while [ "$_len" -lt "$_size" ]; do
		head -c "$_len" whole.bin >cut.pldm
		refuses_import 6 cut.pldm cut.pldm >out || {
			cat out
			echo "length $_len of $_size"
			return 1
		}
		_len=$((_len + 1))
	done
}

# damaged REVISION AT HEX TEXT: with the header's checksum made right.
damaged() {
	pldm_list "$1" | pldm "$1" p >bad.bin
	pldm patch bad.bin "$2" "$3"
	refuses_import 6 "$4" bad.bin
}

pldm_damaged() {
	fresh_repo
	pldm_list 4 | pldm 4 p >bad.bin
	printf 'X' | dd of=bad.bin bs=1 seek=40 conv=notrunc 2>/dev/null
	refuses_import 6 'header does not have its checksum' bad.bin || return 1
	pldm_list 4 | pldm 4 p >bad.bin
	_last=$(($(stat -c %s bad.bin) - 1))
	printf 'X' | dd of=bad.bin bs=1 seek="$_last" conv=notrunc 2>/dev/null
	refuses_import 6 'images do not have their checksum' bad.bin || return 1
	# More behind the images is covered by the checksum of revision 4, too.
	pldm_list 4 | pldm 4 p >bad.bin
	echo more >>bad.bin
	refuses_import 6 'images do not have their checksum' bad.bin || return 1
	damaged 1 16 02 'revision 2 under the identifier of revision 1' &&
		damaged 1 32 0700 'bitmap of 7 bits' && damaged 1 32 0000 'device record 1' &&
		damaged 1 17 2700 'a header of 39 bytes' && damaged 2 17 ffff 'is cut off' &&
		damaged 3 38 ffff 'firmware device record 1' && damaged 4 37 00 'downstream device record 1' &&
		damaged 1 40 09 'descriptors do not fit'
}

for revision in 1 2 3 4; do
	check "pldm: a package of revision $revision" pldm_revision "$revision"
done
check 'pldm: the reference package' pldm_vector
check 'pldm: descriptors that are no target' pldm_unknown_targets
check 'pldm: a device without images' pldm_no_images_for_it
check 'pldm: a capsule inside is offered besides' pldm_inner_capsule
check 'pldm: cut off at every byte' pldm_truncated
check 'pldm: wrong checksums and lengths' pldm_damaged
