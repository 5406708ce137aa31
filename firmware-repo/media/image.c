/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes onto a medium, and where. */
#include "media/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "format/le.h"
#include "media/esp.h"
#include "media/fat.h"
#include "media/image_fat.h"
#include "media/iso9660.h"
#include "repo/catalog.h"

enum {
	MIB = 1 << 20,
	SECTORS_PER_BLOCK = ISO_BLOCK / GPT_SECTOR,
	BLOCKS_PER_MIB = MIB / ISO_BLOCK,
	SECTORS_PER_MIB = MIB / GPT_SECTOR,
};

static int add_servers(struct image *image, const struct image_request *request, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < request->server_count; i++) {
		const char *equals = strchr(request->servers[i], '=');
		CLEANUP_FREE char *serial = equals ? strndup(request->servers[i],
							     (size_t)(equals - request->servers[i]))
						   : NULL;

		if (!serial)
			rc = err_set(err, ERR_USAGE, "--server \"%.100s\": want SERIAL=FILE",
				     request->servers[i]);
		else
			rc = media_files_add_conf(&image->files, serial, equals + 1, err);
	}
	return rc;
}

static int add_settings(struct image *image, const struct image_request *request, struct err *err)
{
	int rc = media_files_add_source(&image->files, "README.TXT", &image->base.readme,
					MEDIA_ON_FAT, err);

	if (rc)
		return rc;
	rc = request->conf ? media_files_add_conf(&image->files, NULL, request->conf, err)
			   : media_files_add_source(&image->files, "drydock.conf",
						    &image->base.conf, MEDIA_ON_FAT, err);
	return rc ? rc : add_servers(image, request, err);
}

static int add_trust(struct image *image, const struct image_request *request, struct err *err)
{
	int rc;

	if (!request->trust)
		return request->repo || request->policy
			       ? err_set(err, ERR_USAGE, "%s needs --trust DIR",
					 request->repo ? "--repo" : "--policy")
			       : 0;
	rc = trust_load(request->trust, request->policy, base_time(&image->base), &image->trust,
			err);
	if (!rc && image->trust.archive.len > image->base.trust_size)
		rc = err_set(err, ERR_TOO_LARGE,
			     "%s: keys and policy take %zu bytes as an archive; the image has room "
			     "for %llu",
			     request->trust, image->trust.archive.len,
			     (unsigned long long)image->base.trust_size);
	image->has_trust = !rc;
	return rc;
}

static int add_files(struct image *image, const struct image_request *request, struct err *err)
{
	int rc = add_trust(image, request, err);

	if (!rc)
		rc = add_settings(image, request, err);
	if (!rc && request->repo)
		rc = media_files_add_repo(&image->files, request->repo, &image->trust.policy,
					  request->iso ? MEDIA_ON_ISO : MEDIA_ON_FAT, err);
	return rc;
}

static uint64_t to_mib(uint64_t count, uint64_t per_mib)
{
	return (count + per_mib - 1) / per_mib * per_mib;
}

static int fill_tree(struct image *image, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < image->files.count; i++) {
		const struct media_file *file = &image->files.items[i];

		if (file->places & MEDIA_ON_ISO)
			rc = iso_tree_add(&image->tree, file->path, false, 0, file->source.size,
					  err);
	}
	if (!rc)
		rc = iso_tree_sort(&image->tree, err);
	if (!rc)
		rc = iso_tables_measure(&image->tree, false, &image->rock_ridge, err);
	return rc ? rc : iso_tables_measure(&image->tree, true, &image->joliet, err);
}

/* Behind the base's ISO: the tables, each twice, then the new files. */
static int lay_out_iso(struct image *image, struct err *err)
{
	uint64_t next = image->base.iso_blocks;
	int rc = fill_tree(image, err);

	if (rc)
		return rc;
	image->tables = image->base.iso_blocks;
	next += 2 * ((uint64_t)image->rock_ridge.blocks + image->joliet.blocks);
	for (size_t i = 0; i < image->files.count; i++) {
		struct media_file *file = &image->files.items[i];

		if (!(file->places & MEDIA_ON_ISO))
			continue;
		file->block = (uint32_t)next;
		iso_tree_find(&image->tree, file->path)->block = file->block;
		next += (file->source.size + ISO_BLOCK - 1) / ISO_BLOCK;
		if (next > UINT32_MAX - 2 * BLOCKS_PER_MIB)
			return err_set(err, ERR_TOO_LARGE, "too large for an ISO image");
	}
	image->end = (uint32_t)to_mib(next, BLOCKS_PER_MIB);
	return 0;
}

/* Two media of other contents are told apart by their ids; two of the same are the same. */
static int make_identity(struct image *image, const struct image_request *request, uint8_t id[32],
			 struct err *err)
{
	struct hash *hash = hash_new();
	int rc = hash ? 0 : err_set(err, ERR_NOMEM, "out of memory");

