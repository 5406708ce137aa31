#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# list_spp.sh BYTES HOLE: the packages of a Service Pack for make_spp.sh, in the proportions of a real one: of 803
# are 614 for agents in operating systems, 95 for the BMC, 63 for UEFI and agents, 22 for BMC and UEFI, 9 for UEFI;
# 122 are FWPKG-v2. BYTES is the size of an image, HOLE that of a package that nobody opens.
set -eu

awk -v bytes="${1:?usage: list_spp.sh BYTES HOLE}" -v hole="${2:?usage: list_spp.sh BYTES HOLE}" '
function package(file, updaters, type, format, class, size, name, targets) {
	printf "%s\t%s\t%s\t%s\t%s\t-\t%s\t%s\t%s\n", file, updaters, type, format, class, size, name, targets
}

function card(ids, version) {
	return "a6b1a447-382a-5a4f-" ids "=" version
}

# The three bytes that say "a drive", then its model: in the order in which a GUID is stored.
function drive(model, version,    i, hex, order, out) {
	split("4 3 2 1 6 5 8 7 9 10 11 12 13 14 15 16", order, " ")
	hex[1] = "a5"
	hex[2] = "40"
	hex[3] = "23"
	for (i = 1; i <= 13; i++)
		hex[3 + i] = byte(substr(model, i, 1))
	for (i = 1; i <= 16; i++)
		out = out hex[order[i]] (i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "")
	return out "=" version
}

function byte(char) {
	return sprintf("%02x", index(ascii, char) + 31)
}

function rom(family, version) {
	return "00000000-0000-0000-0000-000001" byte(substr(family, 1, 1)) byte(substr(family, 2, 1)) \
		byte(substr(family, 3, 1)) "=" version
}

BEGIN {
	for (i = 32; i < 127; i++)
		ascii = ascii sprintf("%c", i)
	nic = "79f0c163-0c13-4662-9dea-09235fef90cb"
	split("rpm exe zip deb", ending, " ")

	# Bmc, 95
	package("ilo5_310.fwpkg", "Bmc", "Firmware", "FWPKG-v2", "2f317b9d-c9e3-4d76-bff6-b9d0d085a952", bytes, \
		"iLO 5", "4764a662-b342-4fc7-9ce9-258c5d99e815=3.10")
	package("nic-5719.fwpkg", "Bmc", "Firmware", "FWPKG-v2", nic, bytes, "BCM5719", card("14e4-1657103c22be", "20.30.41"))
	package("nic-57412.fwpkg", "Bmc", "Firmware", "FWPKG-v2", nic, bytes, "BCM57412", \
		card("14e4-16d614e41594", "237.1.148") " " card("14e4-16d615900212", "237.1.148"))
	package("nic-5709.fwpkg", "Bmc", "Firmware", "FWPKG-v2", nic, bytes, "BCM5709", card("14e4-1639103c7055", "7.18.20"))
	package("raid-p408.fwpkg", "Bmc", "Firmware", "FWPKG-v2", "-", bytes, "P408i-a", card("9005-028f103c0602", "7.11"))
	package("raid-mr416.fwpkg", "Bmc", "Firmware", "FWPKG-v2", "-", bytes, "MR416i", card("1000-10e215900293", "52.30") \
		" " card("1000-10e21590032a", "52.30"))
	for (i = 6; i < 50; i++)
		package("nic-" i ".fwpkg", "Bmc", "Firmware", "FWPKG-v2", nic, bytes, "Network card " i, \
			card(sprintf("1dea-%04x15900%03x", 4096 + i, i), "2." i))
	for (i = 0; i < 30; i++)
		package("drive-" i ".fwpkg", "Bmc", "Firmware", "FWPKG-v2", "f6de0320-2e0f-489a-b238-6dd8ae7c3811", bytes, \
			"Drive " i, drive(sprintf("LB%06dLABXD", i), "HPG" i % 10))
	for (i = 0; i < 10; i++)
		package("backplane-" i ".fwpkg", "Bmc", "Firmware", "FWPKG-v2", "4149ebb7-d64b-4654-b679-4280f349ea50", bytes, \
			"Backplane " i, sprintf("9675b54e-1c96-44c3-a7a1-9015%02x000000=1.%d", i, i))
	for (i = 0; i < 5; i++)
		package("part-" i ".fwpkg", "Bmc", "Firmware", "FWPKG-v2", "b1ad439a-9dd1-41c1-a496-2da9313f1f07", bytes, \
			"Programmable logic " i, sprintf("b1ad439a-0000-4000-8000-0000000000%02x=0x%d", i, i))

	# Bmc and Uefi, 22: system ROMs. Uefi alone, 9.
	split("P68 U30 A42", family, " ")
	for (i = 1; i <= 22; i++) {
		if (i > 3)
			family[i] = "U" 40 + i
		package("rom-" family[i] ".fwpkg", "Bmc,Uefi", "Firmware", "FWPKG-v2", \
			"aa148d2e-6e09-453e-bc6f-63baa5f5ccc4", bytes, "System ROM " family[i], \
			rom(family[i], "3.10_07-01-2026"))
	}
	for (i = 0; i < 9; i++)
		package("uefi-" i ".fwpkg", "Uefi", "Firmware", i < 5 ? "FWPKG-v2" : "FWPKG", nic, bytes, "UEFI driver " i, \
			card(sprintf("1dea-%04x15900%03x", 8192 + i, i), "5." i))

	# Uefi and RuntimeAgent, 63: the same for programs of the vendor.
	for (i = 0; i < 63; i++)
		package("tool-" i "." ending[i % 2 + 1], "Uefi,RuntimeAgent", "ComboFirmware", "-", nic, "hole:" hole, \
			"Tool " i, card(sprintf("1dea-%04x15900%03x", 4096 + i, i), "2." i))

	# RuntimeAgent, 614: drivers, programs, and firmware in programs.
	for (i = 0; i < 614; i++)
		package("agent-" i "." ending[i % 4 + 1], "RuntimeAgent", i < 218 ? "Software" : "Firmware", \
			i < 40 ? "Windows" : i < 80 ? "Linux" : "-", "-", "hole:" hole, "Agent " i, "-")
}'
