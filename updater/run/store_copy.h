/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the store: payloads on their way from the medium into RAM. */
#ifndef DRYDOCK_RUN_STORE_COPY_H
#define DRYDOCK_RUN_STORE_COPY_H

#include "repo/payload.h"
#include "run/store.h"

#define COPY_THREADS_MAX 16
#define COPY_SLOTS_MAX	 (2 * COPY_THREADS_MAX + 2) /* chunks read and not checked yet */
#define COPY_BAD_ENOUGH	 16 /* a payload with so many bad chunks is not read on for now */

/* A chunk that has to be read again. */
struct bad_chunk {
	size_t index;
	unsigned int tries; /* that failed */
	uint64_t due_ms;
	bool under_way;
};

/* One payload, or an attachment. */
struct copy_job {
	struct payload_ref ref;
	char name[96]; /* of its component, for people */
	uint64_t part_bytes;
	size_t part_count, chunk_count;
	int *fds;	 /* of its parts in the store; -1 = not there yet, or any more */
	uint8_t *hashes; /* NULL = the chunk list is not read yet */
	unsigned int list_tries;
	uint64_t list_due_ms;
	size_t next; /* the chunk to be read next */
	size_t good; /* chunks in the store */
	uint64_t good_bytes;
	struct bad_chunk bad[COPY_BAD_ENOUGH + COPY_SLOTS_MAX];
	size_t bad_count;
	bool failed;
};

/* name: of the component, for people. job must be {0}. copy_job_free() takes one that was not made
 * to its end. ERR_NOMEM. */
int copy_job_init(struct copy_job *job, const char *name, const struct payload_ref *ref,
		  uint64_t part_bytes, struct err *err);
void copy_job_free(struct copy_job *job);

bool copy_job_is_complete(const struct copy_job *job);
size_t copy_job_chunk_len(const struct copy_job *job, size_t index);
/* In which file the chunk lies; returns where. */
uint64_t copy_job_find(const struct copy_job *job, size_t index, char name[PAYLOAD_NAME_MAX]);

/* Writes the chunk list (its hash held) and creates the parts. ERR_FULL, ERR_IO: of the folder. */
int copy_job_create(struct copy_job *job, int dir, const uint8_t *list, struct err *err);
/* Writes a chunk that is not checked yet: the payload counts when all of them were. */
int copy_job_write(const struct copy_job *job, size_t index, const uint8_t *bytes, struct err *err);
/* ERR_HASH. */
int copy_job_check(const struct copy_job *job, size_t index, const uint8_t *bytes, struct err *err);
/*
 * The end of the copying: what is complete stays as files. Anything else is removed, it would only
 * take memory.
 */
void copy_job_close(struct copy_job *job, int dir);

/*
 * Copies all jobs into the folder dir (a descriptor), until each is complete or failed.
 * ERR_INTERRUPTED, ERR_FULL, ERR_IO, ERR_NOMEM: of the folder and of the machine, not of the
 * medium.
 */
int copy_run(const struct store_options *options, const struct store_source *source, int dir,
	     struct copy_job *jobs, size_t count, struct err *err);

/* The files of the repository. ERR_NOMEM. files_source_free() takes one that is all zero. */
int files_source_make(const char *repo_dir, struct store_source *ret, struct err *err);
void files_source_free(struct store_source *source);

#endif
