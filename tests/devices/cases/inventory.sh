# SPDX-License-Identifier: GPL-3.0-or-later
#
# One boot of the image in a server that has one of everything that an inventory is made of: NVMe
# drives with VPD, one of which never answers a read of it, firmware that only SMBIOS names, a BMC, a
# SATA disk, a CD drive, a network card with an option ROM. The inventory holds each of them once,
# with its version, and says why nothing can update it where that is so.
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034
# shellcheck source=tests/lab/bmc.sh
. tests/lab/bmc.sh

# inventory_blobs DIR: SMBIOS structures and an option ROM, one a file.
inventory_blobs() {
	perl -e '
	use strict;
	my $dir = shift;
	sub put { my ($name, $bytes) = @_; open my $f, ">", "$dir/$name" or die; print $f $bytes }
	sub entry {
		my ($type, $handle, $body, @strings) = @_;
		my $texts = @strings ? join("", map { "$_\0" } @strings) . "\0" : "\0\0";
		return pack("CCv", $type, 4 + length $body, $handle) . $body . $texts;
	}
	# DSP0134 7.46: name, version, its format, id, its format, date, manufacturer, lowest, size,
	# characteristics, state, associated handles
	sub firmware {
		my ($handle, $bits, $with, @strings) = @_;
		return entry(45, $handle, pack("CCCCCCCCQ<vCCv", 1, 2, 0, 3, 0, 0, 4, 5, 0, $bits, 4, 1,
			$with), @strings);
	}
	put("slot", entry(9, 0x9101, pack("CCCCCvCCvCC", 1, 0xa5, 13, 4, 4, 1, 0, 0, 0, 1, 0),
		"NVMe Bay 1"));
	put("cpld", firmware(0x4501, 1, 0xeeee, "System CPLD", "0x2F", "CPLD-1", "Lab", "0x20"));
	put("bay", firmware(0x4502, 0, 0x9101, "Bay firmware", "7.1", "BAY-1", "Lab", "7.0"));
	put("cut", entry(45, 0x4503, pack("CC", 1, 2), "Damaged", "6.6"));
	put("tpm", entry(43, 0x4301, pack("a4CCVVCQ<V", "NTC", 2, 0, 7 << 16 | 2, 0, 1, 8, 0), "TPM"));
	# PCI Firmware Specification 5.1: one image for UEFI, code revision 0102h, without a program
	my $rom = "\x55\xaa" . pack("v", 1) . "\0" x 20 . pack("vv", 0x1c, 0) .
		"PCIR" . pack("vvvvCCCCvvCCv", 0x8086, 0x100e, 0, 0x18, 0, 0, 0, 2, 1, 0x0102, 3, 0x80, 0);
	put("rom", $rom . "\0" x (512 - length $rom));
	# PCI 3.0 Appendix I: name, PN, SN, V0, checksum
	my $fields = join "", map { pack("a2C/a", @$_) } ["PN", "P-123"], ["SN", "S456"], ["V0", "8.1"];
	my $vpd = "\x82" . pack("v/a", "Lab drive") . "\x90" . pack("v", 4 + length $fields) . $fields .
		"RV\1";
	$vpd .= chr(-unpack("%8C*", $vpd) & 255) . "\x78";
	put("vpd", $vpd);
	' "$1"
}

# inventory_has ID KEY VALUE [KEY VALUE...]: of the inventory in the logs; VALUE is a Perl pattern.
inventory_has() {
	perl -MJSON::PP -0777 -e '
		my ($id, %want) = @ARGV;
		my @found = grep { $_->{Id} eq $id } @{ decode_json(<STDIN>)->{Members} };
		print "$id is there ", scalar @found, " times\n" if @found != 1;
		exit if !@found;
		my $ours = $found[0]{Oem}{Drydock};
		my %all = (%{ $found[0] }, %$ours, %{ $ours->{Properties} });
		for (sort keys %want) {
			my $got = $all{$_} // "(none)";
			$got = $got ? "true" : "false" if ref $got eq "JSON::PP::Boolean";
			print "$id: $_ is \"$got\", not \"$want{$_}\"\n" if $got !~ /^(?:$want{$_})$/;
		}' -- "$@" <"$logs/inventory.json" >"$dir/differs" 2>&1 || fail "$1: $(cat "$dir/differs")"
	[ ! -s "$dir/differs" ] || fail "$(cat "$dir/differs")"
}

