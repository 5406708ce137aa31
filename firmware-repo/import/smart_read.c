/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is in a Smart Component: its description and the images that are known by their content. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "import/smart_component.h"
#include "parse/cp_xml.h"

#define DESCRIPTION_MAX_BYTES (4u << 20)

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), more = strlen(ending);

	return len >= more && strcasecmp(text + len - more, ending) == 0;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * Other XML is no concern of ours, be it damaged or not; what is called like a description must be
 * one. The first that is found counts.
 */
static int read_description(struct smart *smart, const char *name, const uint8_t *text, size_t len,
			    struct err *err)
{
	struct xml_node *root = NULL;
	int rc = xml_parse(text, len, &root, err);

	if (rc && strncasecmp(base_name(name), "cp", 2) != 0 && rc != ERR_NOMEM) {
		*err = (struct err){ 0 };
		return 0;
	}
	if (!rc && strcasecmp(root->name, "cpq_package") == 0) {
		rc = cp_xml_read(root, &smart->pkg, err);
		smart->described = !rc;
	}
	xml_free(root);
	if (rc)
		err_prefix(err, "%s", name);
	return rc;
}

static int read_head(struct smart *smart, struct archive_member *member, size_t *ret_len,
		     struct err *err)
{
	size_t len = 0, got = 1;
	int rc = 0;

	while (!rc && got > 0 && len < IMPORT_HEAD_BYTES) {
		rc = archive_member_read(member, smart->head + len, IMPORT_HEAD_BYTES - len, &got,
					 err);
		len += rc ? 0 : got;
	}
	*ret_len = len;
	return rc;
}

static int add_image(struct smart *smart, struct archive_member *member, size_t head_len,
		     struct err *err)
{
	struct smart_image *image = &smart->images[smart->image_count];
	int64_t size = archive_member_size(member);
	int rc;

	if (smart->image_count == SMART_MAX_IMAGES)
		return err_set(err, ERR_TOO_LARGE, "more than %d images", SMART_MAX_IMAGES);
	*image = (struct smart_image){
		.member = strdup(archive_member_name(member)),
		.size = size > 0 ? (uint64_t)size : head_len,
		.info = calloc(1, sizeof(*image->info)),
	};
	smart->image_count++;
	if (!image->member || !image->info)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = hpimage_parse(smart->head, head_len, image->size, image->info, err);
	if (rc)
		err_prefix(err, "%s", image->member);
	return rc;
}

static int visit(void *ctx, struct archive_member *member, struct err *err)
{
	struct smart *smart = ctx;
	const char *name = archive_member_name(member);
	int64_t size = archive_member_size(member);
	size_t len;
	int rc;

	if (ends_with(name, ".xml") && size <= (int64_t)DESCRIPTION_MAX_BYTES) {
		CLEANUP_FREE uint8_t *text = NULL;

		if (smart->described)
			return 0;
		rc = archive_member_load(member, DESCRIPTION_MAX_BYTES, &text, &len, err);
		return rc ? rc : read_description(smart, name, text, len, err);
	}
	rc = read_head(smart, member, &len, err);
	/* A signature alone begins like a signed image. */
	if (rc || ends_with(name, ".compsig") || !hpimage_recognise(smart->head, len))
		return rc;
	return add_image(smart, member, len, err);
}

static int read_beside(struct smart *smart, struct err *err)
{
	const char *own = smart->file->source.name, *dot = strrchr(own, '.');
	const struct tree_file *found = NULL;
	char name[SOURCE_NAME_MAX + 8];
	CLEANUP_FREE uint8_t *text = NULL;
	struct source src;
	size_t len;
	int rc;

	snprintf(name, sizeof(name), "%.*s.xml", (int)(dot ? (size_t)(dot - own) : strlen(own)),
		 own);
	if (smart->file->entry)
		found = tree_sibling(smart->file->tree, smart->file->entry, name);
	if (!found)
		return 0;
	rc = tree_source(smart->file->tree, found, &src, err);
	if (rc)
		return rc;
	rc = source_load(&src, DESCRIPTION_MAX_BYTES, &text, &len, err);
	tree_source_close(smart->file->tree, &src);
	return rc ? rc : read_description(smart, found->path, text, len, err);
}

int smart_read(struct smart *smart, struct err *err)
{
	int rc;

	smart->head = malloc(IMPORT_HEAD_BYTES);
	if (!smart->head)
		return err_set(err, ERR_NOMEM, "out of memory");
	if (smart->opened) {
		rc = archive_walk(&smart->archive, false, visit, smart, err);
		if (rc)
			return rc;
	}
	rc = smart->described ? 0 : read_beside(smart, err);
	if (!rc)
		rc = hpe_sidecar_read(smart->file, &smart->sidecar, err);
	return rc ? rc : hpe_open_signatures(smart->file, &smart->signatures, err);
}

void smart_free(struct smart *smart)
{
	hpe_close_signatures(smart->file, &smart->signatures);
	hpe_package_free(&smart->pkg);
	for (size_t i = 0; i < smart->image_count; i++) {
		free(smart->images[i].member);
		free(smart->images[i].info);
	}
	free(smart->head);
}

/* By its category ("Firmware - Storage", "BIOS - System ROM", "Driver - Network"), else its name.
 */
bool smart_is_software(const struct smart *smart)
{
	static const char *const firmware[] = { "Firmware", "BIOS", NULL };
	const char *category = smart->pkg.category;

	if (smart->pkg.device_count)
		return false;
	if (strcasecmp(smart->pkg.type, "Software") == 0)
		return true;
	for (size_t i = 0; firmware[i]; i++)
		if (strncasecmp(category, firmware[i], strlen(firmware[i])) == 0)
			return false;
	return category[0] || (!smart->described && ends_with(smart->file->source.name, ".rpm") &&
			       strncasecmp(smart->file->source.name, "firmware-", 9) != 0);
}
