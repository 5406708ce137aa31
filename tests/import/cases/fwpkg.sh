# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# HPE .fwpkg files: metadata shaped like published ones, images of a few hundred bytes of ours.

drive_target=562340a5-3052-3030-3936-305959585052
other_drive=562340a5-3052-3130-3932-305959585053

# image FILE TEXT: something to carry.
image() {
	yes "$2" | head -c 700 >"$1"
}

# drive_json FORMAT: two models, one image.
drive_json() {
	cat <<END
{"DeviceClass":"f6de0320-2e0f-489a-b238-6dd8ae7c3811","PackageFormat":"$1","Type":"Firmware",
"UpdatableBy":["Bmc"],"MinimumActiveVersion":"HPG0","Devices":{"Device":[
{"DeviceName":"VR000960YYXPR","Target":"$drive_target","Version":"HPG1","FirmwareImages":[
{"DelayAfterInstallSec":5,"DirectFlashOK":true,"FileName":"VR960.HPb","InstallDurationSec":120,"Order":1,
"PLDMImage":true,"ResetRequired":false,"ServerPowerOff":false,"SysPowerOn":true,"Type":"Firmware",
"UEFIFlashable":false}]},
{"DeviceName":"VR001920YYXPS","Target":"$other_drive","Version":"HPG1","FirmwareImages":[
{"DirectFlashOk":"True","FileName":"vr960.hpb","InstallDurationSec":"120","PLDMImage":"yes"}]}]},
"package":{"category":[{"Lang":"en","Value":"Firmware - NVMe Storage Disk"}],
"description":[{"Lang":"en","Value":"Firmware for VR drives"}],
"name":[{"lang":"en","x_late":"Supplemental Update - HPG1"},{"lang":"ja","x_late":"追加アップデート - HPG1"}],
"id":{"product":"cp068123","version":"HPG1"},"manufacturer_name":[{"lang":"en","x_late":"Hewlett Packard Enterprise"}],
"installation":{"per_device_install_time_seconds":"120","reboot_required":"no"},
"installation_dependency":{"DependencyRequirement":[
{"target_guid":"4764a662-b342-4fc7-9ce9-258c5d99e815","minimum_version":"2.30"},
{"text":"The drive must not be part of a rebuilding array"}]},
"release_date":{"year":2025,"month":3,"day":7}}}
END
}

# pack NAME.fwpkg FILE...: a package by Info-ZIP.
pack() {
	rm -f "$1"
	zip -q -X "$@"
}

drive_package() {
	image VR960.HPb 'an image of ours'
	drive_json "$1" >payload.json
	cat >VR960.xml <<END
<cpq_package><id>cp068123</id><version value="HPG1" type_of_change="Critical"/><revision_history><revision>
<version value="HPG1"/><revision_fixes_xlate lang="en">
A drive no longer stops answering.
And more.</revision_fixes_xlate></revision></revision_history></cpq_package>
END
	pack "$2" payload.json VR960.HPb VR960.xml
}

