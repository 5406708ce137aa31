/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The import itself, with an importer of the test's own that offers what the test wants. */
#include "tap.h"

#include <unistd.h>

#include "base/hash.h"
#include "edit.h"
#include "import/import_internal.h"
#include "repo/payload.h"
#include "tmpdir.h"

#define HELLO_SHA1                                                                            \
	{                                                                                     \
		0xaa, 0xf4, 0xc6, 0x1d, 0xdc, 0xc5, 0xe8, 0xa2, 0xda, 0xbe, 0xde, 0x0f, 0x3b, \
			0x48, 0x2c, 0xd9, 0xae, 0xa9, 0x43, 0x4d                              \
	}

struct place {
	struct tmpdir dir;
	struct repo repo;
	struct import_options options;
	struct import imp;
	struct import_file file;
	struct tree tree;
	const struct importer *importer;
};

static const struct importer test_importer = { .name = "test" };

static void begin(struct place *p)
{
	*p = (struct place){ .importer = &test_importer };
	tmpdir_make(&p->dir);
	CHECK_INT(repo_create(tmpdir_file(&p->dir, "repo"), "t", NULL), 0);
	CHECK_INT(repo_open(strdup(tmpdir_file(&p->dir, "repo")), &p->repo, NULL), 0);
	tmpdir_write_text(&p->dir, "package", "a package");
	CHECK_INT(source_open(tmpdir_file(&p->dir, "package"), &p->file.source, NULL), 0);
	p->file.tree = &p->tree;
	p->file.label = "package";
	p->imp.repo = &p->repo;
	p->imp.options = &p->options;
	p->imp.importer = p->importer;
	p->imp.file = &p->file;
}

static void end(struct place *p)
{
	char *dir = (char *)(uintptr_t)p->repo.dir;

	source_close(&p->file.source);
	import_free(&p->imp);
	repo_close(&p->repo);
	free(dir);
	tmpdir_drop(&p->dir);
}

/* A draft that is complete but for what the test changes. */
static struct draft draft_of(const char *version, const char *bytes)
{
	struct draft draft = { .name = "inner" };

	CHECK_INT(component_make_id(&draft.comp, "Some Drive", version, NULL), 0);
	CHECK_INT(component_set(&draft.comp, "version", version, NULL), 0);
	CHECK_INT(component_set(&draft.comp, "backend", "nvme", NULL), 0);
	CHECK_INT(component_add_target(&draft.comp, "nvme-model:SOME DRIVE", NULL), 0);
	CHECK_INT(component_set_proof(&draft.comp, "nvme.fr", PROOF_EQUALS, version, NULL), 0);
	draft.payload.from = BYTES_MEMORY;
	draft.payload.memory = (const uint8_t *)bytes;
	draft.payload.memory_len = strlen(bytes);
	return draft;
}

static size_t noted(const struct place *p, enum note note)
{
	return report_count(&p->imp.report, note);
}

static void offered_and_there(void)
{
	struct place p;
	struct draft draft = draft_of("1.0", "hello");
	const struct component *comp;
	struct payload *payload = NULL;
	uint8_t sum[32];

	begin(&p);
	draft.checksums[draft.checksum_count++] = (struct draft_checksum){ "SHA1", HELLO_SHA1, 20 };
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK(draft.comp.targets == NULL); /* it was taken over */
	CHECK_INT(p.repo.cat.count, 1);
	comp = catalog_find(&p.repo.cat, "some-drive-1.0");
	CHECK(comp);
	if (comp) {
		CHECK_STR(comp->name, "some-drive-1.0");
		CHECK_INT(comp->scheme, VERSION_DOTTED);
		CHECK_STR(comp->source_file, "package");
		CHECK(strncmp(comp->importer, "fwrepo test ", 12) == 0);
		CHECK_INT(hash_sha256("a package", 9, sum), 0);
		CHECK(memcmp(comp->source_sha256, sum, 32) == 0);
		CHECK_INT(payload_open(p.repo.dir, &comp->payload, &payload, NULL), 0);
		CHECK_INT(payload_size(payload), 5);
		payload_close(payload);
	}
	CHECK_INT(noted(&p, NOTE_IMPORTED), 1);
	CHECK_INT(noted(&p, NOTE_NO_PROOF), 0);

	/* The same once more is there already. */
	draft = draft_of("1.0", "hello");
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(p.repo.cat.count, 1);
	CHECK_INT(noted(&p, NOTE_ALREADY_THERE), 1);

	/* Other bytes under the same name and version are another component; twice they are one. */
	for (int i = 0; i < 2; i++) {
		draft = draft_of("1.0", "hullo");
		CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	}
	CHECK_INT(p.repo.cat.count, 2);
	CHECK(strncmp(p.repo.cat.components[1].id, "some-drive-1.0-", 15) == 0);
	CHECK_INT(noted(&p, NOTE_ALREADY_THERE), 2);
	end(&p);
}

