# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# LVFS cabinets, made by gcab: metainfo shaped like published ones, payloads of a few bytes of ours.

# UUIDv5 of "NVME\VEN_144D&DEV_A80A" and of "PCI\VEN_8086&DEV_1593&SUBSYS_103C1234".
nvme_guid=bec63ed7-a95f-54fe-b8cc-8e9fee64ba5a
nic_guid=383169f1-fa3f-5322-8ec0-a644685ff27e
board_guid=6dcbd5ed-e82d-4c44-bda1-7194199ad92b
other_guid=12029307-5bb1-5200-99a5-536f1be9d081

sha256() {
	sha256sum <"$1" | cut -c 1-64
}

# metainfo ID PROTOCOL FORMAT GUID...: release elements come from standard input.
metainfo() {
	_id=$1 _protocol=$2 _format=$3
	shift 3
	cat <<END
<?xml version="1.0" encoding="UTF-8"?>
<component type="firmware">
<id>$_id</id><name>Example X100</name><name xml:lang="de">Beispiel</name><summary>Firmware</summary>
<developer_name>Example Corp</developer_name>
<categories><category>X-SolidStateDrive</category></categories>
<provides>
END
	for _guid in "$@"; do echo "<firmware type=\"flashed\">$_guid</firmware>"; done
	echo '</provides>'
	cat
	cat <<END
<custom><value key="LVFS::UpdateProtocol">$_protocol</value>
<value key="LVFS::VersionFormat">$_format</value></custom>
</component>
END
}

# release VERSION FILE [CHECKSUM]
release() {
	echo "<release version=\"$1\" urgency=\"high\" install_duration=\"90\"><description><p>Less noise.</p><ul><li>Faster</li></ul>"
	echo "</description><checksum type=\"sha256\" target=\"content\" filename=\"$2\">${3:-$(sha256 "$2")}</checksum></release>"
}

# cab FILE MEMBER...
cab() {
	rm -f "$1"
	gcab -c -z -n "$@" >/dev/null 2>&1
}

drive_cab() {
	yes 'a drive of ours' | head -c 5000 >x100.bin
	echo 'signature' >firmware.jcat
	{
		cat <<END
<requires><id compare="ge" version="1.8.0">org.freedesktop.fwupd</id>
<firmware compare="ge" version="1.0"/>
<firmware compare="ge" version="7.1">$other_guid</firmware>
<firmware compare="regex" version="NVME:0x144D">vendor-id</firmware>
<hardware>6de5d951-d755-576b-bd09-c5cf66b27234</hardware></requires>
END
		echo '<releases>'
		release 2.1 x100.bin
		release 1.9 gone.bin 0000000000000000000000000000000000000000000000000000000000000000
		echo '</releases>'
	} | metainfo com.example.X100 org.nvmexpress plain "$nvme_guid" "$other_guid" >x100.metainfo.xml
	cab drive.cab x100.metainfo.xml x100.bin firmware.jcat
}

lvfs_drive() {
	fresh_repo
	drive_cab
	imports drive.cab &&
		has com.example.x100-2.1 "\"targets\":[\"guid:$nvme_guid\",\"guid:$other_guid\"]" &&
		has com.example.x100-2.1 '"backend":"nvme"' &&
		has com.example.x100-2.1 '"field":"nvme.fr"' &&
		has com.example.x100-2.1 '"value":"2.1"' &&
		has com.example.x100-2.1 '"scheme":"dotted"' &&
		has com.example.x100-2.1 '"min_active_version":"1.0"' &&
		has com.example.x100-2.1 '"min_version":"7.1"' &&
		has com.example.x100-2.1 '"expected_seconds":90' &&
		has com.example.x100-2.1 '"role":"jcat"' &&
		has com.example.x100-2.1 '"release_notes":"Lessnoise.Faster"' &&
		payload_is com.example.x100-2.1 x100.bin &&
		notes REQUIREMENT org.freedesktop.fwupd &&
		notes REQUIREMENT vendor-id &&
		notes REQUIREMENT 6de5d951-d755-576b-bd09-c5cf66b27234 &&
		notes UNVERIFIED_SIGNATURE x100.bin &&
		! grep -q NO_PROOF report &&
		imports drive.cab && notes ALREADY_THERE x100.bin
}

