/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fwrepo.h"

static const struct command commands[] = {
	{ "key", "new NAME", "make a signer's two key pairs, Ed25519 and ML-DSA-65", fwrepo_key },
	{ "init", "DIR", "make an empty repository", fwrepo_init },
	{ "add", "FILE", "add a component: a payload and what is to be known about it",
	  fwrepo_add },
	{ "import", "PATH ...",
	  "add what vendors publish: packages, folders of them, Service Packs, ISO images",
	  fwrepo_import },
	{ "runtime", "[DEB ...]", "add what vendors' tools run in, made of distribution packages",
	  fwrepo_runtime },
	{ "remove", "ID", "remove a component, and its payload when nothing else uses it",
	  fwrepo_remove },
	{ "gc", "", "remove what nothing names: of imports that were killed", fwrepo_gc },
	{ "list", "", "the components of a repository", fwrepo_list },
	{ "show", "ID", "everything about one component", fwrepo_show },
	{ "diff", "A B", "what repository B has that A has not, and the other way round",
	  fwrepo_diff },
	{ "sign", "", "sign the repository as it is now", fwrepo_sign },
	{ "verify", "", "check signatures, index and every byte, as the updater does",
	  fwrepo_verify },
	{ "trust", "", "make a trust directory: whose signatures an image accepts", fwrepo_trust },
	{ "media", "", "make a finished stick or CD: system, repository, keys, settings",
	  fwrepo_media },
	{ "journal-init", "FILE", "make an empty journal for a stick", fwrepo_journal_init },
	{ 0 },
};

const struct program fwrepo_program = {
	.name = "fwrepo",
	.summary = "makes and signs firmware repositories for drydock",
	.commands = commands,
	.texts = fwrepo_texts,
};

int main(int argc, char **argv)
{
	return opts_main(&fwrepo_program, argc, argv);
}
