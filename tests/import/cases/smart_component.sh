# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# HPE Smart Components: made by tar, zip and rpmbuild, with descriptions shaped like published ones and
# images that carry HPE's headers and nothing of HPE's.

ilo_guid=4764a662-b342-4fc7-9ce9-258c5d99e815

ilo_image() {
	"$top/tests/import/make_hpimage.sh" 2f317b9d-c9e3-4d76-bff6-b9d0d085a952 "$1" 'iLO 5' "$ilo_guid"
}

# cp_xml ID CATEGORY VERSION FILE TARGET
cp_xml() {
	cat <<END
<?xml version="1.0" encoding="UTF-8"?>
<cpq_package version="2.0.1.0"><filename>$1.scexe</filename>
<divisions><division key="68"><division_xlate lang="en">ServerOptions</division_xlate></division></divisions>
<operating_systems/><products><product rom="U30"/></products>
<category key="17"><category_xlate lang="en">$2</category_xlate></category><id>$1</id>
<name><name_xlate lang="en">Online ROM Flash - iLO 5</name_xlate><name_xlate lang="ja">オンライン ROM</name_xlate></name>
<version value="$3" revision="" type_of_change="Optional"/>
<manufacturer_name><manufacturer_name_xlate lang="en">Hewlett Packard Enterprise</manufacturer_name_xlate></manufacturer_name>
<release_date year="2025" month="02" day="14" hour="0"/>
<description><description_xlate lang="en"><![CDATA[For the management processor]]></description_xlate></description>
<prerequisite_notes><prerequisite_notes_xlate lang="en">Version 1.40 must run first.</prerequisite_notes_xlate></prerequisite_notes>
<revision_history><revision><version value="$3"/><revision_fixes_xlate lang="en">Sessions stay.</revision_fixes_xlate></revision></revision_history>
<payload><DeviceClass>2f317b9d-c9e3-4d76-bff6-b9d0d085a952</DeviceClass><UpdatableBy>RuntimeAgent</UpdatableBy><Devices>
${5:+<Device><DeviceName>iLO 5</DeviceName><Version>$3</Version><Target>$5</Target><FirmwareImages>
<FileName>$4</FileName><InstallDurationSec>240</InstallDurationSec><ResetRequired>True</ResetRequired>
<DirectFlashOk>False</DirectFlashOk></FirmwareImages></Device>}</Devices></payload></cpq_package>
END
}

# scexe FILE MEMBER...: a script that unpacks what follows it. It would leave a trace if it were run.
scexe() {
	_file=$1
	shift
	cat >"$_file" <<'END'
#!/bin/sh
touch executed
# what follows is not for the shell
_SKIP=7
tail -n +$_SKIP "$0" | tar xz
exit 0
END
	tar -cz --owner=0 --group=0 "$@" >>"$_file"
	chmod 755 "$_file"
}

# is_ilo ID: all that description and image say.
is_ilo() {
	payload_is "$1" ilo5_310.bin && has "$1" '"backend":"ilo-redfish"' && has "$1" '"class":"bmc"' &&
		has "$1" "\"targets\":[\"ilo:5\",\"hpe-target:$ilo_guid\"]" && has "$1" '"field":"bmc.version"' &&
		has "$1" '"ja":"オンライン ROM"' && has "$1" '"release_notes":"Sessions stay."' &&
		has "$1" '"expected_seconds":240' && has "$1" '"activation":"device-reset"' &&
		has "$1" '"criticality":"optional"' && notes REQUIREMENT 'Version 1.40 must run first.' &&
		notes UNVERIFIED_SIGNATURE label_TEST-KEY-4096
}

scexe_ilo() {
	fresh_repo
	ilo_image '3.10 Feb 14 2025' >ilo5_310.bin
	echo 'a program' >flash_ilo5
	cp_xml cp057631 'Firmware - Lights-Out Management' 3.10 ilo5_310.bin $ilo_guid >CP057631.xml
	scexe cp057631.scexe flash_ilo5 ilo5_310.bin CP057631.xml
	echo 'a signature' >cp057631.compsig
	imports cp057631.scexe && is_ilo cp057631-3.10 || return 1
	has cp057631-3.10 '"role":"compsig","name":"cp057631.compsig"' || return 1
	[ ! -e executed ] || { echo 'it was run'; return 1; }
	rm cp057631.compsig
}

