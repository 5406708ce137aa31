#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
#
# journal.pl FILE: a journal by the words of firmware-repo/FORMAT.md alone, so that the reader is
# checked against the specification and not against its own writer. Machine CZ1: an old run that
# ended with 8, and one that was cut off while step 2 was written. Machine CZ2: a finished run.
use strict;
use warnings;
use Digest::SHA 'sha256';

my ($SLOT, $COPY, $REGION) = (4096, 8 << 20, 1 << 20);
my %state = (begun => 2, writing => 3, verified => 6, failed => 8);
my $file = shift or die "usage: journal.pl FILE\n";
open my $out, '+>:raw', $file or die "$file: $!\n";
truncate $out, 16 << 20 or die "$file: $!\n";

sub slot {
	my ($copy, $offset, $magic, $fields) = @_;
	my $body = pack 'a480', "DRYDOCK$magic" . pack('v', 1) . $fields;
	seek $out, $copy * $COPY + $offset, 0;
	print $out $body . sha256($body) or die "$file: $!\n";
}

sub both {
	slot($_, @_) for 0, 1;
}

sub record {
	my ($region, $place, $seq, $type, $run, %field) = @_;
	my $fields = pack 'v Q<4 v5 a32 a64 a64 a32 a32 a32 a24 a96', $type, $seq, $region + 1,
		1700000000 + $seq, 0, $field{step} || 0, $field{steps} || 0,
		$field{state} ? $state{ $field{state} } : 0, $field{step} ? 1 : 0, $field{exit} || 0,
		$run x 32, $field{step} ? ("nvme:S$field{step}", 'fw-3.0', '2.1', '3.0') : ('') x 4,
		$field{found} || '', $field{reason} || '', $field{text} || '';
	my $offset = ($region + 1) * $REGION + $place * $SLOT;
	return slot($field{only}, $offset, 'R', $fields) if defined $field{only};
	both($offset, 'R', $fields);
}

both(0, 'J', pack 'V5 a16', 16 << 20, 2, 7, 256, 4096, '');
both($REGION, 'H', pack 'Q< Q< a64', 1, 2, 'CZ1');
both(2 * $REGION, 'H', pack 'Q< Q< a64', 2, 1, 'CZ2');
record(0, 1, 1, 1, 'a', steps => 1);
record(0, 2, 2, 2, 'a', step => 1, state => 'failed', found => '2.1', reason => 'PROOF', text => 'old');
record(0, 3, 3, 3, 'a', exit => 8);
record(0, 4, 4, 1, 'b', steps => 3);
record(0, 5, 5, 2, 'b', step => 1, state => 'begun');
record(0, 6, 6, 2, 'b', step => 1, state => 'verified', found => '3.0', only => 1);
record(0, 7, 7, 2, 'b', step => 2, state => 'begun', only => 0);
record(0, 8, 8, 2, 'b', step => 2, state => 'writing', only => 0);
record(1, 1, 1, 1, 'c', steps => 1);
record(1, 2, 2, 2, 'c', step => 1, state => 'verified', found => '3.0');
record(1, 3, 3, 3, 'c', exit => 0);
close $out or die "$file: $!\n";
