/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "format/redfish_update.h"

#include <string.h>
#include <strings.h>

#include "format/redfish_json.h"

static const char *const states[] = {
	"",	    "idle",  "uploading",   "verifying", "writing",  "updating",
	"complete", "error", "progressing", "backingup", "flashing", NULL,
};

static const char *const downgrades[] = { "", "allowdowngrade", "recoverydowngrade", "nodowngrade",
					  NULL };

static const char *const task_states[] = { "",	      "pending",   "inprogress", "complete",
					   "expired", "exception", "canceled",	 NULL };

static void read_oem(yyjson_val *oem, struct redfish_update *ret)
{
	char word[32];
	uint64_t percent;

	if (redfish_text(oem, "State", ret->state_word, sizeof(ret->state_word)))
		ret->state = (enum redfish_state)redfish_word(ret->state_word, states);
	ret->has_percent = redfish_number(oem, "FlashProgressPercent", &percent) && percent <= 100;
	if (ret->has_percent)
		ret->percent = (unsigned int)percent;
	redfish_message_of(redfish_at(oem, "Result"), &ret->result);
	redfish_exact(oem, "UploadCurrentEtag", ret->etag, sizeof(ret->etag));
	ret->downgrade = REDFISH_DOWNGRADE_ALLOWED;
	/* A word that is not known must not let a downgrade through. */
	if (redfish_text(oem, "DowngradePolicy", word, sizeof(word))) {
		ret->downgrade = (enum redfish_downgrade)redfish_word(word, downgrades);
		if (!ret->downgrade)
			ret->downgrade = REDFISH_DOWNGRADE_NEVER;
	}
	redfish_ref(oem, "ComponentRepository", ret->repository, sizeof(ret->repository));
	redfish_ref(oem, "UpdateTaskQueue", ret->tasks, sizeof(ret->tasks));
	redfish_ref(oem, "InstallSets", ret->install_sets, sizeof(ret->install_sets));
}

void redfish_update_read(yyjson_val *service, struct redfish_update *ret)
{
	*ret = (struct redfish_update){ 0 };
	if (!redfish_exact(service, "HttpPushUri", ret->push_uri, sizeof(ret->push_uri)))
		redfish_exact(service, "Oem/Hpe/PushUpdateUri", ret->push_uri,
			      sizeof(ret->push_uri));
	redfish_ref(service, "FirmwareInventory", ret->firmware, sizeof(ret->firmware));
	redfish_oem_action(service, "#HpeiLOUpdateServiceExt.AddFromUri", ret->add_from_uri,
			   sizeof(ret->add_from_uri));
	read_oem(redfish_at(service, "Oem/Hpe"), ret);
}

bool redfish_update_is_free(const struct redfish_update *update)
{
	return update->state == REDFISH_STATE_IDLE || update->state == REDFISH_STATE_COMPLETE ||
	       update->state == REDFISH_STATE_ERROR;
}

bool redfish_repository_read(yyjson_val *collection, uint64_t *ret_free, uint64_t *ret_total)
{
	yyjson_val *oem = redfish_at(collection, "Oem/Hpe");

	return redfish_number(oem, "FreeSizeBytes", ret_free) &&
	       redfish_number(oem, "TotalSizeBytes", ret_total) && *ret_free <= *ret_total;
}

bool redfish_component_read(yyjson_val *member, struct redfish_component *ret)
{
	*ret = (struct redfish_component){ 0 };
	redfish_text(member, "Version", ret->version, sizeof(ret->version));
	redfish_number(member, "SizeBytes", &ret->size);
	redfish_bool(member, "Locked", &ret->locked);
	return redfish_exact(member, "Filename", ret->file, sizeof(ret->file));
}

static void read_updatable_by(yyjson_val *by, struct redfish_task *ret)
{
	size_t index, count;
	yyjson_val *word;

	yyjson_arr_foreach(by, index, count, word)
	{
		const char *text = yyjson_get_str(word);

		ret->by_bmc |= text && !strcasecmp(text, "Bmc");
		ret->by_uefi |= text && !strcasecmp(text, "Uefi");
		ret->by_agent |= text && !strcasecmp(text, "RuntimeAgent");
	}
}

bool redfish_task_read(yyjson_val *member, struct redfish_task *ret)
{
	*ret = (struct redfish_task){ 0 };
	redfish_exact(member, "Filename", ret->file, sizeof(ret->file));
	if (redfish_text(member, "State", ret->state_word, sizeof(ret->state_word)))
		ret->state = (enum redfish_task_state)redfish_word(ret->state_word, task_states);
	read_updatable_by(redfish_at(member, "UpdatableBy"), ret);
	redfish_message_of(redfish_at(member, "Result"), &ret->result);
	return redfish_text(member, "Name", ret->name, sizeof(ret->name));
}

bool redfish_install_set_read(yyjson_val *member, const char *file, char *name, size_t size,
			      bool *ret_uses)
{
	yyjson_val *step;
	size_t index, count;

	*ret_uses = false;
	yyjson_arr_foreach(redfish_at(member, "Sequence"), index, count, step)
	{
		char used[96];

		*ret_uses |= redfish_exact(step, "Filename", used, sizeof(used)) &&
			     strcasecmp(used, file) == 0;
	}
	return redfish_text(member, "Name", name, size);
}
