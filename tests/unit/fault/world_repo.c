/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The repository of the world, made by the commands of fwrepo. */
#include "world_repo.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "fwimage.h"
#include "fwrepo.h"

/* What is needed of the program, whose own table is beside its main(). */
static const struct command commands[] = {
	{ "key", "new NAME", "", fwrepo_key }, { "init", "DIR", "", fwrepo_init },
	{ "add", "FILE", "", fwrepo_add },     { "sign", "", "", fwrepo_sign },
	{ "trust", "", "", fwrepo_trust },     { 0 },
};

const struct program fwrepo_program = { .name = "fwrepo", .commands = commands };

#define IMAGE_BYTES (12 * 1024)
#define MAX_ARGS    32 /* words of a command */

static const struct image {
	const char *model, *revision, *id, *min_active;
} images[] = {
	{ "LOOP A", "2.0", "loop-a-2.0", NULL },
	{ "LOOP B", "2.0", "loop-b-2.0", NULL },
	{ "LOOP C", "1.5", "loop-c-1.5", NULL },
	{ "LOOP C", "2.0", "loop-c-2.0", "1.5" },
};

/* Runs a command of fwrepo, '@' in front of a word being DIR; standard output is set aside. */
static void fwrepo(const char *dir, const char *const *words)
{
	char text[MAX_ARGS + 1][192];
	char *argv[MAX_ARGS + 2] = { text[0] };
	int count = 0, out;

	snprintf(text[0], sizeof(text[0]), "fwrepo");
	for (; words[count]; count++) {
		bool below = words[count][0] == '@';

		argv[count + 1] = text[count + 1];
		snprintf(text[count + 1], sizeof(text[0]), "%s%s", below ? dir : "",
			 words[count] + below);
	}
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	if (!freopen("/dev/null", "w", stdout) ||
	    opts_main(&fwrepo_program, count + 1, argv) != 0) {
		fprintf(stderr, "fwrepo %s failed\n", words[0]);
		abort();
	}
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
}

static void make_image(const char *path, const struct image *image)
{
	static uint8_t bytes[IMAGE_BYTES];
	struct fwimage header = { .payload_bytes = IMAGE_BYTES - FWIMAGE_HEADER_BYTES };

	snprintf(header.model, sizeof(header.model), "%s", image->model);
	snprintf(header.revision, sizeof(header.revision), "%s", image->revision);
	for (uint32_t i = FWIMAGE_HEADER_BYTES; i < IMAGE_BYTES; i++)
		bytes[i] = (uint8_t)(i * 2654435761u >> 24);
	header.payload_crc = fwimage_crc32(0, bytes + FWIMAGE_HEADER_BYTES, header.payload_bytes);
	fwimage_write_header(&header, bytes);
	if (fsio_write_atomic(path, bytes, sizeof(bytes), 0644, NULL))
		abort();
}

static void add(const char *dir, const struct image *image)
{
	char path[128], target[64], proof[32];
	const char *words[MAX_ARGS] = {
		"add",
		"@/image",
		"--repo",
		"@/repo",
		"--id",
		image->id,
		"--version",
		image->revision,
		"--scheme",
		"dotted",
		"--target",
		target,
		"--backend",
		"nvme",
		"--proof",
		proof,
		"--activation",
		"device-reset",
		"--expected-seconds",
		"20",
	};
	size_t count = 20;

	snprintf(path, sizeof(path), "%s/image", dir);
	snprintf(target, sizeof(target), "nvme-model:%s", image->model);
	snprintf(proof, sizeof(proof), "nvme.fr=%s", image->revision);
	make_image(path, image);
	if (image->min_active) {
		words[count++] = "--min-active";
		words[count++] = image->min_active;
	}
	fwrepo(dir, words);
}

void world_repo_make(const char *dir)
{
	static const char *const key[] = { "key",   "new",    "loop",
					   "--dir", "@/keys", "--no-passphrase",
					   NULL };
	static const char *const init[] = { "init", "@/repo", "--id", "loop", NULL };
	static const char *const sign[] = { "sign", "--repo",	 "@/repo", "--key",
					    "loop", "--key-dir", "@/keys", NULL };
	static const char *const trust[] = { "trust",	 "--key", "loop",    "--key-dir",
					     "@/keys",	 "--out", "@/trust", "--min-evidence",
					     "emulator", NULL };

	fwrepo(dir, key);
	fwrepo(dir, init);
	for (size_t i = 0; i < sizeof(images) / sizeof(*images); i++)
		add(dir, &images[i]);
	fwrepo(dir, sign);
	fwrepo(dir, trust);
}
