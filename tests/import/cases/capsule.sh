# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# UEFI capsules, recognised by content whatever they are called.

bios=aabbccdd-1122-3344-5566-778899aabbcc
other=01234567-89ab-cdef-0123-456789abcdef

capsule() {
	"$top/tests/import/make_capsule.sh" "$@"
}

capsule_fmp() {
	capsule fmp 131072 "$bios" >bios.whatever
	fresh_repo
	imports bios.whatever && payload_is bios-131072 bios.whatever &&
		has bios-131072 "\"targets\":[\"guid:$bios\"]" && has bios-131072 '"backend":"uefi-capsule"' &&
		has bios-131072 '"proof":{"field":"esrt.version","match":"equals","value":"131072"}' &&
		has bios-131072 '"activation":"reboot"' || return 1
	"$fwrepo" key new k --dir . --no-passphrase && "$fwrepo" sign --repo repo --key k &&
		"$fwrepo" trust --key k --out trust && "$drydock" verify --repo repo --trust trust
}

# A signature and a dependency stand before the header that tells the version.
capsule_signed() {
	capsule signed 4294967295 "$bios" >bios.cap
	fresh_repo
	imports bios.cap && has bios-4294967295 "guid:$bios" && notes UNVERIFIED_SIGNATURE bios.cap
}

capsule_two_items() {
	capsule fmp 5 "$bios" "$other" >both.cap
	fresh_repo
	imports both.cap && has both-5 "\"targets\":[\"guid:$bios\",\"guid:$other\"]"
}

# What does not tell its version is not guessed at.
capsule_left() {
	fresh_repo
	capsule plain "$bios" >old.cap
	drops_all old.cap && notes NO_IMAGE "guid:$bios" || return 1
	capsule fmp - "$bios" >silent.cap
	drops_all silent.cap && notes NO_IMAGE "guid:$bios" || return 1
	capsule ux >logo.cap
	drops_all logo.cap && notes NO_IMAGE picture
}

capsule_truncated() {
	capsule signed 9 "$bios" >whole.bin
	fresh_repo
	_size=$(stat -c %s whole.bin)
	_len=16
	while [ "$_len" -lt "$_size" ]; do
		head -c "$_len" whole.bin >cut.bin
		refuses_import 6 cut.bin cut.bin >out || {
			cat out
			echo "length $_len of $_size"
			return 1
		}
		_len=$((_len + 1))
	done
	cp whole.bin long.bin
	printf x >>long.bin
	refuses_import 6 'its header says' long.bin
}

# damaged_capsule AT BYTES TEXT: BYTES as printf has them
damaged_capsule() {
	capsule signed 9 "$bios" >bad.bin
	# shellcheck disable=SC2059
	printf "$2" | dd of=bad.bin bs=1 seek="$1" conv=notrunc 2>/dev/null
	refuses_import 6 "$3" bad.bin
}

capsule_damaged() {
	fresh_repo
	damaged_capsule 16 '\033' 'a header of 27 bytes' && damaged_capsule 32 '\002' 'FMP header version 2' &&
		damaged_capsule 38 '\101' 'more than 64' && damaged_capsule 40 '\377\377' 'outside of it' &&
		damaged_capsule 40 '\007' 'outside of it' && damaged_capsule 48 '\004' 'item header version 4' &&
		damaged_capsule 72 '\377\377' 'does not fit its place' &&
		damaged_capsule 104 '\377\377' 'longer than its image' &&
		damaged_capsule 112 'X' 'without the signature'
}

check 'capsule: FMP, with what its item tells' capsule_fmp
check 'capsule: signed, with a dependency' capsule_signed
check 'capsule: two items' capsule_two_items
check 'capsule: without a version, and a picture' capsule_left
check 'capsule: cut off at every byte' capsule_truncated
check 'capsule: wrong lengths' capsule_damaged
