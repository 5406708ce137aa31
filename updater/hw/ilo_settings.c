/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/ilo_settings.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "hw/ilo_service.h"

#define BACK_POLL_MS   3000u
#define BACK_ANSWER_MS 5000u
/* One that has answered so long after its reset was asked for has done it already, or never will.
 */
#define BACK_STEADY_MS 90000u

/* A reset in the middle of a flash is the one thing that breaks an iLO, whoever has begun it. */
static int check_free(struct redfish *rf, const struct ilo_service *ilo, struct err *err)
{
	struct redfish_update update;
	int rc;

	if (ilo->manager.generation < ILO_UPDATE_GENERATION)
		return 0;
	rc = ilo_update_get(rf, ilo, &update, err);
	if (!rc && !redfish_update_is_free(&update))
		rc = err_set(err, ERR_BUSY,
			     "the iLO is at work (it says \"%s\"), so it is not restarted",
			     update.state_word);
	return rc;
}

int ilo_vnic_get(struct redfish *rf, bool *ret, struct err *err)
{
	struct ilo_service ilo;
	int rc = ilo_service_find(rf, &ilo, err);

	if (rc)
		return rc;
	if (!ilo.manager.has_vnic)
		return err_set(err, ERR_UNSUPPORTED, "this iLO has no virtual network adapter");
	*ret = ilo.manager.vnic;
	return 0;
}

int ilo_vnic_set(struct redfish *rf, bool on, bool *ret_reset, struct err *err)
{
	struct ilo_service ilo;
	char body[64];
	int rc = ilo_service_find(rf, &ilo, err);

	*ret_reset = false;
	/* What counts only after a reset is not begun where there can be none. */
	rc = rc ? rc : check_free(rf, &ilo, err);
	if (rc)
		return rc;
	snprintf(body, sizeof(body), "{\"Oem\":{\"Hpe\":{\"VirtualNICEnabled\":%s}}}",
		 on ? "true" : "false");
	rc = redfish_send(rf,
			  &(struct redfish_request){
				  .method = "PATCH", .path = ilo.manager_uri, .body = body },
			  NULL, err);
	if (rc)
		return err_prefix(err, "switching the virtual network adapter %s",
				  on ? "on" : "off");
	*ret_reset = strstr(redfish_message(rf), "ResetRequired") != NULL;
	return 0;
}

int ilo_reset(struct redfish *rf, struct err *err)
{
	struct ilo_service ilo;
	int rc = ilo_service_find(rf, &ilo, err);

	if (rc)
		return rc;
	if (!ilo.manager.reset[0])
		return err_set(err, ERR_UNSUPPORTED, "the iLO names no way to restart it");
	rc = check_free(rf, &ilo, err);
	if (rc)
		return rc;
	rc = redfish_send(rf,
			  &(struct redfish_request){ .method = "POST",
						     .path = ilo.manager.reset,
						     .body = "{\"ResetType\":\"ForceRestart\"}" },
			  NULL, err);
	/* It may be gone before it has answered: that is what was asked for. */
	return rc == ERR_DEVICE_GONE ? 0 : rc;
}

/* Answers, and takes work. An iLO 4 has no state that would say so. */
static int is_back(struct hwio *hw, struct err *err)
{
	struct redfish_update update = { 0 };
	struct ilo_service ilo;
	struct redfish *rf;
	int rc = redfish_open(hw, REDFISH_ASK, BACK_ANSWER_MS, &rf, err);

	if (rc)
		return rc;
	rc = ilo_service_find(rf, &ilo, err);
	if (!rc && ilo.manager.generation >= ILO_UPDATE_GENERATION)
		rc = ilo_update_get(rf, &ilo, &update, err);
	redfish_close(rf);
	if (!rc && ilo.manager.generation >= ILO_UPDATE_GENERATION &&
	    !redfish_update_is_free(&update))
		return err_set(err, ERR_BUSY, "it says \"%s\"", update.state_word);
	return rc;
}

int ilo_wait_back(struct hwio *hw, uint64_t deadline_ms, void (*alive)(void *ctx), void *ctx,
		  struct err *err)
{
	uint64_t begin_ms = hw->ops->now_ms(hw);
	bool gone = false;

	for (;;) {
		struct err why = { 0 };
		int rc = is_back(hw, &why);
		uint64_t now_ms = hw->ops->now_ms(hw);

		if (!rc && (gone || now_ms - begin_ms >= BACK_STEADY_MS))
			return 0;
		if (rc && rc != ERR_BUSY)
			gone = true;
		if (now_ms >= deadline_ms)
			return err_set(err, ERR_OVERDUE, "the iLO is not back after %u s: %s",
				       (unsigned int)((now_ms - begin_ms) / 1000),
				       rc ? why.text : "it has not restarted");
		if (alive)
			alive(ctx);
		hw->ops->sleep_ms(hw, BACK_POLL_MS);
	}
}
