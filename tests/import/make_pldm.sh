#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make_pldm.sh REVISION VERSION <list: a PLDM firmware update package (DMTF DSP0267 1.0 to 1.3) on standard
# output. Lines of the list, fields between tabs:
#
#   device      SET-VERSION  IMAGES  TYPE=HEX ...   IMAGES: "1,3", counted from 1
#   downstream  MIN-VERSION  IMAGES  TYPE=HEX ...   "-": none is told
#   image       CLASSIFICATION  IDENTIFIER  STAMP  ACTIVATION  VERSION  FILE   numbers in hex, STAMP "-" = none
#
# Descriptors as in "0002=162023c93ec5411595f448701d49d675". A version is ASCII, or "utf8:", "utf16:" (with a
# byte order mark), "utf16le:", "utf16be:" and a text. Revision 3 gets opaque data, revision 4 a manifest; every
# record has package data, the bytes of PLDM_DATA.
#
# make_pldm.sh patch FILE AT HEX: other bytes in a header, and then its checksum made right.
exec perl -MCompress::Raw::Zlib -MEncode -we '
	use strict;
	my %types = (ascii => 1, utf8 => 2, utf16 => 3, utf16le => 4, utf16be => 5);
	my %encodings = (1 => "ascii", 2 => "UTF-8", 3 => "UTF-16", 4 => "UTF-16LE", 5 => "UTF-16BE");

	sub text {
		my ($kind, $text) = $_[0] =~ /^(utf8|utf16|utf16le|utf16be):(.*)/ ? ($1, $2) : ("ascii", $_[0]);
		my $type = $types{$kind};
		return ($type, encode($encodings{$type}, decode("UTF-8", $text)));
	}

	sub slurp {
		open(my $in, "<:raw", $_[0]) or die "$_[0]: $!";
		local $/;
		return scalar <$in>;
	}

	binmode STDOUT;
	if ($ARGV[0] eq "patch") {
		my (undef, $file, $at, $hex) = @ARGV;
		my $bytes = slurp($file);
		substr($bytes, $at, length($hex) / 2) = pack("H*", $hex);
		my $size = unpack("v", substr($bytes, 17, 2));
		my $end = $size - (unpack("C", substr($bytes, 16, 1)) >= 4 ? 8 : 4);
		substr($bytes, $end, 4) = pack("V", crc32(substr($bytes, 0, $end)))
			if $end > 36 && $end + 4 <= length $bytes;
		open(my $out, ">:raw", $file) or die "$file: $!";
		print $out $bytes;
		exit 0;
	}

	my ($revision, $version) = @ARGV;
	my $data = $ENV{PLDM_DATA} // "data";
	my @uuids = qw(f018878ccb7d49439800a02f059aca02 1244d2648d7d4718a030fc8a56587d5a
		3119ce2fe80a4a99af6d46f8b121f6bf 7b291c996db64208801b02026e463c78);
	my (%records, @images);
	while (<STDIN>) {
		chomp;
		my ($kind, @fields) = split /\t/;
		if ($kind eq "image") { push @images, [@fields] } else { push @{$records{$kind}}, [@fields] }
	}
	my $bits = 8 * int((@images + 7) / 8);

	sub record {
		my ($downstream, $set, $for, @descriptors) = @_;
		my ($type, $text) = $set eq "-" ? (1, "") : text($set);
		my $bitmap = "\0" x ($bits / 8);
		vec($bitmap, $_ - 1, 1) = 1 for split /,/, $for;
		my $names = "";
		for (@descriptors) {
			my ($id, $value) = /^(\w+)=(\w+)$/ or die "descriptor $_";
			$names .= pack("vv", hex $id, length($value) / 2) . pack("H*", $value);
		}
		my $tied = $downstream && $set ne "-";
		my $manifest = $revision >= 4 ? "the manifest" : "";
		my $rest = pack("CVCCv", scalar @descriptors, $tied || !$downstream ? 1 : 0, $type, length $text,
			length $data) .
			($revision >= 4 ? pack("V", length $manifest) : "") . $bitmap . $text .
			($tied ? pack("V", 0x01020304) : "") . $names . $data . $manifest;
		return pack("v", 2 + length $rest) . $rest;
	}

	sub area {
		my ($downstream, $list) = @_;
		return pack("C", scalar @{$list || []}) . join("", map { record($downstream, @$_) } @{$list || []});
	}

	# Sizes first: places depend on the size of the header, and that on nothing but the texts.
	sub header {
		my ($size, $payload) = @_;
		my ($type, $text) = text($version);
		my $header = pack("H*", $uuids[$revision - 1]) . pack("Cv", $revision, $size) .
			pack("H*", "0000000000000000190ce50700");
		$header .= pack("vCC", $bits, $type, length $text) . $text . area(0, $records{device});
		$header .= area(1, $records{downstream}) if $revision >= 2;
		$header .= pack("v", scalar @images);
		my $at = $size;
		for (@images) {
			my ($class, $id, $stamp, $activation, $name, $file) = @$_;
			my ($kind, $bytes) = text($name);
			my $length = -s $file;
			$header .= pack("vvVvvVVCC", hex $class, hex $id, $stamp eq "-" ? 0xffffffff : hex $stamp,
				$stamp eq "-" ? 0 : 2, hex $activation, $at, $length, $kind, length $bytes) . $bytes;
			$header .= pack("V", 6) . "opaque" if $revision >= 3;
			$at += $length;
		}
		$header .= pack("V", crc32($header));
		$header .= pack("V", crc32($payload)) if $revision >= 4;
		return $header;
	}

	my $payload = join "", map { slurp($_->[5]) } @images;
	print header(length header(0, $payload), $payload), $payload;
' "$@"
