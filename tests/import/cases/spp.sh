# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
#
# Whole Service Packs. What is not wanted must not be opened: `seal_others` makes all packages but
# some into files that no importer can read, so that opening one of them fails the import.

spp_make() {
	_dir=$1
	shift
	rm -rf "$_dir"
	"$top/tests/import/make_spp.sh" "$_dir" "$@"
}

# spp_servers: three real servers as "lspci -x" dumps, and the same as inventories with SMBIOS; lab.json has a drive.
spp_servers() {
	for _server in dl360g7 dl380gen10 dl385gen10plusv2; do
		"$top/tests/pci/tsv2dump.sh" "$top/tests/data/pci/$_server.tsv" >"$_server.dump"
	done
	set -- "$top/tests/import/inventory.sh" "$drydock"
	"$@" dl360g7.dump 'ProLiant DL360 G7' P68 2.20 05/21/2018 >dl360g7.json
	"$@" dl380gen10.dump 'ProLiant DL380 Gen10' U30 2.76 02/09/2023 >dl380gen10.json
	"$@" dl385gen10plusv2.dump 'ProLiant DL385 Gen10 Plus v2' A42 2.90 10/27/2023 >dl385gen10plusv2.json
	"$top/tests/pci/tsv2dump.sh" "$top/tests/data/pci/dl380gen10.tsv" | sed '/ 0107: /,/^$/d' >lab.dump
	"$@" lab.dump 'ProLiant DL380 Gen11' U54 2.10 01/02/2024 LB000003LABXD >lab.json
}

# kept: the files that components were made of, one a line.
kept() {
	tr ',' '\n' <repo/index.json | sed -n 's/.*"provenance":{"file":"\([^"]*\)".*/\1/p' | sort -u
}

# keeps FILE...: exactly these.
keeps() {
	printf '%s\n' "$@" | sort >want
	kept | diff want - && return 0
	echo "these were to be kept: $*"
	return 1
}

# tells REASON COUNT: so many lines of the report have the reason.
tells() {
	_lines=$(grep -c "\"reason\": \"$1\"" report.json)
	[ "$_lines" -eq "$2" ] && return 0
	echo "$_lines lines say $1, not $2"
	return 1
}

seal_others() {
	_packages=$1
	shift
	for _file in "$_packages"/*.fwpkg; do
		case " $* " in
		*" ${_file##*/} "*) ;;
		*) printf 'PK\003\004 no archive' >"$_file" ;;
		esac
	done
}

cards='nic-5709.fwpkg nic-5719.fwpkg nic-57412.fwpkg raid-mr416.fwpkg raid-p408.fwpkg'

# 614 for agents: 218 of them software; of the 63 tools 31 are programs for Windows.
spp_of_dumps() {
	fresh_repo
	# shellcheck disable=SC2086
	imports --for dl360g7.dump --for dl380gen10.dump --for dl385gen10plusv2.dump big && keeps $cards &&
		tells SOFTWARE 218 && tells VENDOR_TOOL $((614 - 218 + 31)) &&
		tells NOT_FOR_THESE $((44 + 9 + 32)) && tells CANNOT_TELL $((1 + 30 + 10 + 5 + 22)) &&
		tells IMPORTED 5 && has nic-57412-237.1.148 '"name":{"en":"BCM57412"' &&
		has nic-57412-237.1.148 '"pci:14e4:16d6:14e4:1594"' && has nic-57412-237.1.148 '"role":"compsig"'
}

# SMBIOS tells the ROM and the iLO, but not what is behind RAID controllers.
spp_of_inventories() {
	fresh_repo
	# shellcheck disable=SC2086
	imports --for dl360g7.json --for dl380gen10.json --for dl385gen10plusv2.json big &&
		keeps $cards ilo5_310.fwpkg rom-P68.fwpkg rom-U30.fwpkg rom-A42.fwpkg &&
		tells NOT_FOR_THESE $((44 + 9 + 32 + 19)) && tells CANNOT_TELL $((30 + 10 + 5))
}

# One server of each: the one that fits is enough.
spp_of_one() {
	fresh_repo
	imports --for dl380gen10.json big && keeps nic-5719.fwpkg raid-p408.fwpkg ilo5_310.fwpkg rom-U30.fwpkg &&
		fresh_repo && imports --for dl360g7.dump big && keeps nic-5709.fwpkg
}

# Without a RAID controller all drives are known.
spp_of_lab() {
	fresh_repo
	imports --for lab.json big && keeps nic-5719.fwpkg drive-3.fwpkg rom-U54.fwpkg &&
		tells CANNOT_TELL 15 && tells NOT_FOR_THESE $((44 + 9 + 32 + 4 + 1 + 29 + 21))
}

