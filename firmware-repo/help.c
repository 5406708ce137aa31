/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What there is to say of a command beyond its options. */
#include "fwrepo.h"

const struct command_text fwrepo_texts[] = {
	{ "add",
	  "Adds one payload by hand, when no importer knows its format. Without --proof nothing "
	  "could "
	  "be verified afterwards, and unattended runs leave the component alone.\n"
	  "\n"
	  "    fwrepo add X100_2.0.bin --repo repo --id acme-x100-2.0 --version 2.0 --scheme "
	  "dotted \\\n"
	  "        --target 'nvme-model:ACME X100' --backend nvme --proof nvme.fr=2.0 --class "
	  "drive\n" },
	{ "import",
	  "Takes packages as vendors publish them, folders of them, and whole Service Packs as a "
	  "folder "
	  "or as an ISO image, which need not be mounted. A package is recognised by its content, "
	  "not by "
	  "its name; files that belong to one (NAME.json, NAME.compsig) are looked for beside it.\n"
	  "\n"
	  "Everything that was found is in the report: what became a component, what did not, and "
	  "why, "
	  "with an id that stays the same. An import is all or nothing: when anything is damaged "
	  "or "
	  "missing the exit status is 6 and the repository is as it was. Exit status 3: nothing "
	  "was wanted.\n"
	  "\n"
	  "With --for only what fits the given servers is taken. Made on the server, or anywhere "
	  "from "
	  "what was saved there:\n"
	  "\n"
	  "    drydock inventory --json >server1.json\n"
	  "    lspci -x >server2.txt\n"
	  "    fwrepo import SPP.iso --repo repo --for server1.json --for server2.txt\n"
	  "\n"
	  "A dump of lspci shows no drives, no system ROM and no iLO; what is for those cannot be "
	  "told "
	  "about and is left out, unless --keep-undecided is given.\n" },
	{ "key",
	  "Makes NAME.ed25519.key, NAME.ml-dsa-65.key and the public halves (.pub). The private "
	  "keys are "
	  "encrypted with a passphrase that is asked for. A signature counts only when both "
	  "hold.\n" },
	{ "media",
	  "Makes a medium from the released image. No other program and no privileges are needed. "
	  "The "
	  "repository is verified under the given trust before anything is written; what no image "
	  "would accept is refused. Equal inputs give equal bytes.\n"
	  "\n"
	  "    fwrepo media --base drydock.iso --repo repo --trust trust -o stick.img\n"
	  "    fwrepo media --base drydock.iso --repo repo --trust trust --device /dev/sdX\n"
	  "    fwrepo media --base drydock.iso --repo repo --trust trust --kind iso -o cd.iso\n"
	  "\n"
	  "Both kinds start from sticks and from CDs, BIOS and UEFI. A server that sees a medium "
	  "as "
	  "a CD "
	  "finds only what is in the ISO: take --kind iso for virtual media. The FAT partition "
	  "of it has room for logs when it is a stick after all.\n"
	  "\n"
	  "A stick whose repository has UEFI capsules gets an ESP that all of them fit into (20 "
	  "MiB, 256 at most), for firmware that takes them from there.\n"
	  "\n"
	  "A stick that is written with --device must not be mounted, nor a part of anything. With "
	  "--size whole the FAT partition takes all of it, and all of it is written.\n" },
	{ "sign",
	  "Signs head.json, a few hundred bytes that name the index by its hash. Keys need not be "
	  "here:\n"
	  "\n"
	  "    fwrepo sign --repo repo --prepare head.json\n"
	  "    openssl pkeyutl -sign -inkey site.ed25519.key -rawin -in head.json -out "
	  "ed25519.sig\n"
	  "    fwrepo sign --repo repo --prepared head.json --signature "
	  "site.ed25519.pub=ed25519.sig \\\n"
	  "        --key site --algorithm ml-dsa-65\n"
	  "\n"
	  "Several signers may sign one after the other: the first with --threshold, the others "
	  "with "
	  "--add. While a key is being replaced sign with the old and the new one (--key old --key "
	  "new).\n" },
	{ "trust",
	  "Makes what an image believes: the public keys of the signers and a policy. It goes into "
	  "an "
	  "image with fwrepo media; a repository cannot change it.\n" },
	{ "verify",
	  "Checks signatures, index and every byte of every payload, by the code that the updater "
	  "uses.\n" },
	{ 0 },
};
