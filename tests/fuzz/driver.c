/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What libFuzzer would do, without it: runs a fuzzer over every file of a folder and over
 * mutations of each. Mutations are numbered and always the same, so a failure is found again by
 * running again. With clang link the fuzzer with -fsanitize=fuzzer instead of this file.
 *
 *   fuzz_X MUTATIONS SECONDS FOLDER
 */
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fsio.h"

#define INPUT_MAX_BYTES (1u << 20)
#define SEEDS_MAX	512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the sanitizers, where they are linked. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

struct seed {
	char name[256];
	uint8_t *data;
	size_t len;
};

static struct seed seeds[SEEDS_MAX];
static size_t seed_count;

/* What is being tried: for the message when it does not come back. */
static const struct seed *current_seed;
static unsigned long current_mutation;

static void say_where(void)
{
	if (current_seed)
		fprintf(stderr, "in seed %s, mutation %lu (0 = as it is)\n", current_seed->name,
			current_mutation);
}

static void on_abort(int number)
{
	say_where();
	signal(number, SIG_DFL);
	raise(number);
}

/* xorshift64*: Marsaglia 2003, Vigna 2016. */
static uint64_t state;

static uint64_t next_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

static size_t below(size_t limit)
{
	return limit ? (size_t)(next_random() % limit) : 0;
}

struct input {
	uint8_t data[INPUT_MAX_BYTES];
	size_t len;
};

static void flip_bit(struct input *in)
{
	if (in->len)
		in->data[below(in->len)] ^= (uint8_t)(1u << below(8));
}

static void set_byte(struct input *in)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0x78, 0x90,
					  '0',	'9',  '"',  '{',  '}',	'[',  '\\' };

	if (in->len)
		in->data[below(in->len)] =
			below(4) ? values[below(sizeof(values))] : (uint8_t)next_random();
}

static void cut_end(struct input *in)
{
	in->len = below(in->len + 1);
}

static void remove_range(struct input *in)
{
	size_t pos = below(in->len);
	size_t len = 1 + below(16);

	if (pos + len > in->len)
		return;
	memmove(in->data + pos, in->data + pos + len, in->len - pos - len);
	in->len -= len;
}

/* A piece of some seed in between: also how parts are repeated. */
static void insert_range(struct input *in)
{
	const struct seed *from = &seeds[below(seed_count)];
	size_t start = below(from->len), pos = below(in->len + 1);
	size_t len = 1 + below(64);

	if (start + len > from->len || in->len + len > sizeof(in->data))
		return;
	memmove(in->data + pos + len, in->data + pos, in->len - pos);
	memcpy(in->data + pos, from->data + start, len);
	in->len += len;
}

static void (*const mutators[])(struct input *in) = {
	flip_bit, set_byte, set_byte, cut_end, remove_range, insert_range,
};

static void mutate(struct input *in)
{
	for (size_t n = 1 + below(4); n > 0; n--)
		mutators[below(sizeof(mutators) / sizeof(*mutators))](in);
}

/* In a buffer of exactly its size, so that a sanitizer sees each step over its end. */
static void run(const uint8_t *data, size_t len)
{
	uint8_t *exact = malloc(len ? len : 1);

	if (!exact)
		abort();
	memcpy(exact, data, len);
	LLVMFuzzerTestOneInput(exact, len);
	free(exact);
}

static void run_mutation(const struct seed *seed, unsigned long mutation)
{
	static struct input in;

	current_seed = seed;
	current_mutation = mutation;
	state = 0x9e3779b97f4a7c15ull * (mutation + 1) + seed->len;
	in.len = seed->len;
	memcpy(in.data, seed->data, seed->len);
	if (mutation)
		mutate(&in);
	run(in.data, in.len);
}

static int compare_seeds(const void *a, const void *b)
{
	return strcmp(((const struct seed *)a)->name, ((const struct seed *)b)->name);
}

static int load_seeds(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	char path[FSIO_PATH_MAX];
	struct err err = { 0 };

	while (dir && (entry = readdir(dir)) && seed_count < SEEDS_MAX) {
		struct seed *seed = &seeds[seed_count];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(seed->name, sizeof(seed->name), "%s", entry->d_name);
		if (fsio_join(path, folder, entry->d_name, &err) ||
		    fsio_read_file(path, INPUT_MAX_BYTES, &seed->data, &seed->len, &err)) {
			fprintf(stderr, "%s\n", err.text);
			break;
		}
		seed_count++;
	}
	if (dir)
		closedir(dir);
	if (seed_count)
		qsort(seeds, seed_count, sizeof(*seeds), compare_seeds);
	return err.code || !seed_count;
}

int main(int argc, char **argv)
{
	unsigned long mutations, done = 0;
	time_t end;

	if (argc != 4) {
		fprintf(stderr, "usage: %s MUTATIONS SECONDS FOLDER\n", argv[0]);
		return 2;
	}
	mutations = strtoul(argv[1], NULL, 10);
	end = time(NULL) + (time_t)strtoul(argv[2], NULL, 10);
	if (load_seeds(argv[3])) {
		fprintf(stderr, "%s: no seeds, or one that cannot be read\n", argv[3]);
		return 2;
	}
	signal(SIGABRT, on_abort);
	if (__sanitizer_set_death_callback)
		__sanitizer_set_death_callback(say_where);
	/* All seeds as they are, then their first mutations, their second ones ... */
	for (unsigned long m = 0; m <= mutations && (m < 2 || time(NULL) <= end); m++)
		for (size_t i = 0; i < seed_count; i++, done++)
			run_mutation(&seeds[i], m);
	for (size_t i = 0; i < seed_count; i++)
		free(seeds[i].data);
	printf("%zu seeds, %lu inputs\n", seed_count, done);
	return 0;
}