fwpkg_v2() {
	fresh_repo
	drive_package FWPKG-v2 cp068123.fwpkg
	echo 'first part' >cp068123_part1.compsig
	echo 'second part' >CP068123_part2.compsig
	echo 'whole' >cp068123.compsig
	imports cp068123.fwpkg || return 1
	payload_is cp068123-hpg1 cp068123.fwpkg || return 1
	has cp068123-hpg1 '"backend":"ilo-redfish"' &&
		has cp068123-hpg1 '"flags":["hpe-fwpkg"]' &&
		has cp068123-hpg1 '"class":"drive"' &&
		has cp068123-hpg1 '"version":"HPG1"' &&
		has cp068123-hpg1 '"scheme":"hpe-drive"' &&
		has cp068123-hpg1 '"drive-model:VR000960YYXPR"' &&
		has cp068123-hpg1 '"drive-model:VR001920YYXPS"' &&
		has cp068123-hpg1 "\"hpe-target:$other_drive\"" &&
		has cp068123-hpg1 '"field":"drive.rev"' &&
		has cp068123-hpg1 '"match":"equals"' &&
		has cp068123-hpg1 '"min_active_version":"HPG0"' &&
		has cp068123-hpg1 '"expected_seconds":125' &&
		has cp068123-hpg1 '"activation":"none"' &&
		has cp068123-hpg1 '"criticality":"critical"' &&
		has cp068123-hpg1 '"ja":"追加アップデート - HPG1"' &&
		has cp068123-hpg1 '"name":{"en":"Supplemental Update - HPG1"' &&
		has cp068123-hpg1 '"release_notes":"A drive no longer stops answering."' &&
		has cp068123-hpg1 '"target":"ilo:5","min_version":"2.30"' &&
		has cp068123-hpg1 '"role":"compsig","name":"cp068123.compsig"' &&
		has cp068123-hpg1 '"role":"compsig","name":"cp068123_part1.compsig"' &&
		has cp068123-hpg1 '"role":"compsig","name":"CP068123_part2.compsig"' &&
		notes UNVERIFIED_SIGNATURE cp068123.compsig &&
		notes REQUIREMENT 'must not be part of a rebuilding array'
}

# An older one: the image, and the description beside it.
fwpkg_v1() {
	fresh_repo
	drive_package FWPKG old.fwpkg
	imports old.fwpkg || return 1
	payload_is old-hpg1 VR960.HPb || return 1
	has old-hpg1 '"role":"metadata","name":"payload.json"' || return 1
	! has old-hpg1 hpe-fwpkg >/dev/null
	cmp payload.json "$(find repo/blobs -type f -size "$(wc -c <payload.json)c")"
}

# Found by its content under any name; again it is there already.
fwpkg_again() {
	fresh_repo
	drive_package FWPKG-v2 cp1.fwpkg
	cp cp1.fwpkg download
	imports cp1.fwpkg && imports download || return 1
	notes IMPORTED download || return 1
	imports cp1.fwpkg && notes ALREADY_THERE cp1
}

rom_json() {
	cat <<'END'
{"DeviceClass":"aa148d2e-6e09-453e-bc6f-63baa5f5ccc4","PackageFormat":"FWPKG-v2","Type":"Firmware",
"UpdatableBy":["Bmc","Uefi"],"MinimumActiveVersion":"1.20","Devices":{"Device":[
{"DeviceName":"System ROM U30","Target":"00000000-0000-0000-0000-000001553330","Version":"2.34_04_08_2020",
"FirmwareImages":[{"FileName":"U30.signed.flash","ResetRequired":true,"ServerPowerOff":true,"InstallDurationSec":300}]},
{"DeviceName":"System ROM U30","Target":"00000000-0000-0000-0000-000000000205","Version":"2.34_04_08_2020",
"FirmwareImages":[{"FileName":"U30.signed.flash","ResetRequired":true,"ServerPowerOff":true,"InstallDurationSec":300}]}]},
"package":{"name":"ROM Flash Firmware Package - U30"}}
END
}

fwpkg_rom() {
	fresh_repo
	image U30.signed.flash rom
	rom_json >payload.json
	pack U30_2.34.fwpkg payload.json U30.signed.flash
	imports U30_2.34.fwpkg || return 1
	_id=$("$fwrepo" list --repo repo --json | tr -d ' \n' | sed 's/.*"id":"\([^"]*\)".*/\1/')
	has "$_id" '"version":"U30 v2.34 (04/08/2020)"' &&
		has "$_id" '"scheme":"hpe-rom"' &&
		has "$_id" '"field":"system.rom"' &&
		has "$_id" '"match":"scheme"' &&
		has "$_id" '"hpe-rom:U30"' &&
		has "$_id" '"hpe-target:00000000-0000-0000-0000-000000000205"' &&
		has "$_id" '"min_active_version":"U30 v1.20"' &&
		has "$_id" '"measured":true' &&
		has "$_id" '"host_power_off":true' &&
		has "$_id" '"activation":"reboot"' &&
		has "$_id" '"class":"system-rom"'
}