spp_undecided() {
	spp_make big2 new <big.list
	# shellcheck disable=SC2046
	seal_others big2/packages nic-5709.fwpkg ilo5_310.fwpkg $(sed -n 's/^\(\(drive\|backplane\|part\|rom\)-[^\t]*\).*/\1/p' big.list)
	fresh_repo
	imports --for dl360g7.dump --keep-undecided big2 && [ "$(kept | wc -l)" -eq 69 ] && tells CANNOT_TELL 0
}

spp_as_iso() {
	xorriso -as mkisofs -quiet -R -J -V SPP -o big.iso big 2>/dev/null
	fresh_repo
	imports --for dl380gen10.json --for lab.json big &&
		cp repo/index.json folder.json && fresh_repo &&
		imports --for dl380gen10.json --for lab.json big.iso && cmp repo/index.json folder.json
}

few_cards() {
	printf '%s\tBmc\tFirmware\tFWPKG-v2\t-\t%s\t5000\tCard\t%s\n' \
		one.fwpkg - a6b1a447-382a-5a4f-14e4-1657103c22be=1.10 \
		two.fwpkg - a6b1a447-382a-5a4f-14e4-1639103c7055=2.0
	printf 'driver.rpm\tRuntimeAgent\tSoftware\tLinux\t-\t-\tsealed\tDriver\t-\n'
}

spp_missing() {
	few_cards | spp_make few new
	rm few/packages/two.fwpkg
	fresh_repo
	imports --for dl380gen10.dump few && keeps one.fwpkg &&
		notes NOT_FOR_THESE 'two.fwpkg: it is not in the Service Pack' &&
		fresh_repo && refuses_import 6 'two.fwpkg: the manifest names it' few &&
		refuses_import 6 'two.fwpkg: the manifest names it' --for dl360g7.dump few &&
		rm few/packages/driver.rpm && imports --for dl380gen10.dump few
}

# A manifest that is cut, and one of which a byte is gone: nothing is imported, whatever is sound.
spp_damaged() {
	few_cards | spp_make few new
	cp few/manifest/manifest.json whole
	fresh_repo
	for _size in 0 1 100 5000 $(($(wc -c <whole) - 3)); do
		head -c "$_size" whole >few/manifest/manifest.json
		refuses_import 6 manifest/manifest.json few || return 1
	done
	sed '1s/"Devices"/Devices"/' whole >few/manifest/manifest.json
	refuses_import 6 manifest/manifest.json few || return 1
	echo '{"manifest": {}}' >few/manifest/manifest.json
	refuses_import 6 manifest/manifest.json few || return 1
	cp whole few/manifest/manifest.json
	echo '{"Components": [], "Prerequisites": [7]}' >few/manifest/metadata.json
	refuses_import 6 manifest/metadata.json few
}

spp_damaged_xml() {
	few_cards | spp_make few meta
	fresh_repo
	head -c 700 few/hp_manifest/meta.xml >part
	mv part few/hp_manifest/meta.xml
	refuses_import 6 hp_manifest/meta.xml few || return 1
	printf '<!DOCTYPE m [<!ENTITY a "b">]><hp_manifest><meta>&a;</meta></hp_manifest>' >few/hp_manifest/meta.xml
	refuses_import 6 hp_manifest/meta.xml few
}

spp_damaged_package() {
	few_cards | spp_make few new
	head -c 3000 few/packages/two.fwpkg >part
	mv part few/packages/two.fwpkg
	fresh_repo
	refuses_import 6 two.fwpkg few && imports --for dl380gen10.dump few && keeps one.fwpkg
}

spp_encodings() {
	few_cards | spp_make few new
	cp few/manifest/manifest.json whole
	for _encoding in UTF-16 UTF-16LE UTF-16BE; do
		iconv -f UTF-8 -t "$_encoding" <whole >few/manifest/manifest.json
		fresh_repo
		imports few && keeps one.fwpkg two.fwpkg && tells SOFTWARE 1 || return 1
	done
	{
		printf '\357\273\277'
		cat whole
	} >few/manifest/manifest.json
	fresh_repo
	imports few && keeps one.fwpkg two.fwpkg
}

spp_trees() {
	few_cards | spp_make few old
	fresh_repo
	imports --for dl380gen10.dump few && keeps one.fwpkg && tells NOT_FOR_THESE 1 && tells SOFTWARE 1 || return 1
	few_cards | spp_make few meta
	fresh_repo
	imports --for dl380gen10.dump few && keeps one.fwpkg && tells NOT_FOR_THESE 1 && tells SOFTWARE 1 || return 1
	few_cards | spp_make few bare
	rm few/packages/driver.rpm
	fresh_repo
	imports --for dl380gen10.dump few && keeps one.fwpkg && tells NOT_FOR_THESE 1
}

