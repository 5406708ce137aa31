#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A UEFI capsule on standard output, with a few bytes of ours in the place of firmware.
#
#   make_capsule.sh fmp VERSION GUID ...   FMP, one item a GUID, with EDK2's payload header; "-": without
#   make_capsule.sh signed VERSION GUID    the same, with the signature of nobody and a dependency before it
#   make_capsule.sh plain GUID             as old firmware takes them: the GUID is that of the capsule
#   make_capsule.sh ux                     a picture
exec perl -we '
	use strict;
	my ($kind, @args) = @ARGV;
	sub guid {
		my @part = split /-/, $_[0];
		return pack("VvvH4H12", hex $part[0], hex $part[1], hex $part[2], $part[3], $part[4]);
	}
	# The EFI_CAPSULE_HEADER filled up to 32 bytes, as EDK2 writes it.
	sub capsule {
		my ($guid, $body) = @_;
		return guid($guid) . pack("VVV", 32, 0x50000, 32 + length $body) . "\0" x 4 . $body;
	}
	binmode STDOUT;
	if ($kind eq "plain" || $kind eq "ux") {
		my $guid = $kind eq "ux" ? "3b8c8162-188c-46a4-aec9-be43f1d65697" : $args[0];
		print capsule($guid, "not firmware\n" x 9);
		exit 0;
	}
	my ($version, @guids) = @args;
	my (@items, $auth);
	for (@guids) {
		my $image = $version eq "-" ? "" : pack("a4VVV", "MSS1", 16, $version, 1);
		$image .= "not firmware for $_\n" x 4;
		# PUSH_VERSION 1, GT, END
		$image = pack("CVCC", 1, 1, 9, 0x0d) . $image if $kind eq "signed";
		$auth = pack("Q<VvvA16", 1, 24 + 20, 0x200, 0xef1, guid("4aafd29d-68df-49ee-8aa9-347d375665a7")) . "x" x 20;
		$image = $auth . $image if $kind eq "signed";
		push @items, pack("V", 3) . guid($_) . pack("CxxxVVQ<Q<", 1, length $image, 3, 0,
			$kind eq "signed" ? 3 : 0) . $image . "vnd";
	}
	my $at = 8 + 8 * @items;
	my $body = pack("Vvv", 1, 0, scalar @items);
	for (@items) {
		$body .= pack("Q<", $at);
		$at += length;
	}
	print capsule("6dcbd5ed-e82d-4c44-bda1-7194199ad92a", $body . join("", @items));
' "$@"
