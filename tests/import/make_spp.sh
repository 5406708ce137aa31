#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make_spp.sh DIR new|old|meta|bare <list: a Service Pack with these packages, shaped like the real ones.
#
#   new   packages/, manifest/manifest.json and metadata.json, meta.xml
#   old   hp/swpackages/, the same manifests but only metadata.json has the packages
#   meta  hp/swpackages/ and hp_manifest/meta.xml alone, which tells no targets
#   bare  packages/ and the description of the bundle alone
#
# One package a line, fields between tabs:
#
#   FILE  UPDATERS  TYPE  FORMAT  CLASS  MINIMUM  BYTES  NAME  GUID=VERSION ...
#
# UPDATERS between commas; "-" is an empty field; BYTES is the length of the image, "sealed" makes a file of
# 64 KiB that nobody can open, "hole:N" one of N bytes; what is not a .fwpkg is sealed as well. Lines
# "rule<tab>JSON" become prerequisites. SPP_BASE=FILE: images begin with its bytes instead of zeros.
set -eu
LC_ALL=C
export LC_ALL
dir=${1:?usage: make_spp.sh DIR new|old|meta|bare <list}
tree=${2:?usage: make_spp.sh DIR new|old|meta|bare <list}
case $tree in
new | bare) packages=$dir/packages ;;
*) packages=$dir/hp/swpackages ;;
esac
mkdir -p "$packages" "$dir/manifest" "$dir/hp_manifest" "$dir/made"
cat >"$dir/made/list"

# The texts of all packages, and made/jobs: what is to be packed.
awk -F '\t' -v made="$dir/made" -v packages="$packages" '
function text(word) {
	return word == "-" ? "" : word
}

function translated(key, word,    out, i) {
	out = "\"" key "\":["
	for (i = 1; i <= languages; i++)
		out = out (i > 1 ? "," : "") "{\"lang\":\"" language[i] "\",\"x_late\":\"" word \
			(language[i] == "en" ? "" : " (" language[i] ")") "\"}"
	return out "]"
}

function list_of(words,    n, parts, i, out) {
	n = split(words, parts, ",")
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? "," : "") "\"" parts[i] "\""
	return out
}

function device(pair, image, seconds,    at) {
	at = index(pair, "=")
	return "{\"DeviceName\":\"" name "\",\"Target\":\"" substr(pair, 1, at - 1) "\",\"Version\":\"" \
		substr(pair, at + 1) "\",\"FirmwareImages\":[{\"FileName\":\"" image "\",\"Order\":1," \
		"\"ResetRequired\":\"True\",\"ServerPowerOff\":false,\"SysPowerON\":true," \
		"\"DelayAfterInstallSec\":0,\"InstallDurationSec\":" seconds ",\"PLDMImage\":" \
		(image ~ /HPb$/ ? "true" : "false") ",\"DirectFlashOk\":true,\"UefiFlashable\":false," \
		"\"Type\":\"Firmware\"}]}"
}

function devices(image,    n, pairs, i, out) {
	n = split(text($9), pairs, " ")
	for (i = 1; i <= n; i++)
		out = out (i > 1 ? "," : "") device(pairs[i], image, 120)
	return "\"Devices\":{\"Device\":[" out "]}"
}

function first_version(    parts) {
	split($9, parts, " ")
	return substr(parts[1], index(parts[1], "=") + 1)
}

function systems(    i, out) {
	for (i = 1; i <= 24; i++)
		out = out (i > 1 ? "," : "") "{\"major\":\"" i "\",\"minor\":\"0\",\"name\":\"Some Linux " i \
			"\",\"platform\":\"x86_64\",\"sr\":\"\"}"
	return "\"supported_operating_systems\":[" out "]"
}

function files(size) {
	return "\"files\":[{\"name\":\"" stem ".compsig\",\"size\":\"1024\"},{\"name\":\"" $1 \
		"\",\"size\":\"" size "\",\"md5sum\":\"d41d8cd98f00b204e9800998ecf8427e\"}]"
}

function payload(with_files,    image) {
	image = stem ($5 ~ /^aa148d2e/ ? ".signed.flash" : $5 ~ /^2f317b9d/ ? ".bin" : ".HPb")
	return "{\"DeviceClass\":\"" text($5) "\"," devices(image) \
		($6 == "-" ? "" : ",\"MinimumActiveVersion\":\"" $6 "\"") \
		($4 == "-" ? "" : ",\"PackageFormat\":\"" $4 "\"") ",\"Type\":\"" $3 "\",\"UpdatableBy\":[" \
		list_of(text($2)) "],\"package\":{\"category\":[{\"key\":\"kate1\",\"languages\":[{" \
		"\"lang\":\"en\",\"x_late\":\"Firmware\"}]}]," translated("description", description) "," \
		(with_files ? files(0) "," : "") "\"id\":{\"product\":\"" stem "\",\"version\":\"" \
		first_version() "\"}," translated("manufacturer_name", "Lab") "," translated("name", name) "," \
		"\"prerequisites\":{\"required_diskspace\":{\"size_kb\":\"1024\"}," systems() "}," \
		"\"release_date\":\"2026-07-01\",\"schema_version\":\"1.2.0.0\"}}"
}