# What somebody added is a package as any other, and what the manifest does not know the name of is found.
spp_unknown() {
	few_cards | spp_make few new
	few_cards | sed 's/one/three/; s/22be=1.10/22be=1.20/; s/two/four/' | spp_make more new
	cp more/packages/*.fwpkg few/packages/
	sed 's/"name":"two.fwpkg"/"name":""/' few/manifest/manifest.json >nameless
	mv nameless few/manifest/manifest.json
	fresh_repo
	imports few && keeps one.fwpkg two.fwpkg three.fwpkg four.fwpkg
}

versions_of() {
	printf '%s\tBmc\tFirmware\tFWPKG-v2\t-\t%s\t5000\tCard\ta6b1a447-382a-5a4f-14e4-1657103c22be=%s\n' \
		old.fwpkg - 1.20 stone.fwpkg - 1.40 middle.fwpkg - 1.9 new.fwpkg 1.30 2.10
}

spp_versions() {
	versions_of | spp_make few new
	fresh_repo
	imports few && keeps stone.fwpkg new.fwpkg && tells SUPERSEDED 2 && notes SUPERSEDED 'new.fwpkg brings 2.10' &&
		has new-2.10 '"min_active_version":"1.30"' &&
		fresh_repo && imports --all-versions few && keeps old.fwpkg stone.fwpkg middle.fwpkg new.fwpkg
}

rule() {
	printf 'rule\t{"DependencyRequirement":{"ApplicableTo":{"GuidTargets":{"GuidTarget":["%s"]}},' "$1"
	printf '"Requires":{"Requirements":[%s]}}}\n' "$2"
}

spp_rules() {
	{
		few_cards
		rule a6b1a447-382a-5a4f-14e4-1657103c22be \
			'{"Target":"4764a662-b342-4fc7-9ce9-258c5d99e815","MinimumVersion":"1.40"},"Secure Boot is off"'
		rule a6b1a447-382a-5a4f-14e4-000000000000 '{"Target":"4764a662-b342-4fc7-9ce9-258c5d99e815","MinimumVersion":"9"}'
		rule a6b1a447-382a-5a4f-14e4-1639103c7055 \
			'{"Target":"00000000-0000-0000-0000-000001553330","MinimumVersion":"U30 v2.34 (04/08/2020)"}'
	} | spp_make few new
	fresh_repo
	imports few && has one-1.10 '"requires":[{"target":"ilo:5","min_version":"1.40"}]' &&
		has two-2.0 '"requires":[{"target":"hpe-rom:U30","min_version":"U30 v2.34 (04/08/2020)"}]' &&
		notes REQUIREMENT 'Secure Boot is off' && tells REQUIREMENT 1
}

# The server named is what can be at fault, and is named.
spp_bad_server() {
	fresh_repo
	echo 'no dump' >bad.dump
	refuses_import 6 bad.dump --for bad.dump big && refuses_import 6 cut.json --for cut.json big
}

spp_servers
"$top/tests/import/list_spp.sh" 4096 65536 >big.list
spp_make big new <big.list
# shellcheck disable=SC2086
seal_others big/packages $cards ilo5_310.fwpkg rom-P68.fwpkg rom-U30.fwpkg rom-A42.fwpkg rom-U54.fwpkg drive-3.fwpkg
head -c 300 lab.json >cut.json
check 'Service Pack: three dumps of lspci' spp_of_dumps
check 'Service Pack: three inventories' spp_of_inventories
check 'Service Pack: one server' spp_of_one
check 'Service Pack: a server whose drives are known' spp_of_lab
check 'Service Pack: what cannot be told is kept when that is asked for' spp_undecided
check 'Service Pack: the same as ISO image' spp_as_iso
check 'Service Pack: a file is missing' spp_missing
check 'Service Pack: a damaged manifest' spp_damaged
check 'Service Pack: a damaged meta.xml' spp_damaged_xml
check 'Service Pack: a damaged package, where it is wanted' spp_damaged_package
check 'Service Pack: encodings' spp_encodings
check 'Service Pack: older trees' spp_trees
check 'Service Pack: packages that the manifest does not know' spp_unknown
check 'Service Pack: several versions' spp_versions
check 'Service Pack: prerequisites' spp_rules
check 'Service Pack: a server that cannot be read' spp_bad_server