# simple_json CLASS TARGET VERSION FILE MORE: one device; MORE are members of its image.
simple_json() {
	cat <<END
{"DeviceClass":"$1","PackageFormat":"${format:-FWPKG-v2}","Type":"${type:-Firmware}",
"UpdatableBy":${by:-[\"Bmc\"]},"Devices":{"Device":[{"DeviceName":"${device:-A device}","Target":"$2",
"Version":"$3","FirmwareImages":[{"FileName":"$4"${5:+,$5}}]}]},"package":{"name":"${device:-A device}"}}
END
}

fwpkg_ilo() {
	fresh_repo
	image ilo5_310.bin ilo
	device='iLO 5' format=FWPKG simple_json 2f317b9d-c9e3-4d76-bff6-b9d0d085a952 \
		C0BCF2B9-1141-49AF-AAB8-C73791F0349C 3.10 ilo5_310.bin '"ResetRequired":"False"' >payload.json
	pack ilo5.fwpkg payload.json ilo5_310.bin
	imports ilo5.fwpkg || return 1
	payload_is ilo5-3.10 ilo5_310.bin || return 1
	has ilo5-3.10 '"targets":["ilo:5","hpe-target:c0bcf2b9-1141-49af-aab8-c73791f0349c"]' &&
		has ilo5-3.10 '"field":"bmc.version"' &&
		has ilo5-3.10 '"activation":"device-reset"' &&
		has ilo5-3.10 '"backend":"ilo-redfish"' || return 1
	# A GUID that is not known: the name tells the generation.
	device='Integrated Lights-Out iLO 6' simple_json 2f317b9d-c9e3-4d76-bff6-b9d0d085a952 \
		11111111-2222-3333-4444-555555555555 1.60 ilo5_310.bin >payload.json
	pack ilo6.fwpkg payload.json ilo5_310.bin
	imports ilo6.fwpkg || return 1
	# Its image is called otherwise: it contradicts itself, so only the GUID is left.
	has ilo6-1.60 '"targets":["hpe-target:11111111-2222-3333-4444-555555555555"]' || return 1
	cp ilo5_310.bin ilo6_160.bin
	sed 's/ilo5_310/ilo6_160/' payload.json >p && mv p payload.json
	pack ilo6b.fwpkg payload.json ilo6_160.bin
	imports ilo6b.fwpkg && has ilo6b-1.60 '"ilo:6"'
}

fwpkg_nic_and_backplane() {
	fresh_repo
	image nic.pldm nic
	simple_json 79f0c163-0c13-4662-9dea-09235fef90cb a6b1a447-382a-5a4f-15b3-102315b30002 28.44.1036 \
		nic.pldm '"ResetRequired":"yes","InstallDurationSec":360,"PLDMImage":true,"DirectFlashOk":true' >payload.json
	pack nic.fwpkg payload.json nic.pldm
	simple_json 4149ebb7-d64b-4654-b679-4280f349ea50 9675b54e-1c96-44c3-a7a1-901507000000 1.24 nic.pldm \
		'"InstallDurationSec":600' >payload.json
	pack ubm.fwpkg payload.json nic.pldm
	imports nic.fwpkg ubm.fwpkg || return 1
	has nic-28.44.1036 '"pci:15b3:1023:15b3:0002"' &&
		has nic-28.44.1036 '"field":"redfish.version"' &&
		has nic-28.44.1036 '"activation":"reboot"' &&
		has nic-28.44.1036 '"class":"nic"' &&
		has ubm-1.24 '"targets":["hpe-target:9675b54e-1c96-44c3-a7a1-901507000000"]' &&
		has ubm-1.24 '"class":"enclosure"'
}