/* A wrong checksum is an error, and what was copied is taken back. */
static void wrong_checksum(void)
{
	struct place p;
	struct draft draft = draft_of("1.0", "hellO");
	struct err err = { 0 };
	char blobs[512];

	begin(&p);
	draft.checksums[draft.checksum_count++] = (struct draft_checksum){ "SHA1", HELLO_SHA1, 20 };
	CHECK_INT(import_offer(&p.imp, &draft, &err), ERR_HASH);
	CHECK(strstr(err.text, "inner"));
	CHECK_INT(p.repo.cat.count, 0);
	CHECK_INT(p.imp.new_blob_count, 1);
	import_undo(&p.imp);
	snprintf(blobs, sizeof(blobs), "find %s/blobs -type f | grep -q .", p.repo.dir);
	CHECK(system(blobs) != 0);
	end(&p);
}

static void not_wanted(void)
{
	struct inventory server = { 0 };
	struct device *dev;
	struct place p;
	struct draft draft = draft_of("1.0", "hello");

	begin(&p);
	/* It shows all of its drives: an inventory made on the server, and no RAID controller. */
	CHECK_INT(inventory_add(&server, DEVICE_SYSTEM, "system", &dev, NULL), 0);
	CHECK_INT(inventory_add(&server, DEVICE_PCI, "pci:0000:01:00.0", &dev, NULL), 0);
	CHECK_INT(inventory_add(&server, DEVICE_NVME, "nvme:1", &dev, NULL), 0);
	CHECK_INT(device_add_target(dev, "nvme-model:ANOTHER"), 0);
	p.options.servers = &server;
	p.options.server_count = 1;
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(noted(&p, NOTE_NOT_FOR_THESE), 1);
	draft = draft_of("1.0", "hello");
	draft.cannot_match = true;
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(noted(&p, NOTE_CANNOT_TELL), 1);
	CHECK_INT(p.repo.cat.count, 0);
	CHECK_INT(access(tmpdir_file(&p.dir, "repo/blobs"), F_OK), -1);
	CHECK(!import_wants_targets(&p.imp,
				    (const char *const[]){ "nvme-model:SOME DRIVE", NULL }));
	CHECK(import_wants_targets(
		&p.imp, (const char *const[]){ "pci:1234:5678", "nvme-model:ANOTHER", NULL }));

	draft = draft_of("1.0", "hello");
	draft.cannot_match = true;
	p.options.keep_undecided = true;
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(p.repo.cat.count, 1);
	end(&p);
	inventory_free(&server);
}

static void no_target_no_proof(void)
{
	struct place p;
	struct draft draft = draft_of("1.0", "hello");

	begin(&p);
	draft.comp.target_count = 0;
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(noted(&p, NOTE_NO_TARGET), 1);
	draft = draft_of("1.0", "hello");
	CHECK_INT(component_set_proof(&draft.comp, "", 0, "", NULL), 0);
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(noted(&p, NOTE_IMPORTED), 1);
	CHECK_INT(noted(&p, NOTE_NO_PROOF), 1);
	end(&p);
}

/* What the updater would not read is refused before a byte is copied. */
static void unreadable(void)
{
	struct place p;
	struct draft draft = draft_of("1.0", "hello");
	struct err err = { 0 };

	begin(&p);
	CHECK_INT(component_set(&draft.comp, "backend", "", NULL), 0);
	CHECK_INT(import_offer(&p.imp, &draft, &err), ERR_FORMAT);
	CHECK_INT(p.imp.new_blob_count, 0);
	draft = draft_of("1.0", "");
	CHECK_INT(import_offer(&p.imp, &draft, &err), ERR_FORMAT);
	CHECK_INT(p.imp.new_blob_count, 0);
	end(&p);
}

static void dry_run(void)
{
	struct place p;
	struct draft draft = draft_of("1.0", "hello");

	begin(&p);
	p.options.dry_run = true;
	draft.payload_size = 5;
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(noted(&p, NOTE_IMPORTED), 1);
	CHECK_INT(p.imp.report.lines[0].size, 5);
	CHECK_INT(access(tmpdir_file(&p.dir, "repo/blobs"), F_OK), -1);
	end(&p);
}