# Two releases that are both there become two components.
lvfs_releases() {
	fresh_repo
	echo old >old.bin
	echo new >new.bin
	{
		echo '<releases>'
		release 1.10 new.bin
		release 1.9 old.bin
		echo '</releases>'
	} | metainfo com.example.two org.nvmexpress plain "$nvme_guid" >two.metainfo.xml
	cab two.cab two.metainfo.xml new.bin old.bin
	imports two.cab && payload_is com.example.two-1.10 new.bin &&
		payload_is com.example.two-1.9 old.bin
}

# capsule_cab VERSION FORMAT: of a board, not FMP; its GUID is that of the ESRT entry.
capsule_cab() {
	{
		printf '\355\325\313\155\055\350\104\114\275\241\161\224\031\232\331\053'
		printf '\034\0\0\0\0\0\5\0\040\0\0\0ours'
	} >board.cap
	{
		echo '<requires><firmware compare="ge" version="1.2.2"/></requires><releases>'
		release "$1" board.cap
		echo '</releases>'
	} | metainfo com.example.board org.uefi.capsule "$2" "${3:-$board_guid}" >board.metainfo.xml
	cab board.cab board.metainfo.xml board.cap
}

lvfs_capsule() {
	fresh_repo
	capsule_cab 1.2.3 triplet
	imports board.cab &&
		has com.example.board-1.2.3 '"version":"16908291"' &&
		has com.example.board-1.2.3 '"field":"esrt.version"' &&
		has com.example.board-1.2.3 '"value":"16908291"' &&
		has com.example.board-1.2.3 '"en":"ExampleX1001.2.3"' &&
		has com.example.board-1.2.3 '"min_active_version":"16908290"' &&
		has com.example.board-1.2.3 '"measured":true' &&
		has com.example.board-1.2.3 '"backend":"uefi-capsule"' &&
		! grep -q 'UNREAD\|NO_PROOF' report || return 1
	# As a number, whatever the format; and the number's text is for people.
	fresh_repo
	capsule_cab 0x01020003 triplet
	imports board.cab && has com.example.board-0x01020003 '"value":"16908291"' || return 1
	# Eight bits of it are not told.
	fresh_repo
	capsule_cab 1.2.3 dell-bios
	imports board.cab && notes NO_PROOF board.cap && has com.example.board-1.2.3 '"scheme":"plain"' ||
		return 1
	# What is in it says that it is for another.
	fresh_repo
	capsule_cab 1.2.3 triplet "$other_guid"
	imports board.cab && notes UNREAD "$board_guid"
}

lvfs_unknown() {
	fresh_repo
	echo mouse >mouse.bin
	{ echo '<releases>'; release 1 mouse.bin; echo '</releases>'; } |
		metainfo com.example.mouse com.example.mice plain "$other_guid" >m.metainfo.xml
	cab mouse.cab m.metainfo.xml mouse.bin
	drops_all mouse.cab && notes UNKNOWN_PROTOCOL com.example.mice || return 1
	cab empty.cab mouse.bin
	drops_all empty.cab && notes UNKNOWN_FORMAT empty.cab
}

lvfs_wrong_checksum() {
	fresh_repo
	drive_cab
	echo 'and more' >>x100.bin
	cab wrong.cab x100.metainfo.xml x100.bin
	refuses_import 6 x100.bin wrong.cab && grep -q SHA256 message
}

lvfs_missing_payload() {
	fresh_repo
	drive_cab
	cab missing.cab x100.metainfo.xml firmware.jcat
	refuses_import 6 x100.bin missing.cab && grep -q missing.cab message
}