# Two images for two models are two components; 300 models of one image are two as well.
fwpkg_groups() {
	fresh_repo
	image a.HPb a
	image b.HPb b
	drive_json FWPKG | sed 's/vr960.hpb/b.HPb/; s/VR960.HPb/a.HPb/' >payload.json
	pack two.fwpkg payload.json a.HPb b.HPb
	imports two.fwpkg || return 1
	payload_is two-a.hpb-hpg1 a.HPb && payload_is two-b.hpb-hpg1 b.HPb || return 1
	has two-b.hpb-hpg1 '"drive-model:VR001920YYXPS"' || return 1
	! has two-b.hpb-hpg1 '"drive-model:VR000960YYXPR"' >/dev/null || return 1
	{
		echo '{"Type":"Firmware","UpdatableBy":["Bmc"],"Devices":{"Device":['
		for _i in $(seq 100 399); do
			printf '%s{"Target":"11111111-2222-3333-4444-555555555%s","Version":"1","FirmwareImages":[{"FileName":"a.HPb"}]}' \
				"${_comma:-}" "$_i"
			_comma=,
		done
		echo ']}}'
	} >payload.json
	pack many.fwpkg payload.json a.HPb
	imports many.fwpkg || return 1
	has many-1 '"hpe-target:11111111-2222-3333-4444-555555555100"' &&
		has many-2-1 '"hpe-target:11111111-2222-3333-4444-555555555399"' || return 1
	_count=$(tr <repo/index.json , '\n' | grep -c hpe-target:11111111)
	[ "$_count" -eq 300 ] || { echo "$_count targets"; return 1; }
}

fwpkg_not_for_us() {
	fresh_repo
	image x.bin x
	_nic=79f0c163-0c13-4662-9dea-09235fef90cb
	type=Software simple_json $_nic a6b1a447-382a-5a4f-15b3-102315b30002 1.0 x.bin >payload.json
	pack software.fwpkg payload.json x.bin
	by='["Uefi","RuntimeAgent"]' simple_json $_nic a6b1a447-382a-5a4f-15b3-102315b30002 1.0 x.bin >payload.json
	pack agent.fwpkg payload.json x.bin
	simple_json $_nic 'not a guid' 1.0 x.bin '"Order":"first"' >payload.json
	pack target.fwpkg payload.json x.bin
	sed 's/"FirmwareImages":\[{/"FirmwareImages":[{"FileName":"payload.json"},{/; s/-v2//' payload.json |
		sed 's/not a guid/a6b1a447-382a-5a4f-15b3-102315b30002/' >p && mv p payload.json
	pack images.fwpkg payload.json x.bin
	drops_all software.fwpkg agent.fwpkg target.fwpkg images.fwpkg || return 1
	notes SOFTWARE software.fwpkg && notes VENDOR_TOOL agent.fwpkg &&
		notes NO_TARGET target.fwpkg && notes UNKNOWN_TARGET target.fwpkg &&
		notes UNREAD 'Target, Order' && notes MANY_IMAGES images.fwpkg || return 1
	imports --vendor-tools agent.fwpkg || return 1
	payload_is agent-1.0 agent.fwpkg && has agent-1.0 '"backend":"vendor-tool"'
}

# A real server's PCI functions: its card is kept, another is not, of drives a dump says nothing.
fwpkg_for_a_server() {
	fresh_repo
	"$top/tests/pci/tsv2dump.sh" "$top/tests/data/pci/dl380gen10.tsv" >server.dump
	_nic=79f0c163-0c13-4662-9dea-09235fef90cb
	simple_json $_nic a6b1a447-382a-5a4f-14e4-1657103c22be 1.10 x.bin >payload.json
	pack card.fwpkg payload.json x.bin
	simple_json $_nic a6b1a447-382a-5a4f-14e4-1639103c7055 2.0 x.bin >payload.json
	pack other.fwpkg payload.json x.bin
	simple_json 4149ebb7-d64b-4654-b679-4280f349ea50 9675b54e-1c96-44c3-a7a1-901507000000 1.24 x.bin >payload.json
	pack backplane.fwpkg payload.json x.bin
	imports --for server.dump card.fwpkg other.fwpkg backplane.fwpkg && notes IMPORTED card.fwpkg &&
		notes NOT_FOR_THESE other.fwpkg && notes CANNOT_TELL backplane.fwpkg || return 1
	imports --for server.dump --keep-undecided backplane.fwpkg && notes IMPORTED backplane.fwpkg
}

