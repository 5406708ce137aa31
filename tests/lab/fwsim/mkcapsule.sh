#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A capsule for the simulated firmware, on standard output. The same arguments give the same bytes.
#
#   mkcapsule.sh [--version N] [--size BYTES] [--flags N] [--header BYTES] [--item-header 1|2|3]
#                [--mss1 0|1] [--signed] [--plain] [--damaged] GUID...
#
# An FMP capsule (UEFI 2.10, 23.3) with an item of SIZE bytes of payload for each GUID; --plain: the
# GUID is that of the capsule. --header is HeaderSize (28 at least; EDK2 writes 32), --mss1 1 puts
# EDK2's payload header before the payload, --signed the signature of nobody (item header 3),
# --damaged changes the last byte.
set -eu
exec perl -we '
	use strict;
	use Getopt::Long;
	my %set = (version => 1, size => 4096, flags => "0x10000", header => 32, "item-header" => 3, mss1 => 1);
	GetOptions(\%set, "version=s", "size=i", "flags=s", "header=i", "item-header=i", "mss1=i", "signed",
		"plain", "damaged") && @ARGV && $set{header} >= 28 && (!$set{plain} || @ARGV == 1)
		or die "mkcapsule: see the top of mkcapsule.sh\n";
	my ($version, $flags) = map { /^0x/ ? hex : $_ } @set{"version", "flags"};

	sub guid {
		my @part = split /-/, $_[0];
		return pack("VvvH4H12", hex $part[0], hex $part[1], hex $part[2], $part[3], $part[4]);
	}
	sub crc32 {
		my $crc = 0xffffffff;
		my @table = map { my $c = $_; $c = $c & 1 ? $c >> 1 ^ 0xedb88320 : $c >> 1 for 1 .. 8; $c } 0 .. 255;
		for (my $at = 0; $at < length $_[0]; $at += 4096) {
			$crc = $crc >> 8 ^ $table[($crc ^ $_) & 255] for unpack "C*", substr $_[0], $at, 4096;
		}
		return $crc ^ 0xffffffff;
	}
	# Words of a linear congruence, seeded by the version, so that versions differ throughout.
	sub payload {
		my ($word, $data) = ($version ^ 0x9e3779b9, "");
		$data .= pack "V", $word = ($word * 1664525 + 1013904223) & 0xffffffff
			while length $data < $set{size};
		$data = substr $data, 0, $set{size};
		my $image = pack("a8VVV", "LABFWIMG", $version, 20 + $set{size}, crc32($data)) . $data;
		substr($image, -1) ^= "\1" if $set{damaged};
		$image = pack("a4VVV", "MSS1", 16, $version, 1) . $image if $set{mss1};
		return $image;
	}
	sub item {
		my ($kind, $image) = ($set{"item-header"}, payload());
		$image = pack("Q<VvvA16", 1, 24 + 20, 0x200, 0xef1, guid("4aafd29d-68df-49ee-8aa9-347d375665a7")) .
			"x" x 20 . $image if $set{signed};
		my $head = pack("V", $kind) . guid($_[0]) . pack("CxxxVV", 1, length $image, 0);
		$head .= pack("Q<", 0) if $kind >= 2;
		$head .= pack("Q<", $set{signed} ? 1 : 0) if $kind >= 3;
		return $head . $image;
	}
	my @items = map { $set{plain} ? payload() : item($_) } @ARGV;
	my $table = pack("Vvv", 1, 0, scalar @items);
	my $at = 8 + 8 * @items;
	for (@items) {
		$table .= pack("Q<", $at);
		$at += length;
	}
	my $body = join "", $set{plain} ? () : $table, @items;
	binmode STDOUT;
	print guid($set{plain} ? $ARGV[0] : "6dcbd5ed-e82d-4c44-bda1-7194199ad92a"),
		pack("VVV", $set{header}, $flags, $set{header} + length $body),
		"\0" x ($set{header} - 28), $body;
' -- "$@"
