# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# shellcheck disable=SC2154
#
# The import of a whole Service Pack for three servers: how much of it is read, and how fast.

import_mb=10 # a package; of 803 those that may be opened are there in full, the others are holes

# import_servers: the three servers of tests/data/pci as JSON inventories, and one drive.
import_servers() {
	for _server in 'dl360g7 DL360_G7 P68 05/21/2018' 'dl380gen10 DL380_Gen10 U30 02/02/2023 LB000003LABXD' \
		'dl385gen10plusv2 DL385_Gen10_Plus_v2 A42 10/27/2023'; do
		# shellcheck disable=SC2086
		set -- $_server
		tests/pci/tsv2dump.sh "tests/data/pci/$1.tsv" >"$import/dump"
		tests/import/inventory.sh "$build/drydock" "$import/dump" "ProLiant $(echo "$2" | tr _ ' ')" \
			"$3" 2.90 "$4" "${5:-}" >"$import/$1.json"
	done
}

ours_import() {
	rm -rf "$import/repo"
	"$build/fwrepo" init "$import/repo" --id bench
	# shellcheck disable=SC2086
	"$build/fwrepo" import --repo "$import/repo" --report "$import/report.json" $import_for "$import/spp"
}

# In the order in which the import reads them.
theirs_import() {
	xargs sha256sum <"$import/wanted"
}

# Of the kernel's counts for a shell and what it waited for: asked for by read(2), and fetched from the medium.
ours_import_counted() {
	rm -rf "$import/repo"
	"$build/fwrepo" init "$import/repo" --id bench >/dev/null
	sync
	while read -r _file; do dd if="$_file" iflag=nocache count=0 status=none; done <"$import/opened"
	# shellcheck disable=SC2016,SC2086
	sh -c '"$@" >/dev/null && sed -n "s/^rchar: //p; s/^read_bytes: //p" /proc/$$/io' sh \
		"$build/fwrepo" import --repo "$import/repo" $import_for "$import/spp" | tr '\n' ' '
}

# bench_import_of TEXT ROUNDS
bench_import_of() {
	say "importing, $1"
	ours_import >"$work/said"
	tr ',' '\n' <"$import/repo/index.json" | sed -n 's/.*"provenance":{"file":"\([^"]*\)".*/\1/p' | sort -u |
		sed "s|^|$import/spp/packages/|" >"$import/wanted"
	find "$import/spp/manifest" -type f | cat - "$import/wanted" >"$import/opened"
	_wanted=$(xargs stat -c %s <"$import/opened" | awk '{ sum += $1 } END { printf "%d", sum }')
	# shellcheck disable=SC2046
	set -- "$@" $(ours_import_counted)
	rm -rf "$import/repo"
	"$build/fwrepo" init "$import/repo" --id bench >/dev/null
	# shellcheck disable=SC2086
	_peak=$(peak_of "$build/fwrepo" import --repo "$import/repo" $import_for "$import/spp")
	row "import of a Service Pack, $1: read from the disk" "$(mb "$4")" \
		"its manifest and $(wc -l <"$import/wanted") packages: $(mb "$_wanted")" "$(ratio "$4" "$_wanted")" \
		"$(at_most $((100 * $4)) $((105 * _wanted)) '1.05')"
	row '... asked for by read(2)' "$(mb "$3")" '' "$(ratio "$3" "$_wanted")" ''
	row '... peak memory' "$(mib "$_peak")" '' '' "$(at_most "$_peak" 65536 '64 MiB')"
	side_by_side import "$2" 1
	row '... time, blobs and hashes on the disk' "$(seconds "$ours")" \
		"sha256sum of those packages: $(seconds "$theirs")" "$(ratio "$theirs" "$ours")" ''
}

bench_import() {
	import=$build/bench-spp
	_disk=$(df -Pk "$build" | awk 'NR == 2 { print $4 }')
	[ "$_disk" -ge 4000000 ] || {
		missing 'import of a Service Pack' "4 GB of disk are needed in $build"
		return 0
	}
	quietly make -s bench BUILD="$build"
	rm -rf "$import"
	mkdir "$import"
	say 'making a Service Pack of 8 GB'
	head -c "${import_mb}000000" /dev/zero | openssl enc -aes-128-ctr -nosalt -out "$import/base" \
		-K 00000000000000000000000000000001 -iv 00000000000000000000000000000000
	# All tools are programs for Windows: an rpm would be opened to look for an image, and these are holes.
	tests/import/list_spp.sh "${import_mb}000000" "${import_mb}000000" | sed 's/^\(tool-[0-9]*\)\.rpm/\1.exe/' |
		SPP_BASE=$import/base quietly tests/import/make_spp.sh "$import/spp" new
	import_servers
	import_for="--for $import/dl360g7.json --for $import/dl380gen10.json --for $import/dl385gen10plusv2.json"
	bench_import_of "$(du --apparent-size -sB1 "$import/spp" | awk '{ printf "%.1f GB", $1 / 1e9 }'), for three servers" 3
	import_for=
	bench_import_of 'all firmware of it' 3
	rm -rf "$import"
}
