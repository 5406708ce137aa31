/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ses_box.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "hw/ses.h"

void ses_read_sas_address(struct hwio *hw, const char *address, char *ret, size_t size)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/scsi/devices/%s/sas_address", address);
	(void)hwio_read_attr(hw, path, ret, size); /* what is not there is "" */
}

static bool is_end(int rc)
{
	return rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_NOMEM;
}

/* Some processes have no list of their pages: then the pages themselves are asked for. */
static int read_pages(struct ses_box *box, struct err *err)
{
	struct ses_microcode_status status;
	struct err cause = { 0 };
	size_t len;
	int rc = ses_receive(&box->path, SES_PAGE_SUPPORTED, box->page, SES_PAGE_BYTES_MAX, &len,
			     &cause);

	if (!rc) {
		box->takes_firmware = ses_has_page(box->page, len, SES_PAGE_MICROCODE);
		box->tells_slots = ses_has_page(box->page, len, SES_PAGE_ADDITIONAL);
		return 0;
	}
	if (!is_end(rc)) {
		rc = ses_box_read_status(box, &status, &cause);
		box->takes_firmware = !rc;
		box->tells_slots = true;
	}
	return is_end(rc) ? err_set(err, rc, "%s", cause.text) : 0;
}

static int read_box(struct ses_box *box, struct err *err)
{
	size_t len;
	int rc = scsi_inquiry(&box->path, -1, box->page, SCSI_INQUIRY_BYTES, &len, err);

	if (!rc)
		rc = scsi_parse_inquiry(box->page, len, &box->inquiry, err);
	if (!rc && box->inquiry.type != SCSI_TYPE_ENCLOSURE)
		rc = err_set(err, ERR_FORMAT, "it is no enclosure any more");
	if (!rc)
		rc = read_pages(box, err);
	if (!rc)
		rc = ses_receive(&box->path, SES_PAGE_CONFIGURATION, box->page, SES_PAGE_BYTES_MAX,
				 &len, err);
	return rc ? rc : ses_parse_configuration(box->page, len, &box->config, err);
}

int ses_box_open_node(struct hwio *hw, const struct scsi_node *node, struct ses_box *ret,
		      struct err *err)
{
	char path[32];
	int rc;

	memset(ret, 0, sizeof(*ret));
	ret->path.fd = -1;
	ret->node = *node;
	ret->page = malloc(SES_PAGE_BYTES_MAX);
	if (!ret->page)
		return err_set(err, ERR_NOMEM, "out of memory");
	ses_read_sas_address(hw, node->address, ret->sas_address, sizeof(ret->sas_address));
	snprintf(path, sizeof(path), "/dev/%s", node->sg);
	rc = scsi_open(hw, path, &ret->path, err);
	if (!rc)
		rc = read_box(ret, err);
	if (rc)
		ses_box_close(ret);
	return rc;
}

void ses_box_close(struct ses_box *box)
{
	if (box->path.fd >= 0)
		scsi_close(&box->path);
	free(box->page);
	box->page = NULL;
}

/* Two processes of one box (one for each of its modules) differ by their port's address only. */
static bool find_sub(const struct ses_box *box, const struct device *dev, size_t *ret)
{
	const char *port = device_prop(dev, "ses.sas_address");
	const char *number = device_prop(dev, "ses.subenclosure");
	char serial[20], text[8];

	if (port && strcmp(port, box->sas_address) != 0)
		return false;
	for (size_t i = 0; i < box->config.count; i++) {
		snprintf(serial, sizeof(serial), "%016" PRIx64, box->config.list[i].logical_id);
		snprintf(text, sizeof(text), "%u", box->config.list[i].id);
		if (number && !strcmp(serial, dev->serial) && !strcmp(text, number)) {
			*ret = i;
			return true;
		}
	}
	return false;
}

static int try_node(struct hwio *hw, const struct scsi_node *node, const struct device *dev,
		    struct ses_box *ret, size_t *ret_sub, struct err *err)
{
	int rc = ses_box_open_node(hw, node, ret, err);

	if (rc || find_sub(ret, dev, ret_sub))
		return rc;
	ses_box_close(ret);
	return err_set(err, ERR_NOT_FOUND, "%s is another enclosure", node->sg);
}

int ses_box_open(struct hwio *hw, const struct device *dev, struct ses_box *ret, size_t *ret_sub,
		 struct err *err)
{
	CLEANUP_FREE struct scsi_node *nodes = NULL;
	const char *address = device_prop(dev, "scsi.address");
	struct err cause = { 0 };
	size_t count;
	int rc = scsi_node_list(hw, &nodes, &count, err), worst = ERR_NOT_FOUND;

	*ret = (struct ses_box){ .path.fd = -1 };
	if (rc)
		return rc;
	/* Where it was last seen first. */
	for (int same_place = 1; same_place >= 0; same_place--)
		for (size_t i = 0; i < count; i++) {
			bool last_seen = address && !strcmp(nodes[i].address, address);

			if (last_seen != same_place || nodes[i].type != SCSI_TYPE_ENCLOSURE ||
			    !nodes[i].sg[0])
				continue;
			rc = try_node(hw, &nodes[i], dev, ret, ret_sub, &cause);
			if (!rc)
				return 0;
			if (same_place && rc != ERR_NOT_FOUND)
				worst = err_set(err, rc, "%s", cause.text);
		}
	return worst == ERR_NOT_FOUND
		       ? err_set(err, ERR_DEVICE_GONE, "the enclosure is not there any more")
		       : worst;
}

int ses_box_read_status(struct ses_box *box, struct ses_microcode_status *ret, struct err *err)
{
	size_t len;
	int rc = ses_receive(&box->path, SES_PAGE_MICROCODE, box->page, SES_PAGE_BYTES_MAX, &len,
			     err);

	return rc ? rc : ses_parse_microcode(box->page, len, ret, err);
}

const char *ses_box_revision(const struct ses_box *box, size_t sub)
{
	return sub == 0 ? box->inquiry.revision : box->config.list[sub].revision;
}
