/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "parse/hpe_package.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/grow.h"
#include "parse/hpe_fields.h"

void hpe_package_free(struct hpe_package *pkg)
{
	for (size_t i = 0; i < pkg->device_count; i++)
		free(pkg->devices[i].images);
	free(pkg->devices);
	free(pkg->supported);
	free(pkg->needs);
	free(pkg->conditions);
	free(pkg->files);
	*pkg = (struct hpe_package){ 0 };
}

static int no_room(size_t count, size_t max, const char *what, struct err *err)
{
	if (count == max)
		return err_set(err, ERR_TOO_LARGE, "more than %zu %s", max, what);
	return err_set(err, ERR_NOMEM, "out of memory");
}

/* *grown is the array with room for one more, or NULL. */
#define GROW(grown, array, count, max) \
	(grown) = (count) < (max) ? array_grow(array, count, sizeof(*(grown))) : NULL

int hpe_add_device(struct hpe_package *pkg, struct hpe_device **ret, struct err *err)
{
	struct hpe_device *grown;

	GROW(grown, pkg->devices, pkg->device_count, HPE_MAX_DEVICES);
	if (!grown)
		return no_room(pkg->device_count, HPE_MAX_DEVICES, "devices", err);
	pkg->devices = grown;
	*ret = grown + pkg->device_count++;
	**ret = (struct hpe_device){ 0 };
	return 0;
}

int hpe_add_image(struct hpe_device *dev, size_t *total, struct hpe_image **ret, struct err *err)
{
	struct hpe_image *grown;

	if (*total == HPE_MAX_IMAGES)
		return no_room(*total, HPE_MAX_IMAGES, "images", err);
	GROW(grown, dev->images, dev->image_count, HPE_MAX_IMAGES);
	if (!grown)
		return no_room(dev->image_count, HPE_MAX_IMAGES, "images", err);
	dev->images = grown;
	*ret = grown + dev->image_count++;
	**ret = (struct hpe_image){ 0 };
	(*total)++;
	return 0;
}

int hpe_add_supported(struct hpe_package *pkg, struct hpe_supported **ret, struct err *err)
{
	struct hpe_supported *grown;

	GROW(grown, pkg->supported, pkg->supported_count, HPE_MAX_DEVICES);
	if (!grown)
		return no_room(pkg->supported_count, HPE_MAX_DEVICES, "supported devices", err);
	pkg->supported = grown;
	*ret = grown + pkg->supported_count++;
	**ret = (struct hpe_supported){ 0 };
	return 0;
}

int hpe_add_need(struct hpe_package *pkg, const struct hpe_need *need, struct err *err)
{
	struct hpe_need *grown;

	GROW(grown, pkg->needs, pkg->need_count, HPE_MAX_NEEDS);
	if (!grown)
		return no_room(pkg->need_count, HPE_MAX_NEEDS, "conditions", err);
	pkg->needs = grown;
	grown[pkg->need_count++] = *need;
	return 0;
}

int hpe_add_condition(struct hpe_package *pkg, const char *text, struct err *err)
{
	char(*grown)[HPE_TEXT_MAX];
	char prose[HPE_TEXT_MAX];

	hpe_set_prose(prose, sizeof(prose), text);
	if (!prose[0])
		return 0;
	GROW(grown, pkg->conditions, pkg->condition_count, HPE_MAX_NEEDS);
	if (!grown)
		return no_room(pkg->condition_count, HPE_MAX_NEEDS, "conditions", err);
	pkg->conditions = grown;
	memcpy(grown[pkg->condition_count++], prose, sizeof(prose));
	return 0;
}

int hpe_add_file(struct hpe_package *pkg, const char *name, struct err *err)
{
	char(*grown)[256];

	GROW(grown, pkg->files, pkg->file_count, HPE_MAX_FILES);
	if (!grown)
		return no_room(pkg->file_count, HPE_MAX_FILES, "files", err);
	pkg->files = grown;
	pkg->file_count++;
	return hpe_set_word(grown[pkg->file_count - 1], sizeof(*grown), name, "files", err);
}

void hpe_add_updatable_by(struct hpe_package *pkg, const char *words)
{
	static const struct {
		const char *word;
		unsigned int bit;
	} known[] = { { "bmc", HPE_BY_BMC },
		      { "uefi", HPE_BY_UEFI },
		      { "runtimeagent", HPE_BY_RUNTIME_AGENT } };

	while (*(words += strspn(words, ", \t\r\n;"))) {
		size_t len = strcspn(words, ", \t\r\n;");
		unsigned int bit = HPE_BY_OTHER;

		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (strlen(known[i].word) == len &&
			    strncasecmp(known[i].word, words, len) == 0)
				bit = known[i].bit;
		pkg->updatable_by |= bit;
		words += len;
	}
	if (pkg->updatable_by & HPE_BY_OTHER)
		hpe_unread(pkg, "UpdatableBy");
}
