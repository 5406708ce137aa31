/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Directory tables that we write, read by our own reader; tests/media has those of others. */
#include "media/iso_tables.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/iso9660.h"
#include "media/put.h"
#include "tap.h"

enum { TABLES = 40, FILES = 2000, BIAS = 16 };

static struct err err;

static int add(struct iso_tree *tree, const char *path, uint32_t block, uint64_t size)
{
	err = (struct err){ 0 };
	return iso_tree_add(tree, path, false, block, size, &err);
}

/* Many folders, one of them with more names than a block holds. */
static void fill(struct iso_tree *tree)
{
	char path[128];

	for (uint32_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "repo/blobs/%02x/%064x.chunks", i % 3 ? i % 100 : 7,
			 i);
		CHECK_INT(add(tree, path, 100000 + i, i), 0);
	}
	CHECK_INT(add(tree, "repo/Index.json", 5000, 4000000000u), 0);
	CHECK_INT(add(tree, "repo.conf", 5001, 1), 0);
	CHECK_INT(add(tree, "a+b", 5002, 2), 0);
	CHECK_INT(add(tree, "a-b", 5003, 3), 0);
	CHECK_INT(iso_tree_sort(tree, &err), 0);
}

/* One volume: descriptors and tables, counted from block bias of the medium. */
static int write_volume(const struct iso_tree *tree, bool joliet, uint32_t bias)
{
	static const uint8_t date[ISO_DATE_BYTES] = { 126, 1, 1, 0, 0, 0, 0 };
	int fd = memfd_create("volume", MFD_CLOEXEC);
	struct iso_tables tables = { 0 };
	const struct iso_place place = { fd, TABLES + bias, bias, date };
	uint8_t block[ISO_BLOCK] = { 0 };

	CHECK_INT(iso_tables_measure(tree, joliet, &tables, &err), 0);
	CHECK_INT(iso_tables_write(tree, &tables, &place, &err), 0);
	memcpy(block, "\1CD001\1", 7);
	put_both16(block + 128, ISO_BLOCK);
	block[156] = 34;
	block[156 + 25] = 2;
	block[156 + 32] = 1;
	iso_tables_describe(&tables, &place, 99, block);
	CHECK_INT(put_at(fd, (uint64_t)(16 + bias) * ISO_BLOCK, block, ISO_BLOCK, &err), 0);
	block[0] = 2;
	memcpy(block + 88, "%/E", 3);
	if (joliet)
		CHECK_INT(put_at(fd, (uint64_t)(17 + bias) * ISO_BLOCK, block, ISO_BLOCK, &err), 0);
	iso_tables_free(&tables);
	return fd;
}

struct seen {
	const struct iso_tree *tree;
	uint32_t bias;
	size_t count;
};

static int visit(void *ctx, const struct iso_file *file, struct err *ret_err)
{
	struct seen *seen = ctx;
	const struct iso_node *node = iso_tree_find(seen->tree, file->path);

	(void)ret_err;
	CHECK(node && node->is_dir == file->is_dir);
	if (node && !node->is_dir && node->size) {
		CHECK_INT(file->offset / ISO_BLOCK + seen->bias, node->block);
		CHECK_INT(file->size, node->size);
	}
	seen->count++;
	return 0;
}

static void read_back(bool joliet, uint32_t bias)
{
	struct iso_tree tree = { 0 };
	struct seen seen = { &tree, bias, 0 };
	struct source src = { .name = "volume", .offset = (uint64_t)bias * ISO_BLOCK };

	fill(&tree);
	src.fd = write_volume(&tree, joliet, bias);
	/* The files themselves are a hole. */
	CHECK_INT(ftruncate(src.fd, 6ll << 30), 0);
	src.size = (6ull << 30) - src.offset;
	CHECK_INT(iso_walk(&src, visit, &seen, &err), 0);
	/* All but the root. */
	CHECK_INT(seen.count, tree.count - 1);
	CHECK(seen.count > FILES + 4);
	close(src.fd);
	iso_tree_free(&tree);
}

static void rock_ridge(void)
{
	read_back(false, 0);
}

static void rock_ridge_of_a_partition(void)
{
	read_back(false, BIAS);
}

static void joliet_of_a_partition(void)
{
	read_back(true, BIAS);
}

/* ECMA-119 9.3: sorted, none twice, in capitals. */
static void plain_names(void)
{
	struct iso_tree tree = { 0 };

	fill(&tree);
	for (size_t i = 0; i < tree.count; i++)
		for (size_t c = 1; c < tree.nodes[i].count; c++) {
			const size_t *child = tree.children + tree.nodes[i].first + c;
			const char *name = tree.nodes[*child].plain;

			CHECK(strcmp(tree.nodes[child[-1]].plain, name) < 0);
			CHECK_INT(strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."),
				  strlen(name));
		}
	CHECK_STR(iso_tree_find(&tree, "repo/Index.json")->plain, "INDEX.JSON");
	CHECK_STR(iso_tree_find(&tree, "a+b")->plain, "A_B.");
	CHECK_STR(iso_tree_find(&tree, "a-b")->plain, "A_B_1.");
	iso_tree_free(&tree);
}

static void refused_names(void)
{
	struct iso_tree tree = { 0 };
	char large[ISO_TREE_NAME_MAX + 2];

	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	CHECK_INT(add(&tree, "../x", 0, 0), ERR_FORMAT);
	CHECK_INT(add(&tree, "a//x", 0, 0), ERR_FORMAT);
	CHECK_INT(add(&tree, "a/", 0, 0), ERR_FORMAT);
	CHECK_INT(add(&tree, "a:x", 0, 0), ERR_FORMAT);
	CHECK_INT(add(&tree, "\xc3\xa4", 0, 0), ERR_FORMAT);
	CHECK_INT(add(&tree, large, 0, 0), ERR_TOO_LARGE);
	CHECK_INT(add(&tree, "x", 0, 1ull << 32), ERR_TOO_LARGE);
	CHECK_INT(add(&tree, "x", 0, UINT32_MAX), 0);
	CHECK_INT(add(&tree, "x/y", 0, 1), 0);
	CHECK_INT(iso_tree_sort(&tree, &err), ERR_DUPLICATE);
	CHECK_CONTAINS(err.text, "x: twice");
	iso_tree_free(&tree);
}

int main(void)
{
	TAP_RUN(rock_ridge);
	TAP_RUN(rock_ridge_of_a_partition);
	TAP_RUN(joliet_of_a_partition);
	TAP_RUN(plain_names);
	TAP_RUN(refused_names);
	return TAP_END();
}