lvfs_utf16() {
	fresh_repo
	drive_cab
	sed 's/encoding="UTF-8"/encoding="UTF-16"/' x100.metainfo.xml | iconv -f UTF-8 -t UTF-16 >u.xml
	mv u.xml x100.metainfo.xml
	cab drive.cab x100.metainfo.xml x100.bin
	imports drive.cab && payload_is com.example.x100-2.1 x100.bin
}

# hostile TEXT: a metainfo that begins with it.
hostile_cab() {
	drive_cab
	mv x100.metainfo.xml good.xml
	{
		cat
		sed 1d good.xml
	} >x100.metainfo.xml
	cab hostile.cab x100.metainfo.xml x100.bin
}

lvfs_hostile_xml() {
	fresh_repo
	hostile_cab <<'END'
<?xml version="1.0"?><!DOCTYPE component [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
END
	refuses_import 6 x100.metainfo.xml hostile.cab || return 1
	hostile_cab <<'END'
<?xml version="1.0"?><!DOCTYPE component [<!ENTITY a SYSTEM "file:///etc/passwd">]>
END
	refuses_import 6 x100.metainfo.xml hostile.cab || return 1
	awk 'BEGIN { for (i = 0; i < 5000; i++) printf "<component type=\"firmware\">" }' |
		hostile_cab
	refuses_import 6 x100.metainfo.xml hostile.cab || return 1
	printf '<component type="firmware"><id>x</id></component>' >x100.metainfo.xml
	cab hostile.cab x100.metainfo.xml x100.bin
	refuses_import 6 'no <release>' hostile.cab
}

lvfs_truncated() {
	fresh_repo
	echo tiny >x.bin
	{ echo '<releases>'; release 1 x.bin; echo '</releases>'; } |
		metainfo com.example.t org.nvmexpress plain "$other_guid" >t.metainfo.xml
	cab tiny.cab t.metainfo.xml x.bin
	state_of_repo >whole
	_size=$(wc -c <tiny.cab)
	_len=4
	while [ "$_len" -lt "$_size" ]; do
		head -c "$_len" tiny.cab >cut.cab
		"$fwrepo" import --repo repo cut.cab >report 2>message
		_status=$?
		if [ "$_status" -ne 6 ] || ! grep -q cut.cab message; then
			echo "cut at $_len of $_size: exit status $_status"
			cat report message
			return 1
		fi
		_len=$((_len + 1))
	done
	state_of_repo | cmp whole - && imports tiny.cab
}

# signed_repo: ./repo is signed, ./trust trusts it.
signed_repo() {
	rm -rf keys trust
	"$fwrepo" key new site --dir keys --no-passphrase >/dev/null &&
		"$fwrepo" sign --repo repo --key site --key-dir keys >/dev/null &&
		"$fwrepo" trust --key site --key-dir keys --out trust --min-evidence emulator >/dev/null
}

# An inventory as `drydock inventory --json` writes it, of a drive that no component names by model.
drive_inventory() {
	cat <<'END'
{"Name":"Firmware inventory","Oem":{"Drydock":{"Format":1}},"Members":[
{"Id":"pci:0000:03:00.0","Name":"X","Oem":{"Drydock":{"Kind":"pci","Evidence":"none","Properties":{
"pci.id":"144d:a80a","pci.class":"010802"},"Targets":["pci:144d:a80a"]}}},
{"Id":"nvme:S1","Name":"LAB X","Version":"2.0","Updateable":true,"Oem":{"Drydock":{"Kind":"nvme","Model":"LAB X",
"Parent":"pci:0000:03:00.0","Backend":"nvme","Evidence":"emulator","Properties":{"nvme.fr":"2.0"},
"Targets":["nvme-model:LAB X"]}}}]}
END
}

plan_of() {
	"$drydock" plan --repo repo --trust trust --inventory "$1" --json >plan.json 2>message
	cat plan.json message
}

# Matched by a GUID that the device never says, computed on both sides, without any service.
lvfs_plan_drive() {
	fresh_repo
	echo fw >d.bin
	{ echo '<releases>'; release 2.1 d.bin; echo '</releases>'; } |
		metainfo com.example.d org.nvmexpress plain "$nvme_guid" >d.metainfo.xml
	cab d.cab d.metainfo.xml d.bin
	drive_inventory >inventory.json
	imports --for inventory.json d.cab && signed_repo && plan_of inventory.json &&
		tr -d ' \n' <plan.json | grep -q '"steps":\[{[^]]*com.example.d-2.1' &&
		grep -q nvme:S1 plan.json
}

# The same out of a dump of a real server: its BCM5719 is found; nothing can write it yet.
lvfs_plan_dump() {
	fresh_repo
	"$top/tests/pci/tsv2dump.sh" "$top/tests/data/pci/dl380gen10.tsv" >server.dump
	"$drydock" inventory --json --lspci server.dump >server.json 2>/dev/null
	[ "$(uuid5 'PCI\VEN_8086&DEV_1593&SUBSYS_103C1234')" = "$nic_guid" ] || return 1
	_guid=$(uuid5 'PCI\VEN_14E4&DEV_1657&SUBSYS_103C22BE')
	echo fw >n.bin
	{ echo '<releases>'; release 9.9 n.bin; echo '</releases>'; } |
		metainfo com.example.n org.kernel.devlink triplet "$_guid" >n.metainfo.xml
	cab n.cab n.metainfo.xml n.bin
	imports --for server.dump n.cab && notes NO_PROOF n.bin && signed_repo &&
		plan_of server.json && grep -q com.example.n-9.9 plan.json &&
		grep -q NO_BACKEND plan.json || return 1
	fresh_repo
	sed "s/$_guid/$nic_guid/" n.metainfo.xml >o.metainfo.xml
	cab o.cab o.metainfo.xml n.bin
	drops_all --for server.dump o.cab && notes NOT_FOR_THESE n.bin
}

# uuid5 TEXT: in the DNS namespace, by a hash that is not ours (RFC 9562 5.5).
uuid5() {
	{
		printf '\153\247\270\020\235\255\021\321\200\264\000\300\117\324\060\310'
		printf '%s' "$1"
	} | sha1sum | awk '{
		variant = substr("89ab89ab89ab89ab", index("0123456789abcdef", substr($1, 17, 1)), 1)
		print substr($1, 1, 8) "-" substr($1, 9, 4) "-5" substr($1, 14, 3) "-" variant \
			substr($1, 18, 3) "-" substr($1, 21, 12)
	}'
}