# The description beside the file, and none at all: the image tells of itself.
scexe_other_descriptions() {
	fresh_repo
	scexe a.scexe flash_ilo5 ilo5_310.bin
	cp CP057631.xml a.xml
	imports a.scexe && is_ilo a-3.10 || return 1
	rm a.xml
	fresh_repo
	imports a.scexe || return 1
	payload_is a-3.10-feb-14-2025 ilo5_310.bin && has a-3.10-feb-14-2025 '"ilo:5"' &&
		has a-3.10-feb-14-2025 '"value":"3.10"' && has a-3.10-feb-14-2025 '"name":{"en":"iLO 5"' || return 1
	# One that is about another image says nothing of this one.
	fresh_repo
	sed 's/ilo5_310.bin/other.bin/' CP057631.xml >a.xml
	imports a.scexe && has a-3.10-feb-14-2025 '"ilo:5"' || return 1
	rm a.xml
}

zip_component() {
	fresh_repo
	mkdir -p inner
	cp ilo5_310.bin CP057631.xml inner
	rm -f z.zip
	zip -q -X -r z.zip inner
	imports z.zip && is_ilo z-3.10 || return 1
	# A program with a zip file behind it; one that holds something else.
	{ printf 'MZ'; head -c 3000 /dev/zero; cat z.zip; } >z.exe
	zip -q -A z.exe || true
	fresh_repo
	imports z.exe && is_ilo z-3.10 || return 1
	{ printf 'MZ'; head -c 3000 /dev/zero; } >y.exe
	drops_all y.exe && notes VENDOR_TOOL y.exe || return 1
	rm -f plain.zip
	zip -q -X plain.zip flash_ilo5
	drops_all plain.zip && notes NO_IMAGE plain.zip
}

# make_rpm NAME FILE...: a package that installs these files.
make_rpm() {
	_name=$1
	shift
	mkdir -p "$work/rpm"
	{
		printf 'Name: %s\nVersion: 3.10\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n' "$_name"
		printf '%%description\nx\n%%install\nmkdir -p %%{buildroot}/usr/lib/hp\ncp'
		for _f in "$@"; do printf ' %s' "$work/$_f"; done
		printf ' %%{buildroot}/usr/lib/hp\n%%files\n/usr/lib/hp\n'
	} >"$_name.spec"
	rpmbuild --quiet -bb --define "_topdir $work/rpm" --define '_build_id_links none' "$_name.spec" >rpm.log 2>&1 || {
		cat rpm.log
		return 1
	}
	cp "$work/rpm/RPMS/noarch/$_name-3.10-1.noarch.rpm" "$_name.rpm"
}

rpm_component() {
	fresh_repo
	make_rpm firmware-ilo5 flash_ilo5 ilo5_310.bin CP057631.xml || return 1
	imports firmware-ilo5.rpm && is_ilo firmware-ilo5-3.10 || return 1
	fresh_repo
	make_rpm firmware-nic flash_ilo5 && make_rpm some-tool flash_ilo5 || return 1
	drops_all firmware-nic.rpm some-tool.rpm || return 1
	notes VENDOR_TOOL firmware-nic.rpm && notes SOFTWARE some-tool.rpm
}

# What no image of is known goes in only on request, whole.
vendor_tools() {
	fresh_repo
	cp_xml cp1 'Firmware - Network' 1.2 nic.fw a6b1a447-382a-5a4f-15b3-102315b30002 |
		sed 's/2f317b9d-c9e3-4d76-bff6-b9d0d085a952/79f0c163-0c13-4662-9dea-09235fef90cb/' >cp1.xml
	scexe cp1.scexe flash_ilo5
	drops_all cp1.scexe && notes VENDOR_TOOL cp1.scexe || return 1
	imports --vendor-tools cp1.scexe && payload_is cp1-1.2 cp1.scexe || return 1
	has cp1-1.2 '"backend":"vendor-tool"' && has cp1-1.2 '"pci:15b3:1023:15b3:0002"' &&
		has cp1-1.2 '"field":"redfish.version"' || return 1
	cp_xml cp1 'Driver - Network' 1.2 '' '' >cp1.xml
	fresh_repo
	drops_all --vendor-tools cp1.scexe && notes SOFTWARE cp1.scexe || return 1
	cp_xml cp1 'Firmware - Network' 1.2 '' '' >cp1.xml
	drops_all --vendor-tools cp1.scexe && notes NO_TARGET cp1.scexe
}

