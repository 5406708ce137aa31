#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# inventory.sh DRYDOCK DUMP MODEL [ROM RELEASE DATE [DRIVE]]: what `drydock inventory --json` prints on an HPE
# server with the PCI functions of an "lspci -x" dump, its name and system ROM from SMBIOS, and an NVMe drive.
set -eu
usage='usage: inventory.sh DRYDOCK DUMP MODEL [ROM RELEASE DATE [DRIVE]]'

"${1:?$usage}" inventory --json --pci-ids /dev/null --lspci "${2:?$usage}" | awk -v model="${3:?$usage}" \
	-v rom="${4:-}" -v release="${5:-}" -v date="${6:-}" -v drive="${7:-}" '
function member(id, kind, name, vendor, version, more) {
	printf "{\"Id\": \"%s\", \"Name\": \"%s\", \"Manufacturer\": \"%s\", %s\"Updateable\": false, " \
		"\"Oem\": {\"Drydock\": {\"Kind\": \"%s\", \"Model\": \"%s\", \"Evidence\": \"none\", %s}}},\n", \
		id, name, vendor, version == "" ? "" : "\"Version\": \"" version "\", ", kind, name, more
}

{
	print
}

/^    "Members": \[/ {
	member("system", "system", model, "HPE", rom, "\"Properties\": {\"bios.version\": \"" rom \
		"\", \"bios.release\": \"" release "\", \"bios.date\": \"" date "\"}, \"Targets\": []")
	if (drive != "")
		member("nvme:1", "nvme", drive, "Lab", "HPG0", "\"Properties\": {\"nvme.fr\": \"HPG0\"}, " \
			"\"Targets\": [\"nvme-model:" drive "\"]")
}'