# A word that is none is taken, and warned about.
unknown_backend() {
	fresh_repo
	echo fw >a.bin
	for _word in nvme nvmf; do
		"$fwrepo" add a.bin --repo repo --id "$_word" --version 1 --scheme dotted --target pci:8086:1593 \
			--backend "$_word" --activation reboot 2>"$_word.message" || return 1
	done
	grep -q 'no backend is called "nvmf"' nvmf.message && ! grep -q 'no backend' nvme.message
}

check 'add: a backend that nobody knows' unknown_backend
check 'lvfs: a drive: GUIDs, proof, requirements, signatures, texts' lvfs_drive
check 'lvfs: two releases in one cabinet' lvfs_releases
check 'lvfs: capsules: the number that the ESRT will show' lvfs_capsule
check 'lvfs: an unknown protocol, a cabinet without metainfo' lvfs_unknown
check 'lvfs: a wrong checksum' lvfs_wrong_checksum
check 'lvfs: a missing payload' lvfs_missing_payload
check 'lvfs: metainfo in UTF-16' lvfs_utf16
check 'lvfs: entities, deep nesting, no release' lvfs_hostile_xml
check 'lvfs: cut at every byte' lvfs_truncated
check 'lvfs: a drive is planned by its GUID alone' lvfs_plan_drive
check 'lvfs: a card in a dump of lspci is found by its GUID' lvfs_plan_dump
