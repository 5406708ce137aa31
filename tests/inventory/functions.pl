#!/usr/bin/perl
# SPDX-License-Identifier: GPL-3.0-or-later
#
# functions.pl < inventory.json: each PCI function of an inventory as a line of the .tsv files in
# tests/data/pci: address, class, prog-if, revision, id, subsystem, driver, name, label. Dies when
# the input is not JSON.
use strict;
use warnings;
use JSON::PP;

local $/;
my $inventory = JSON::PP->new->utf8->decode(<STDIN>);
binmode STDOUT, ':utf8';
for my $member (@{ $inventory->{Members} }) {
	my $ours = $member->{Oem}{Drydock};
	next if $ours->{Kind} ne 'pci';
	my $props = $ours->{Properties};
	print join("\t", substr($member->{Id}, 4),
		(map { $props->{"pci.$_"} // '-' } qw(class prog-if revision id subsystem driver)),
		$member->{Name}, $props->{'pci.label'} // '-'), "\n";
}