md5_of() {
	md5sum <"$1" | cut -c 1-32
}

# sidecar FILE MD5 BYTES
sidecar() {
	printf '\357\273\277{"Package":{"Category":[{"Lang":"en","Value":"Firmware"}],"Description":[{"Lang":"ja","Value":"ドライブ"}],
"Divisions":[],"Files":[{"Bytes":"%s","DateModified":"2025","FileList":["payload.json"],"MD5Sum":"%s","Name":"%s"}]}}\n' \
		"$3" "$2" "$1" >"${1%.*}.json"
}

fwpkg_sidecar() {
	for _format in FWPKG-v2 FWPKG; do
		fresh_repo
		drive_package $_format s.fwpkg
		_size=$(wc -c <s.fwpkg | tr -d ' ')
		sidecar s.fwpkg "$(md5_of s.fwpkg | tr a-f A-F)" "$_size"
		imports s.fwpkg || return 1
		fresh_repo
		sidecar s.fwpkg "$(md5_of payload.json)" "$_size"
		refuses_import 6 s.fwpkg s.fwpkg || return 1
		sidecar s.fwpkg "$(md5_of s.fwpkg)" $((_size + 1))
		refuses_import 6 s.json s.fwpkg || return 1
		sidecar s.fwpkg 0123 "$_size"
		refuses_import 6 s.json s.fwpkg || return 1
		echo '{' >s.json
		refuses_import 6 s.json s.fwpkg || return 1
		rm s.json
	done
}

fwpkg_missing_image() {
	fresh_repo
	drive_package FWPKG-v2 m.fwpkg
	pack m.fwpkg payload.json VR960.xml
	refuses_import 6 'm.fwpkg: there is no "VR960.HPb" in it' m.fwpkg
	pack m.fwpkg VR960.HPb VR960.xml
	refuses_import 6 'm.fwpkg: there is no payload.json in it' m.fwpkg
}

# bad_json TEXT SAYS
bad_json() {
	printf %b "$1" >payload.json
	pack j.fwpkg payload.json VR960.HPb
	refuses_import 6 "$2" j.fwpkg
}

fwpkg_bad_metadata() {
	fresh_repo
	image VR960.HPb x
	bad_json 'not JSON' 'j.fwpkg: payload.json: not JSON' &&
		bad_json '' 'j.fwpkg: payload.json' &&
		bad_json '[]' 'j.fwpkg: payload.json: not a JSON object' &&
		bad_json '{"Type":"a","Type":"a"}' 'key "Type" twice' &&
		bad_json '{"Type":"Firmware","TYPE":"Software"}' '"Type" twice' &&
		bad_json "{\"a\":$(printf '[%.0s' $(seq 40))" 'nested deeper' &&
		bad_json '\0377\0376{\0000"\0000' 'j.fwpkg: payload.json: not JSON' &&
		bad_json '\0376\0377\0330\0000' 'not UTF-16' || return 1
	# In UTF-16 it is as good as in UTF-8.
	drive_package FWPKG-v2 j.fwpkg
	drive_json FWPKG-v2 | iconv -f UTF-8 -t UTF-16 >payload.json
	pack j.fwpkg payload.json VR960.HPb
	imports j.fwpkg && has j-hpg1 '"ja":"追加アップデート - HPG1"'
}