function meta(    kind) {
	kind = $3 == "Software" ? "driver-network" : "firmware-generic"
	return "<product id=\"" stem "\"><product_version><filename>" $1 "</filename>" \
		"<id product=\"" stem "\" version=\"" first_version() "\"/><type id=\"smartcomponent-linux-" \
		kind "\"/><name><name_xlate lang=\"ja\">" name " (ja)</name_xlate><name_xlate lang=\"en\">" \
		name "</name_xlate></name><version value=\"" first_version() "\" revision=\"\"/>" \
		"<files><file><name>" $1 "</name><size>0</size></file></files></product_version></product>"
}

BEGIN {
	languages = split("fr en cn tw de ko it ja es", language, " ")
	description = "This component provides updated firmware. It is to be applied while no other work is done; see the notes of the release for what it repairs and for the order in which it is to go in."
	printf "{\"manifest\":[" >made "/manifest.json"
	printf "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<hp_manifest schema_version=\"2.0.0.0\"><meta lang=\"en\">" >made "/meta.xml"
}

$1 == "rule" {
	rules = rules (rules == "" ? "" : ",") $2
	next
}

{
	stem = $1
	sub(/\.[^.]*$/, "", stem)
	name = $8
	printf "%s%s", comma, payload(1) >made "/manifest.json"
	comma = ",\n"
	print meta() >made "/meta.xml"
	print "signature of " $1 >(packages "/" stem ".compsig")
	close(packages "/" stem ".compsig")
	if ($1 ~ /\.fwpkg$/ && $7 ~ /^[0-9]+$/) {
		print payload(0) >(made "/" NR ".json")
		close(made "/" NR ".json")
		image = stem ($5 ~ /^aa148d2e/ ? ".signed.flash" : $5 ~ /^2f317b9d/ ? ".bin" : ".HPb")
		print "pack", NR, $1, image, $7 >made "/jobs"
	} else {
		print "seal", NR, $1, "-", $7 ~ /^hole:/ ? substr($7, 6) : 65536 >made "/jobs"
	}
}

END {
	print "]}" >made "/manifest.json"
	print "</meta></hp_manifest>" >made "/meta.xml"
	print rules >made "/rules"
}' "$dir/made/list"

# pack NUMBER FILE IMAGE BYTES: the payload of a .fwpkg names its own file, so that no two are the same.
pack() {
	mkdir "$dir/made/$1"
	mv "$dir/made/$1.json" "$dir/made/$1/payload.json"
	printf 'image of %s\n' "$2" >"$dir/made/$1/$3"
	[ -z "${SPP_BASE:-}" ] || head -c "$4" "$SPP_BASE" >>"$dir/made/$1/$3"
	truncate -s "$4" "$dir/made/$1/$3"
	printf '<about>%s</about>\n' "$2" >"$dir/made/$1/${3%.*}.xml"
	touch -d @1780272000 "$dir/made/$1"/*
	(cd "$dir/made/$1" && zip -q -0 -X "../packed.zip" ./*)
	mv "$dir/made/packed.zip" "$packages/$2"
	rm -r "$dir/made/${1:?}"
}

# seal NUMBER FILE - BYTES: begins as what its name says, and is none.
seal() {
	printf 'PK\003\004 no archive at all: %s\n' "$2" >"$packages/$2"
	truncate -s "$4" "$packages/$2"
}

while read -r job number file image bytes; do
	"$job" "$number" "$file" "$image" "$bytes"
done <"$dir/made/jobs"

with_rules() {
	printf '{"SchemaVersion":"1.0","Bundles":[{"name":"bp000001"}],"Components":'
	tail -c +13 "$dir/made/manifest.json" | sed '$s/}$//'
	printf ',"Prerequisites":[%s]}\n' "$(cat "$dir/made/rules")"
}

printf '<cpq_bundle version="1.0"><filename>bp000001.xml</filename></cpq_bundle>\n' >"$packages/bp000001.xml"
case $tree in
new)
	mv "$dir/made/manifest.json" "$dir/manifest/manifest.json"
	printf '{"SchemaVersion":"1.0","Components":[],"Prerequisites":[%s]}\n' "$(cat "$dir/made/rules")" \
		>"$dir/manifest/metadata.json"
	mv "$dir/made/meta.xml" "$dir/manifest/meta.xml"
	;;
old)
	with_rules >"$dir/manifest/metadata.json"
	;;
meta)
	mv "$dir/made/meta.xml" "$dir/hp_manifest/meta.xml"
	;;
bare) ;;
*)
	echo "make_spp.sh: no kind of tree: $tree" >&2
	exit 2
	;;
esac
rm -r "$dir/made"
rmdir "$dir/manifest" "$dir/hp_manifest" 2>/dev/null || :
