# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh disable=SC2154
#
# The worked examples of firmware-repo/README.md, line by line: only the passphrase comes out of a file.
# What they import is made here; fwpkg.sh and spp.sh have the makers.

# example N: the lines of the N-th one.
example() {
	sed -n '/^## Three worked examples/,/^## How it is built/p' "$top/firmware-repo/README.md" |
		awk -v want="$1" '/^    / { if (!inside) group++; inside = 1; if (group == want) print substr($0, 5); next }
			{ inside = 0 }' |
		sed 's/^fwrepo key new site/& --passphrase-file pass/; s/^fwrepo sign.*--key site/& --passphrase-file pass/
			s/-inkey [^ ]*/& -passin file:pass/'
}

run_example() {
	example "$1" >lines.sh
	[ "$(wc -l <lines.sh)" -ge "$2" ] || { echo "README.md has no such lines"; return 1; }
	mkdir -p bin
	ln -sf "$fwrepo" bin/fwrepo
	ln -sf "$drydock" bin/drydock
	ln -sf "$build/drydock.iso" drydock.iso
	PATH=$PWD/bin:$("$top/rootfs/tool.sh" openssl)/bin:$PATH sh -ex lines.sh >said 2>&1 || { cat said; return 1; }
	cat said
}

# cab FILE VERSION: an archive of the LVFS for an NVMe drive, of its own image.
cab() {
	yes "image $2" | head -c 5000 >firmware.bin
	cat >firmware.metainfo.xml <<END
<?xml version="1.0" encoding="UTF-8"?>
<component type="firmware">
  <id>com.example.x100.firmware</id>
  <name>X100</name>
  <summary>Firmware of the X100 drive</summary>
  <developer_name>Example</developer_name>
  <provides><firmware type="flashed">bec63ed7-a95f-54fe-b8cc-8e9fee64ba5a</firmware></provides>
  <releases>
    <release version="$2" date="2026-01-15" urgency="high">
      <checksum filename="firmware.bin" target="content" type="sha256">$(sha256sum <firmware.bin | cut -c 1-64)</checksum>
    </release>
  </releases>
  <custom>
    <value key="LVFS::UpdateProtocol">org.nvmexpress</value>
    <value key="LVFS::VersionFormat">plain</value>
  </custom>
</component>
END
	rm -f "$1"
	gcab -cz "$1" firmware.bin firmware.metainfo.xml
}

examples_ready() {
	echo 'a passphrase of the tests' >pass
	mkdir -p downloads
	drive_package FWPKG-v2 downloads/drive.fwpkg && cab downloads/drive.cab 2.0 && cab downloads/drive-next.cab 2.1 || return 1
	spp_servers
	cp dl380gen10.json server1.json
	cp dl360g7.dump server2.txt
	printf '%s\t' nic-5719.fwpkg Bmc,Uefi Firmware FWPKG-v2 79f0c163-0c13-4662-9dea-09235fef90cb - 5000 BCM5719 >list
	printf '%s\n' a6b1a447-382a-5a4f-14e4-1657103c22be=20.22.41 >>list
	printf '%s\t' rom-U30.fwpkg Bmc,Uefi Firmware FWPKG-v2 aa148d2e-6e09-453e-bc6f-63baa5f5ccc4 - 5000 U30 >>list
	printf '%s\n' '00000000-0000-0000-0000-000001553330=3.10' >>list
	printf '%s\t' driver.rpm RuntimeAgent Software - - - 100 driver >>list
	printf '%s\n' - >>list
	rm -rf spp
	"$top/tests/import/make_spp.sh" spp new <list || return 1
	xorriso -as mkisofs -quiet -R -J -V SPP -o SPP.iso spp 2>/dev/null
}

example_one() {
	examples_ready && run_example 1 7 && [ -s stick.img ] && grep -q 'BEGIN ENCRYPTED' keys/site.ed25519.key
}

example_two() {
	run_example 2 6 && [ -s cd.iso ] && grep -q 'would be imported' said && grep -q 'nic-5719' said &&
		grep -q 'rom-U30' said && drydock_accepts pack
}

example_three() {
	run_example 3 9 || [ $? -eq 1 ]
	drydock_accepts drives && drydock_accepts drives-next && grep -q '2\.1' said
}

drydock_accepts() {
	"$drydock" verify --repo "$1" --trust trust
}

if [ -f "$build/drydock.iso" ]; then
	check 'examples: one package, one server' example_one
	check 'examples: a Service Pack for two servers' example_two
	check 'examples: a key elsewhere, and the next month' example_three
else
	skip 'examples of firmware-repo/README.md' 'there is no image: ./build.sh makes it'
fi
