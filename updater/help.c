/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands say beyond their options, for --help and the man pages. */
#include "drydock.h"

#define BMC_TEXT                                                                                  \
	"An iLO of this machine is reached without a login as long as its security state is "     \
	"\"production\"; what needs one, and an iLO on the network (--ilo), gets it from a file " \
	"of "                                                                                     \
	"mode 0600:\n"                                                                            \
	"\n"                                                                                      \
	"    user=NAME\n"                                                                         \
	"    password=SECRET\n"                                                                   \
	"\n"                                                                                      \
	"With --ilo and without --ilo-login both are asked for on the terminal. A password is "   \
	"never given on the command line, and is in no log and no trace.\n"                       \
	"\n"                                                                                      \
	"Whoever answers first is the one that is spoken with until the end. --ilo-pin says who " \
	"that must be, --ilo-ca who vouches for it. The pin of a certificate is\n"                \
	"\n"                                                                                      \
	"    openssl x509 -in CERT -pubkey -noout | openssl pkey -pubin -outform DER | "          \
	"sha256sum\n"

const struct command_text drydock_texts[] = {
	{ "inventory", BMC_TEXT },
	{ "plan", BMC_TEXT },
	{ "apply", BMC_TEXT },
	{ "resume", BMC_TEXT },
	{ "replay",
	  "FOLDER is the log folder of a run, or what \"drydock inventory --record\" has made. Its "
	  "inventories and steps are gone through again by the code of this program, with the "
	  "traces "
	  "of the folder in place of the devices; nothing is written anywhere. Every call must be "
	  "the "
	  "one that was recorded, with its arguments and data, and the end must be the recorded "
	  "one: "
	  "the same devices and versions, the same state of each step.\n"
	  "\n"
	  "Firmware is in a trace as its length and hash. Without --repo it is compared by its "
	  "length. "
	  "What drives store and option ROMs is in no trace: the properties \"array.*\" and "
	  "\"pci.rom*\" are not compared. Steps that a vendor's program did are left out.\n"
	  "\n"
	  "Exit status: 0 all as it was recorded, 8 something deviates, 6 the folder cannot be "
	  "read or "
	  "replayed, 2 the command line is wrong.\n"
	  "\n"
	  "    drydock replay logs/CZ1234-20261123T040000Z\n" },
	{ 0 },
};