	if (!rc)
		rc = hash_update(hash, image->base.gpt.disk_guid, 16);
	if (!rc)
		rc = hash_update(hash, request->iso ? "iso" : "fat", 3);
	if (!rc && image->trust.archive.len)
		rc = hash_update(hash, image->trust.archive.buf, image->trust.archive.len);
	/* Blobs are named by their hashes; the other files are small. */
	for (size_t i = 0; !rc && i < image->files.count; i++) {
		const struct media_file *file = &image->files.items[i];
		CLEANUP_FREE uint8_t *bytes = NULL;
		struct source src = { .fd = -1 };
		size_t len = 0;

		rc = hash_update(hash, file->path, strlen(file->path) + 1);
		if (rc || strncmp(file->path, "repo/blobs/", 11) == 0)
			continue;
		rc = media_file_open(file, &src, err);
		if (!rc)
			rc = source_load(&src, CATALOG_INDEX_MAX_BYTES, &bytes, &len, err);
		if (!rc)
			rc = hash_update(hash, bytes, len);
		media_file_close(file, &src);
	}
	if (!rc)
		rc = hash_final(hash, id);
	hash_free(hash);
	return rc && !err->code ? err_set(err, rc, "hashing failed") : rc;
}

/* RFC 9562 version 8, variant 1; the fields before them are little-endian in a GPT. */
static void make_guid(const uint8_t id[32], unsigned int number, uint8_t guid[16])
{
	memcpy(guid, id, 16);
	guid[7] = (uint8_t)((guid[7] & 0x0f) | 0x80);
	guid[8] = (uint8_t)((guid[8] & 0x3f) | 0x80);
	guid[15] = (uint8_t)(guid[15] + number);
}

static uint64_t place_partition(struct gpt_partition *part, uint64_t first, uint64_t sectors)
{
	part->first = first;
	part->last = first + sectors - 1;
	return to_mib(first + sectors, SECTORS_PER_MIB);
}

static uint64_t sectors_of(const struct gpt_partition *part)
{
	return part->last - part->first + 1;
}

static int measure_fat(struct image *image, const struct image_request *request, uint64_t start,
		       uint64_t *ret_bytes, struct err *err)
{
	uint64_t journal =
		to_mib(sectors_of(&image->base.gpt.partitions[BASE_JOURNAL]), SECTORS_PER_MIB) *
		GPT_SECTOR;
	uint64_t others = start * GPT_SECTOR + journal + MIB, least;
	int rc = image_fat_size(image, start, request->room, &least, err);

	*ret_bytes = least;
	if (rc || !request->size)
		return rc;
	if (request->size / MIB * MIB < others + least)
		return err_set(err, ERR_FULL, "%llu MiB are needed, %llu of them free for logs",
			       (unsigned long long)((others + least) / MIB),
			       (unsigned long long)(request->room / MIB));
	*ret_bytes = request->size / MIB * MIB - others;
	return 0;
}

/* A CD's firmware writes into none: what is in its ISO stays as it is. */
static int measure_esp(struct image *image, const struct image_request *request, uint64_t *ret,
		       struct err *err)
{
	uint64_t wanted = request->iso ? 0 : image->files.capsule_bytes;
	struct esp_space space;
	int rc = esp_measure(&image->base.esp, &space, err);

	if (rc)
		return rc;
	*ret = esp_sectors_for(&space, wanted);
	image->esp_is_small = wanted > space.free + (*ret - space.sectors) * GPT_SECTOR;
	return 0;
}

static int lay_out_partitions(struct image *image, const struct image_request *request,
			      struct err *err)
{
	const struct gpt *old = &image->base.gpt;
	struct gpt_partition *parts = image->gpt.partitions;
	uint64_t next = (uint64_t)image->end * SECTORS_PER_BLOCK, fat_bytes, esp = 0;
	uint8_t id[32];
	int rc = make_identity(image, request, id, err);

	if (!rc)
		rc = measure_esp(image, request, &esp, err);
	if (rc)
		return rc;
	image->gpt = *old;
	memset(parts + BASE_PARTITIONS, 0, sizeof(*parts) * (GPT_MAX_PARTITIONS - BASE_PARTITIONS));
	make_guid(id, 0, image->gpt.disk_guid);
	for (unsigned int i = 0; i < BASE_PARTITIONS; i++)
		make_guid(id, i + 1, parts[i].guid);
	image->fat_serial = le32_at(id + 16);
	parts[BASE_ISO].last = next - 1;
	next = place_partition(&parts[BASE_ESP], next, esp);
	rc = measure_fat(image, request, next, &fat_bytes, err);
	if (rc)
		return rc;
	next = place_partition(&parts[BASE_FAT], next, fat_bytes / GPT_SECTOR);
	next = place_partition(&parts[BASE_JOURNAL], next,
			       sectors_of(&old->partitions[BASE_JOURNAL]));
	image->sectors = next + SECTORS_PER_MIB;
	return 0;
}

int image_open(const struct image_request *request, struct image *ret, struct err *err)
{
	int rc = base_open(request->base, &ret->tree, &ret->base, err);

	if (!rc)
		rc = add_files(ret, request, err);
	if (!rc)
		rc = lay_out_iso(ret, err);
	return rc ? rc : lay_out_partitions(ret, request, err);
}

uint64_t image_fat_bytes(const struct image *image)
{
	return sectors_of(&image->gpt.partitions[BASE_FAT]) * GPT_SECTOR;
}

uint64_t image_esp_bytes(const struct image *image)
{
	return sectors_of(&image->gpt.partitions[BASE_ESP]) * GPT_SECTOR;
}

void image_close(struct image *image)
{
	iso_tables_free(&image->rock_ridge);
	iso_tables_free(&image->joliet);
	iso_tree_free(&image->tree);
	media_files_free(&image->files);
	trust_free(&image->trust);
	base_close(&image->base);
	*image = (struct image){ .base.image.fd = -1 };
}
