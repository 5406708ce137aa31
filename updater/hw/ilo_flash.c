/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Following an iLO while it flashes, through lost connections and its own restart. */
#include <stdio.h>
#include <string.h>

#include "hw/ilo_update.h"

#define POLL_MS	     4000u
#define REOPEN_MS    5000u
#define ANSWER_MS    10000u
#define NOT_BEGUN_MS 60000u /* so long an older upload's state may stand there */
#define NEARLY_DONE  90u    /* percent: what goes away then has come to its end */

struct watch {
	struct hwio *hw;
	struct redfish **rf;
	const struct ilo_flash *flash;
	struct redfish_update last;
	uint64_t begin_ms, news_ms;
	bool seen_own; /* the state was about this upload, or it moved */
};

static uint64_t now(const struct watch *watch)
{
	return watch->hw->ops->now_ms(watch->hw);
}

static bool went_away(int rc)
{
	return rc == ERR_DEVICE_GONE || rc == ERR_OVERDUE || rc == ERR_BUSY || rc == ERR_POLICY ||
	       rc == ERR_NOT_FOUND;
}

static int look(struct watch *watch, struct redfish_update *ret, struct err *err)
{
	int rc = 0;

	if (!*watch->rf)
		rc = redfish_open(watch->hw, REDFISH_ASK, ANSWER_MS, watch->rf, err);
	if (!rc) {
		redfish_set_wait(*watch->rf, ANSWER_MS);
		rc = ilo_update_get(*watch->rf, watch->flash->ilo, ret, err);
	}
	if (rc) {
		redfish_close(*watch->rf);
		*watch->rf = NULL;
	}
	return rc;
}

static void take_news(struct watch *watch, const struct redfish_update *update)
{
	bool own = strcmp(update->etag, watch->flash->etag) == 0;

	if (own || !redfish_update_is_free(update))
		watch->seen_own = true;
	if (update->state == watch->last.state && update->percent == watch->last.percent)
		return;
	watch->last = *update;
	watch->news_ms = now(watch);
	if (watch->flash->percent && update->has_percent && watch->seen_own)
		watch->flash->percent(watch->flash->ctx, update->percent);
}

static int failed(const struct redfish_update *update, struct err *err)
{
	const struct redfish_message *result = &update->result;

	return err_set(err, ilo_message_code(result->id), "the iLO says: %s%s%s",
		       result->id[0] ? result->id : "an error without a word",
		       result->words[0] ? ": " : "", result->words);
}

/* 1 = it goes on. What an iLO says that restarted meanwhile is no longer about this upload. */
static int judge(struct watch *watch, const struct redfish_update *update, struct err *err)
{
	if (!redfish_update_is_free(update))
		return 1;
	if (!watch->seen_own && now(watch) - watch->begin_ms < NOT_BEGUN_MS)
		return 1;
	return update->state == REDFISH_STATE_ERROR ? failed(update, err) : 0;
}

static int overdue(const struct watch *watch, const struct err *why, struct err *err)
{
	unsigned int minutes = (unsigned int)((now(watch) - watch->news_ms) / 60000);

	if (why->code)
		return err_set(err, ERR_OVERDUE, "the iLO does not answer since %u minutes: %s",
			       minutes, why->text);
	return err_set(err, ERR_OVERDUE, "the iLO says \"%s\", %u %% since %u minutes",
		       watch->last.state_word, watch->last.percent, minutes);
}

static int follow(struct watch *watch, struct err *err)
{
	for (;;) {
		struct redfish_update update;
		struct err why = { 0 };
		int rc = look(watch, &update, &why);

		/* Whatever else a busy iLO answers says nothing of the flash: that goes on. */
		if (went_away(rc) && watch->flash->restarts && watch->last.percent >= NEARLY_DONE)
			return 0;
		if (!rc) {
			take_news(watch, &update);
			rc = judge(watch, &update, err);
			if (rc <= 0)
				return rc;
		}
		if (now(watch) - watch->news_ms >= watch->flash->stall_ms)
			return overdue(watch, &why, err);
		watch->hw->ops->sleep_ms(watch->hw, why.code ? REOPEN_MS : POLL_MS);
	}
}

int ilo_flash_wait(struct hwio *hw, struct redfish **rf, const struct ilo_flash *flash,
		   struct err *err)
{
	struct watch watch = { .hw = hw, .rf = rf, .flash = flash };

	watch.begin_ms = watch.news_ms = hw->ops->now_ms(hw);
	return follow(&watch, err);
}
