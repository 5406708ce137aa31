#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make_hpimage.sh CLASS VERSION NAME TARGET...: an image as HPE signs them, on standard output, with a
# signature of nobody and a few bytes of ours behind the header.
exec perl -we '
	my ($class, $version, $name, @targets) = @ARGV;
	sub guid {
		my @part = split /-/, $_[0];
		return pack("VvvH4H12", hex $part[0], hex $part[1], hex $part[2], $part[3], $part[4]);
	}
	my $block = "--=</Begin HP Signed File Fingerprint\\>=--\n" .
		"Fingerprint Length: 000000\nKey: label_TEST-KEY-4096\nHash: sha256\n" .
		"Signature: bm90IGEgc2lnbmF0dXJl\n--=</End HP Signed File Fingerprint\\>=--\n";
	my $length = sprintf "%06d", length $block;
	$block =~ s/Length: 000000/Length: $length/;
	my $header = pack("a8CCv", "HPIMAGE\0", 1, 1, 0) . guid($class) . pack("V", 1);
	$header .= "\0" x (0x3c - length $header) . pack("V", 0x070607e1);
	$header .= pack("a32a64", $version, $name);
	$header .= "\0" x (0x4a0 - length $header) . pack("V", scalar @targets);
	$header .= guid($_) for @targets;
	binmode STDOUT;
	print $block, "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n",
		$header, pack("V", 0), "not firmware\n" x 8;
' "$@"
