#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tsv2dump.sh FILE.tsv: the PCI functions of a real server as "lspci -D -n -x" prints them, 64 bytes
# of configuration space each (PCI Local Bus Specification 3.0, 6.1). Bridges keep their subsystem in
# a capability beyond those bytes, so theirs is not in the dump.
set -eu

awk -F '\t' '
# put OFFSET DIGITS: little-endian
function put(offset, digits,    n) {
	for (n = length(digits) - 1; n >= 1; n -= 2)
		config[offset++] = substr(digits, n, 2)
}

FNR == 1 { next }

{
	for (i = 0; i < 64; i++)
		config[i] = "00"
	split($5, id, ":")
	put(0, id[1])
	put(2, id[2])
	put(8, $4)
	put(9, $3)
	put(10, $2)
	if ($2 == "0604") {
		put(14, "01")
	} else if ($6 != "-") {
		split($6, sub_id, ":")
		put(44, sub_id[1])
		put(46, sub_id[2])
	}
	printf "%s %s: %s (rev %s)\n", $1, $2, $5, $4
	for (i = 0; i < 64; i++)
		printf "%s%s%s", i % 16 ? "" : sprintf("%02x: ", i), config[i],
			(i + 1) % 16 ? " " : "\n"
	print ""
}' "${1:?usage: tsv2dump.sh FILE.tsv}"