static void attachments(void)
{
	struct place p;
	struct draft draft = draft_of("1.0", "hello");

	begin(&p);
	draft.attachments[draft.attachment_count++] = (struct draft_attachment){
		.role = "compsig",
		.name = "hello.compsig",
		.bytes = { .from = BYTES_SOURCE, .source = p.file.source },
	};
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(p.repo.cat.components[0].attachment_count, 1);
	if (p.repo.cat.components[0].attachment_count == 1) {
		CHECK_STR(p.repo.cat.components[0].attachments[0].role, "compsig");
		CHECK_STR(p.repo.cat.components[0].attachments[0].name, "hello.compsig");
		CHECK_INT(p.repo.cat.components[0].attachments[0].ref.size, 9);
	}
	CHECK_INT(p.imp.new_blob_count, 2);
	end(&p);
}

/* The package itself is the payload: its hash is taken from the copy, not by a second reading. */
static void payload_is_the_package(void)
{
	struct place p;
	struct draft draft = draft_of("1.0", "");
	uint8_t sum[32];

	begin(&p);
	draft.payload = (struct draft_bytes){ .from = BYTES_SOURCE, .source = p.file.source };
	CHECK_INT(import_offer(&p.imp, &draft, NULL), 0);
	CHECK_INT(hash_sha256("a package", 9, sum), 0);
	CHECK(memcmp(p.repo.cat.components[0].source_sha256, sum, 32) == 0);
	CHECK(memcmp(p.repo.cat.components[0].payload.sha256, sum, 32) == 0);
	end(&p);
}

static void ids(void)
{
	struct component comp = { 0 };
	char longest[300];
	char first[96];

	CHECK_INT(component_make_id(&comp, "HPE  iLO 5 (Gen10)", "2.96 Aug 17 2023", NULL), 0);
	CHECK_STR(comp.id, "hpe-ilo-5-gen10-2.96-aug-17-2023");
	CHECK_INT(component_make_id(&comp, "..--x", "\xc3\xa4", NULL), 0);
	CHECK_STR(comp.id, "x");
	CHECK_INT(component_make_id(&comp, "-", "-", NULL), ERR_FORMAT);
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	CHECK_INT(component_make_id(&comp, longest, "1", NULL), 0);
	CHECK_INT(strlen(comp.id), 95);
	snprintf(first, sizeof(first), "%s", comp.id);
	CHECK_INT(component_make_id(&comp, longest, "2", NULL), 0);
	CHECK_INT(strlen(comp.id), 95);
	longest[200] = 'b'; /* what is cut off still counts */
	CHECK_INT(component_make_id(&comp, longest, "1", NULL), 0);
	CHECK(strcmp(first, comp.id) != 0);
	component_free(&comp);
}

static void edits_refuse(void)
{
	struct component comp = { 0 };
	struct err err = { 0 };
	char longest[2000];

	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	CHECK_INT(component_set(&comp, "version", longest, &err), ERR_TOO_LARGE);
	CHECK(strstr(err.text, "\"version\""));
	CHECK_INT(component_set(&comp, "name.ja", "two\nlines", &err), ERR_FORMAT);
	CHECK_INT(component_add_target(&comp, "nonsense", &err), ERR_FORMAT);
	CHECK_INT(component_add_flag(&comp, longest, &err), ERR_TOO_LARGE);
	CHECK_INT(comp.flag_count, 0);
	CHECK_INT(component_add_require(&comp, "nonsense", "1", &err), ERR_FORMAT);
	CHECK_INT(component_add_require(&comp, "", longest, &err), ERR_TOO_LARGE);
	CHECK_INT(comp.require_count, 0);
	for (int i = 0; i < 2; i++)
		CHECK_INT(component_add_target(&comp, "pci:1234:5678", &err), 0);
	CHECK_INT(comp.target_count, 1);
	CHECK_INT(component_add_flag(&comp, "nvme-ca1", &err), 0);
	CHECK_INT(component_add_flag(&comp, "nvme-ca1", &err), 0);
	CHECK_INT(comp.flag_count, 1);
	component_free(&comp);
}

static void schemes(void)
{
	CHECK_INT(component_scheme_of("U30 v2.34 (04/08/2020)"), VERSION_HPE_ROM);
	CHECK_INT(component_scheme_of("2024-05-17"), VERSION_DATE);
	CHECK_INT(component_scheme_of("28.39.1002"), VERSION_DOTTED);
	CHECK_INT(component_scheme_of("HPG1"), VERSION_PLAIN);
	CHECK_INT(component_scheme_of("2.96 Aug 17 2023"), VERSION_PLAIN);
}

int main(void)
{
	TAP_RUN(offered_and_there);
	TAP_RUN(wrong_checksum);
	TAP_RUN(not_wanted);
	TAP_RUN(no_target_no_proof);
	TAP_RUN(unreadable);
	TAP_RUN(dry_run);
	TAP_RUN(attachments);
	TAP_RUN(payload_is_the_package);
	TAP_RUN(ids);
	TAP_RUN(edits_refuse);
	TAP_RUN(schemes);
	return TAP_END();
}