inventory_boot() {
	inventory_blobs "$dir"
	truncate -s 16M "$dir/disk" "$dir/cd"
	bmc_start "$dir/bmc" --version 2.72 --manufacturer 11 --aux 01020304
	lab_nvme_start "$dir/one" --model 'LAB NVME X100' --serial LAB1 --version 1.0 --vpd "$dir/vpd"
	lab_nvme_start "$dir/two" --model 'LAB NVME Y200' --serial LAB2 --version 3.0 --vpd "$dir/vpd" \
		--faults vpd_silent=1
	# shellcheck disable=SC2046
	server_boot "$patience" 'drydock.mode=inventory drydock.poweroff=yes' \
		$(lab_qemu_args "$dir/one/nvme.sock" "$dir/two/nvme.sock") $(bmc_qemu_args "$dir/bmc") \
		-smbios "file=$dir/slot" -smbios "file=$dir/cpld" -smbios "file=$dir/bay" \
		-smbios "file=$dir/cut" -smbios "file=$dir/tpm" \
		-device "e1000,addr=1e.0,romfile=$dir/rom" \
		-drive "if=none,id=disk,format=raw,file=$dir/disk" \
		-device ide-hd,bus=ide.0,drive=disk,serial=SATA1 \
		-drive "if=none,id=cd,format=raw,media=cdrom,file=$dir/cd" \
		-device ide-cd,bus=ide.1,drive=cd,serial=CD1
	server_ended
	bmc_stop "$dir/bmc"
	powered_off
}

inventory_server() {
	inventory_boot
	[ -s "$logs/inventory.json" ] || {
		fail "no inventory in the logs"
		return
	}
	inventory_has system Version 1.0 Manufacturer Lab WhyNot 'no backend knows.*' \
		system.tpm none
	inventory_has nvme:LAB1 Version 1.0 Backend nvme Updateable true smbios.version 7.1 \
		smbios.lowest 7.0 WhyNot '\(none\)' Parent pci:0000:01:00.0
	inventory_has pci:0000:01:00.0 pci.vpd.name 'Lab drive' pci.vpd.pn P-123 pci.vpd.v0 8.1 \
		Serial S456 pci.vpd.checksum ok Slot '.+' WhyNot 'its firmware is that of nvme:LAB1'
	inventory_has nvme:LAB2 Version 3.0 Updateable true
	inventory_has drive:SATA1 Backend ata drive.protocol SATA \
		WhyNot 'the drive has no DOWNLOAD MICROCODE command'
	inventory_has pci:0000:02:00.0 pci.vpd.pn '\(none\)' pci.vpd.error 'nothing could be read'
	inventory_has smbios:45:CPLD-1 Version 0x2F Kind firmware smbios.updatable yes \
		smbios.lowest 0x20 smbios.state enabled WhyNot 'no backend knows.*'
	inventory_has smbios:45:4503 Version 6.6 smbios.error '.*6 bytes instead of 24'
	inventory_has tpm Version 7.2 Manufacturer NTC
	inventory_has bmc Version 2.72 Manufacturer HPE ipmi.version 2.72 ipmi.aux-revision 01020304 \
		WhyNot 'no backend knows.*'
	inventory_has pci:0000:00:1e.0 pci.id 8086:100e pci.rom-type efi pci.rom-version 0102
	grep -q '^06 01$' "$dir/bmc/bmc.log" || fail "the BMC was not asked for its id"
}
repo_new
stick_of "$work/stick.img"
server 'each part of a server is in the inventory once, with its version or the reason' inventory_server