# Two images of one component, each with its own targets.
two_images() {
	fresh_repo
	"$top/tests/import/make_hpimage.sh" aa148d2e-6e09-453e-bc6f-63baa5f5ccc4 'U30 v2.34 (04/08/2020)' 'System ROM' \
		00000000-0000-0000-0000-000001553330 >U30.signed.flash
	"$top/tests/import/make_hpimage.sh" aa148d2e-6e09-453e-bc6f-63baa5f5ccc4 'U32 v2.36 (07/16/2020)' 'System ROM' \
		00000000-0000-0000-0000-000001553332 >U32.signed.flash
	rm -f roms.zip
	zip -q -X roms.zip U30.signed.flash U32.signed.flash
	imports roms.zip || return 1
	_u30=$(sed -n 's/.*U30.signed.flash -> \([^: ]*\).*/\1/p' report | head -n 1)
	_u32=$(sed -n 's/.*U32.signed.flash -> \([^: ]*\).*/\1/p' report | head -n 1)
	payload_is "$_u30" U30.signed.flash && has "$_u30" '"hpe-rom:U30"' && has "$_u30" '"scheme":"hpe-rom"' &&
		payload_is "$_u32" U32.signed.flash && has "$_u32" '"hpe-rom:U32"' && has "$_u32" '"measured":true' || return 1
	! has "$_u32" '"hpe-rom:U30"' >/dev/null
}

scexe_sidecar() {
	fresh_repo
	scexe s.scexe ilo5_310.bin
	printf '{"Package":{"Files":[{"Name":"s.scexe","Bytes":"%s","MD5Sum":"%s"}]}}' \
		"$(wc -c <s.scexe | tr -d ' ')" "$(md5sum <s.scexe | cut -c 1-32)" >s.json
	imports s.scexe || return 1
	fresh_repo
	sed 's/\("MD5Sum":"\)..../\10000/' s.json >s && mv s s.json
	refuses_import 6 s.scexe s.scexe || return 1
	rm s.json
}

smart_component_damaged() {
	fresh_repo
	head -n 3 a.scexe >b.scexe
	refuses_import 6 b.scexe b.scexe || return 1
	sed 's/^_SKIP=7/_SKIP=3/' a.scexe >b.scexe
	refuses_import 6 'b.scexe: no archive at line 3' b.scexe || return 1
	sed 's/^_SKIP=7/_SKIP=70000/' a.scexe >b.scexe
	refuses_import 6 b.scexe b.scexe || return 1
	head -c 100 ilo5_310.bin >cut.bin
	scexe c.scexe cut.bin
	refuses_import 6 cut.bin c.scexe || return 1
	head -c 700 CP057631.xml >cp2.xml
	scexe d.scexe cp2.xml
	refuses_import 6 cp2.xml d.scexe || return 1
	ln -sf /etc/passwd link
	scexe f.scexe ilo5_310.bin link
	refuses_import 6 link f.scexe || return 1
	tar -cz --owner=0 --group=0 --transform 's|^|../|' ilo5_310.bin >tail.tgz 2>/dev/null
	{ head -n 6 a.scexe; cat tail.tgz; } >g.scexe
	refuses_import 6 '../ilo5_310.bin' g.scexe
}

# Cut off anywhere: refused, or (in the last bytes that say nothing) all of it is there.
smart_component_truncated() {
	fresh_repo
	for _file in a.scexe z.zip firmware-ilo5.rpm; do
		_size=$(wc -c <"$_file")
		_at=20
		while [ "$_at" -lt "$_size" ]; do
			head -c "$_at" "$_file" >"t.${_file##*.}"
			_status=0
			"$fwrepo" import --repo repo "t.${_file##*.}" >report 2>message || _status=$?
			[ "$_status" -eq 6 ] || { echo "$_file cut to $_at of $_size bytes: exit $_status"; cat report message; return 1; }
			grep -q "t.${_file##*.}" message || { cat message; return 1; }
			_at=$((_at + 37))
		done
	done
	head -c $((_size - 1)) firmware-ilo5.rpm >t.rpm
	refuses_import 6 t.rpm t.rpm
}

check 'scexe: the image inside, described by the XML inside' scexe_ilo
check 'scexe: described by the XML beside it, or by the image alone' scexe_other_descriptions
check 'zip and exe: the same, whatever is around the image' zip_component
check 'rpm: the same; what is no firmware is software' rpm_component
check 'vendor tools: only on request, whole, with their targets' vendor_tools
check 'zip: two images are two components' two_images
check 'scexe: the MD5 of the file beside it is checked' scexe_sidecar
check 'smart components: damaged in many ways' smart_component_damaged
check 'smart components: cut off' smart_component_truncated