fwpkg_bad_names() {
	fresh_repo
	drive_package FWPKG-v2 good.fwpkg
	mkdir -p Payload
	cp payload.json Payload/one
	# Names of the same length in the finished zip file: zip itself would not write them.
	cp payload.json PAYLOAD.jsoN
	pack n.fwpkg payload.json PAYLOAD.jsoN VR960.HPb
	refuses_import 6 'is in it twice' n.fwpkg || return 1
	pack n.fwpkg payload.json VR960.HPb Payload/one
	LC_ALL=C sed 's|Payload/one|../load/one|g' n.fwpkg >evil.fwpkg
	refuses_import 6 '../load/one' evil.fwpkg || return 1
	LC_ALL=C sed 's|Payload/one|/ayload/one|g' n.fwpkg >evil.fwpkg
	refuses_import 6 '/ayload/one' evil.fwpkg || return 1
	ln -sf VR960.HPb link
	rm -f l.fwpkg
	zip -q -X -y l.fwpkg payload.json VR960.HPb link
	refuses_import 6 link l.fwpkg
}

# Wherever a package ends too early.
fwpkg_truncated() {
	fresh_repo
	image VR960.HPb x
	format=FWPKG-v2 simple_json f6de0320-2e0f-489a-b238-6dd8ae7c3811 $drive_target HPG1 VR960.HPb >payload.json
	pack whole.fwpkg payload.json VR960.HPb
	_size=$(wc -c <whole.fwpkg)
	state_of_repo >all_before
	_at=1
	while [ "$_at" -lt "$_size" ]; do
		head -c "$_at" whole.fwpkg >t.fwpkg
		_status=0
		"$fwrepo" import --repo repo t.fwpkg >report 2>message || _status=$?
		[ "$_status" -eq 6 ] || { echo "cut to $_at of $_size bytes: exit $_status"; cat report message; return 1; }
		grep -q t.fwpkg message || { echo "cut to $_at bytes: says nothing of the file"; cat message; return 1; }
		_at=$((_at + 1))
	done
	state_of_repo | cmp all_before - && imports whole.fwpkg
}

# A changed byte of an image is found by the zip file's checksum, whole package or not.
fwpkg_changed_byte() {
	fresh_repo
	for _format in FWPKG-v2 FWPKG; do
		drive_package $_format c.fwpkg
		rm -f c.fwpkg
		zip -q -X -0 c.fwpkg payload.json VR960.HPb
		LC_ALL=C sed 's/an image of ours/an image of hers/' c.fwpkg >d.fwpkg
		refuses_import 6 d.fwpkg d.fwpkg || return 1
	done
}

check 'fwpkg: FWPKG-v2 goes in whole, with all that its description says' fwpkg_v2
check 'fwpkg: of an older one the image goes in, its description beside it' fwpkg_v1
check 'fwpkg: found by content; what is there is not added again' fwpkg_again
check 'fwpkg: a system ROM: version as SMBIOS shows it, measured, host off' fwpkg_rom
check 'fwpkg: iLO: by GUID or by name, never against itself' fwpkg_ilo
check 'fwpkg: a network card by its PCI ids, a backplane by its GUID' fwpkg_nic_and_backplane
check 'fwpkg: one component for each version and image, at most 256 targets each' fwpkg_groups
check 'fwpkg: software, agents, several images, no target: told why' fwpkg_not_for_us
check 'fwpkg: only what a given server has' fwpkg_for_a_server
check 'fwpkg: size and MD5 of the file beside it are checked' fwpkg_sidecar
check 'fwpkg: an image that is missing' fwpkg_missing_image
check 'fwpkg: a payload.json that is damaged, ambiguous or in UTF-16' fwpkg_bad_metadata
check 'fwpkg: names that leave the folder, twice the same, links' fwpkg_bad_names
check 'fwpkg: cut off at every byte' fwpkg_truncated
check 'fwpkg: a changed byte' fwpkg_changed_byte
