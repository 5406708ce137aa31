# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# HPE's signed images, recognised by content whatever they are called.

ilo_class=2f317b9d-c9e3-4d76-bff6-b9d0d085a952
rom_class=aa148d2e-6e09-453e-bc6f-63baa5f5ccc4
ilo5=4764a662-b342-4fc7-9ce9-258c5d99e815
rom_u30=00000000-0000-0000-0000-000001553330

hpimage() {
	"$top/tests/import/make_hpimage.sh" "$@"
}

hpimage_ilo() {
	hpimage "$ilo_class" 2.96 'iLO 5' "$ilo5" >ilo5_296.bin
	echo 'somebody signed this' >ilo5_296.compsig
	echo 'and this' >ilo5_296_part1.compsig
	echo 'and that' >ilo5_296_part2.compsig
	echo 'not this' >ilo5_296_part4.compsig
	fresh_repo
	imports ilo5_296.bin && payload_is ilo-5-2.96 ilo5_296.bin || return 1
	has ilo-5-2.96 '"backend":"ilo-redfish"' && has ilo-5-2.96 '"class":"bmc"' &&
		has ilo-5-2.96 '"ilo:5"' && has ilo-5-2.96 "\"hpe-target:$ilo5\"" &&
		has ilo-5-2.96 '"proof":{"field":"bmc.version","match":"equals","value":"2.96"}' &&
		has ilo-5-2.96 '"scheme":"dotted"' && notes UNVERIFIED_SIGNATURE label_TEST-KEY-4096 || return 1
	[ "$(grep -o '"role"' shown | wc -l)" -eq 3 ] && has ilo-5-2.96 '"name":"ilo5_296_part2.compsig"' &&
		"$fwrepo" key new k --dir . --no-passphrase && "$fwrepo" sign --repo repo --key k &&
		"$fwrepo" trust --key k --out trust && "$drydock" verify --repo repo --trust trust
}

hpimage_rom() {
	hpimage "$rom_class" 'U30 v2.34 (04/08/2020)' 'System ROM' "$rom_u30" >rom.whatever
	fresh_repo
	imports rom.whatever && has system-rom-u30-v2.34-04-08-2020 '"scheme":"hpe-rom"' &&
		has system-rom-u30-v2.34-04-08-2020 '"hpe-rom:U30"' && has system-rom-u30-v2.34-04-08-2020 '"measured":true' &&
		has system-rom-u30-v2.34-04-08-2020 '"field":"system.rom","match":"scheme"'
}

# A class that nobody knows: described, and said that nothing would prove it.
hpimage_unknown_class() {
	hpimage 11111111-2222-3333-4444-555555555555 1.0 'Some part' 99999999-2222-3333-4444-555555555555 >part.bin
	fresh_repo
	imports part.bin && notes NO_PROOF some-part-1.0 && has some-part-1.0 '"class":"other"'
}

hpimage_no_target() {
	hpimage "$ilo_class" 2.96 'iLO 5' >none.bin
	fresh_repo
	drops_all none.bin && notes NO_TARGET none.bin
}

# The header tells no length of what is behind it: the signature does, and that is the iLO's to check.
# Whatever ends before that is refused, and nothing is left of it.
hpimage_truncated() {
	hpimage "$ilo_class" 2.96 'iLO 5' "$ilo5" >whole.bin
	fresh_repo
	state_of_repo >empty
	_size=$(stat -c %s whole.bin)
	_data=$((_size - 8 * 13))
	for _len in $(seq 44 59 "$_data") $((_data - 4)) $((_data - 1)) "$_data"; do
		head -c "$_len" whole.bin >cut.bin
		refuses_import 6 cut.bin cut.bin || { echo "length $_len of $_size"; return 1; }
	done
	state_of_repo | cmp empty -
}

hpimage_damaged() {
	hpimage "$ilo_class" 2.96 'iLO 5' "$ilo5" >whole.bin
	fresh_repo
	LC_ALL=C sed 's/HPIMAGE/HPIMAGF/' whole.bin >magic.bin
	refuses_import 6 'no whole HPIMAGE header' magic.bin || return 1
	LC_ALL=C sed 's/End HP Signed/End XX Signed/' whole.bin >endless.bin
	refuses_import 6 'has no end' endless.bin || return 1
	perl -e 'undef $/; $_ = <STDIN>; my $at = index($_, "HPIMAGE") + 0x4a0; substr($_, $at, 4) = pack("V", 70000); print' \
		<whole.bin >many.bin
	refuses_import 6 'more than 256 targets' many.bin
}

check 'hpimage: an iLO image with its signatures' hpimage_ilo
check 'hpimage: a system ROM' hpimage_rom
check 'hpimage: an unknown class is told' hpimage_unknown_class
check 'hpimage: no targets' hpimage_no_target
check 'hpimage: truncated' hpimage_truncated
check 'hpimage: damaged' hpimage_damaged
