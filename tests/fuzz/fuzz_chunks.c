/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A chunk list and a payload as the medium gives them: the first byte says how many bytes of the
 * input are the list, the rest is the payload of one chunk. The reference is made from good ones,
 * so that nothing but these may ever be read.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/hash.h"
#include "repo/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t good[] = "the bytes that were signed";
#define GOOD_LEN (sizeof(good) - 1)

static char dir[] = "/tmp/drydock-fuzz.XXXXXX";
static struct payload_ref ref = { .size = GOOD_LEN };

static void drop(void)
{
	char name[PAYLOAD_NAME_MAX], path[FSIO_PATH_MAX];

	for (int part = PAYLOAD_CHUNKS; part <= PAYLOAD_WHOLE; part++) {
		payload_name(ref.sha256, part, name);
		if (!fsio_join(path, dir, name, NULL))
			unlink(path);
	}
	*strrchr(path, '/') = '\0';
	rmdir(path);
	*strrchr(path, '/') = '\0';
	rmdir(path);
	rmdir(dir);
}

static void write_file(int part, const uint8_t *data, size_t size)
{
	char name[PAYLOAD_NAME_MAX], path[FSIO_PATH_MAX];
	int fd;

	payload_name(ref.sha256, part, name);
	if (fsio_join(path, dir, name, NULL))
		abort();
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || fsio_write_all(fd, data, size))
		abort();
	close(fd);
}

static void prepare(void)
{
	char name[PAYLOAD_NAME_MAX], path[FSIO_PATH_MAX];
	uint8_t hash[HASH_BYTES];

	if (!mkdtemp(dir) || hash_sha256(good, GOOD_LEN, ref.sha256) ||
	    hash_sha256(good, GOOD_LEN, hash) || hash_sha256(hash, sizeof(hash), ref.chunks_sha256))
		abort();
	payload_name(ref.sha256, PAYLOAD_WHOLE, name);
	if (fsio_join(path, dir, name, NULL))
		abort();
	*strrchr(path, '/') = '\0';
	if (fsio_mkdir_p(path, 0700, NULL))
		abort();
	atexit(drop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t chunk[CATALOG_CHUNK_BYTES];
	struct payload *payload = NULL;
	struct err err;
	size_t list, len;

	if (!ref.chunks_sha256[0] && !ref.chunks_sha256[1])
		prepare();
	if (size == 0)
		return 0;
	list = data[0] < size - 1 ? data[0] : size - 1;
	write_file(PAYLOAD_CHUNKS, data + 1, list);
	write_file(PAYLOAD_WHOLE, data + 1 + list, size - 1 - list);
	if (payload_open(dir, &ref, &payload, &err))
		return 0;
	if (!payload_read_chunk(payload, 0, chunk, &len, &err) &&
	    (len != GOOD_LEN || memcmp(chunk, good, GOOD_LEN) != 0))
		abort();
	payload_close(payload);
	return 0;
}
