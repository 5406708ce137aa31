/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "backends/ilo_plan.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/hex.h"
#include "repo/version.h"

#define STALL_MIN_MS	       (15u * 60 * 1000) /* law 8 */
#define STALL_MAX_MS	       (4u * 3600 * 1000)
#define MS_PER_EXPECTED_SECOND 10000u
#define STEPPING_STONE	       "1.40" /* an older iLO 5 calls newer signatures invalid */
#define WHOLE_PACKAGES_AFTER   "2.30" /* of an iLO 5 */

static int check_flags(const struct component *comp, struct err *err)
{
	for (size_t i = 0; i < comp->flag_count; i++)
		if (strcmp(comp->flags[i], ILO_FLAG_FWPKG) != 0 &&
		    strcmp(comp->flags[i], ILO_FLAG_BOTH) != 0 &&
		    strcmp(comp->flags[i], ILO_FLAG_UEFI) != 0)
			return err_set(err, ERR_UNSUPPORTED, "flag \"%s\" is not known",
				       comp->flags[i]);
	return 0;
}

/* "2.96" out of "2.96 Aug 17 2023". */
static void number_of(const char *version, char *buf, size_t size)
{
	snprintf(buf, size, "%.*s", (int)strcspn(version, " "), version);
}

static int check_ilo(const struct ilo_facts *facts, const struct component *comp, struct err *err)
{
	char wanted[COMPONENT_VERSION_MAX];

	number_of(comp->version, wanted, sizeof(wanted));
	if (facts->generation < 5)
		return err_set(err, ERR_UNSUPPORTED,
			       "an iLO %u takes no files by Redfish, but by RIBCL",
			       facts->generation);
	if (facts->generation != 5)
		return 0;
	if (facts->is_ilo &&
	    version_compare(VERSION_DOTTED, facts->ilo_version, STEPPING_STONE) == VERSION_OLDER &&
	    version_compare(VERSION_DOTTED, wanted, STEPPING_STONE) == VERSION_NEWER)
		return err_set(err, ERR_UNSUPPORTED,
			       "an iLO 5 with %s takes " STEPPING_STONE
			       " first, newer firmware "
			       "after that",
			       facts->ilo_version);
	if (component_has_flag(comp, ILO_FLAG_FWPKG) &&
	    version_compare(VERSION_DOTTED, facts->ilo_version, WHOLE_PACKAGES_AFTER) !=
		    VERSION_NEWER)
		return err_set(
			err, ERR_UNSUPPORTED,
			"an iLO 5 takes whole packages from a version after " WHOLE_PACKAGES_AFTER
			" on, this one is %s",
			facts->ilo_version);
	return 0;
}

static int check_downgrade(const struct ilo_facts *facts, const struct component *comp,
			   struct err *err)
{
	enum version_scheme scheme = facts->is_ilo ? VERSION_DOTTED : comp->scheme;
	char wanted[COMPONENT_VERSION_MAX], running[COMPONENT_VERSION_MAX];

	if (facts->update.downgrade == REDFISH_DOWNGRADE_ALLOWED)
		return 0;
	snprintf(wanted, sizeof(wanted), "%s", comp->version);
	snprintf(running, sizeof(running), "%s", facts->running);
	if (facts->is_ilo) {
		number_of(comp->version, wanted, sizeof(wanted));
		number_of(facts->running, running, sizeof(running));
	}
	if (version_compare(scheme, wanted, running) != VERSION_OLDER)
		return 0;
	return err_set(err, ERR_POLICY,
		       "the iLO's downgrade policy forbids it: %s runs, %s is older", running,
		       wanted);
}

static int check_consent(const struct ilo_facts *facts, const struct component *comp,
			 struct err *err)
{
	if (facts->tpm_consent || !facts->has_tpm || !comp->measured)
		return 0;
	return err_set(err, ERR_POLICY,
		       "the server's TPM is active and this changes what it measures: nobody has "
		       "agreed to that");
}

static int check_queue(const struct ilo_facts *facts, uint64_t size_bytes, struct err *err)
{
	const struct ilo_queue *queue = &facts->queue;
	const struct ilo_repository *repository = &facts->repository;
	uint64_t room = repository->free_bytes + repository->own_bytes;

	if (!facts->update.tasks[0] || !facts->update.repository[0])
		return err_set(err, ERR_UNSUPPORTED, "the iLO has no queue of updates");
	if (queue->blocker[0] && queue->agent_waits)
		return err_set(err, ERR_BUSY,
			       "somebody else's task \"%s\" waits for an agent in an operating "
			       "system, and all behind it wait with it",
			       queue->blocker);
	if (queue->blocker[0])
		return err_set(err, ERR_BUSY,
			       "somebody else's task \"%s\" is %s, and all behind it wait",
			       queue->blocker, queue->blocker_state);
	if (repository->has_file && !repository->file.locked)
		room += repository->file.size;
	if (repository->says_free && room < size_bytes)
		return err_set(err, ERR_FULL,
			       "the iLO's repository has %llu bytes free, the file has %llu",
			       (unsigned long long)room, (unsigned long long)size_bytes);
	return 0;
}

static int check_state(const struct redfish_update *update, struct err *err)
{
	if (redfish_update_is_free(update))
		return 0;
	return err_set(err, ERR_BUSY, "the iLO is at work: it says \"%s\"", update->state_word);
}

/* An iLO looks at the ending; only what is a plain one is used. */
static const char *ending_of(const struct component *comp, enum ilo_way way)
{
	const char *dot = strrchr(comp->source_file, '.');

	if (component_has_flag(comp, ILO_FLAG_FWPKG))
		return way == ILO_AT_START ? ".zip" : ".fwpkg";
	if (!dot || !strcasecmp(dot, ".fwpkg") || strlen(dot) < 2 || strlen(dot) > 8)
		return ".bin";
	for (const char *c = dot + 1; *c; c++)
		if (!isalnum((unsigned char)*c))
			return ".bin";
	return dot;
}

static void payload_tag(const struct component *comp, char buf[17])
{
	hex_encode(comp->payload.sha256, 8, buf);
}

void ilo_plan_task(const struct component *comp, const struct device *dev, char buf[ILO_TAG_MAX])
{
	char tag[17];
	uint32_t sum = 2166136261u; /* FNV-1a: devices are to be told apart, nothing more */

	for (const char *c = dev->id; *c; c++)
		sum = (sum ^ (uint8_t)*c) * 16777619u;
	payload_tag(comp, tag);
	snprintf(buf, ILO_TAG_MAX, ILO_NAME_PREFIX "%s-%08x-", tag, (unsigned int)sum);
}

void ilo_plan_etag(const struct component *comp, const char *boot_id, char buf[ILO_TAG_MAX])
{
	char tag[17];

	payload_tag(comp, tag);
	snprintf(buf, ILO_TAG_MAX, ILO_NAME_PREFIX "%s-%.8s-", tag, boot_id);
}

static enum backend_result result_of(const struct component *comp, const struct ilo_plan *plan)
{
	if (plan->restarts || (plan->way == ILO_NOW && comp->activation == ACTIVATION_NONE))
		return BACKEND_DONE;
	return comp->activation == ACTIVATION_POWER_CYCLE ? BACKEND_NEEDS_POWER_CYCLE
							  : BACKEND_NEEDS_REBOOT;
}

static uint32_t stall_of(const struct component *comp)
{
	uint64_t stall_ms = (uint64_t)comp->expected_seconds * MS_PER_EXPECTED_SECOND;

	if (stall_ms < STALL_MIN_MS)
		return STALL_MIN_MS;
	return stall_ms < STALL_MAX_MS ? (uint32_t)stall_ms : STALL_MAX_MS;
}

/* What HPE's own tool does by the inventory: what the iLO cannot update the system ROM can. */
static enum ilo_way way_of(const struct ilo_facts *facts, const struct component *comp)
{
	bool at_start = component_has_flag(comp, ILO_FLAG_UEFI) ||
			(component_has_flag(comp, ILO_FLAG_BOTH) && !facts->updateable);

	return at_start && !facts->is_ilo ? ILO_AT_START : ILO_NOW;
}

int ilo_plan_make(const struct ilo_facts *facts, const struct component *comp, uint64_t size_bytes,
		  struct ilo_plan *ret, struct err *err)
{
	char tag[17];
	int rc = check_flags(comp, err);

	*ret = (struct ilo_plan){ .way = way_of(facts, comp),
				  .restarts = facts->is_ilo,
				  .tpm_override = facts->tpm_consent,
				  .stall_ms = stall_of(comp) };
	ret->result = result_of(comp, ret);
	payload_tag(comp, tag);
	snprintf(ret->file, sizeof(ret->file), ILO_NAME_PREFIX "%s%s", tag,
		 ending_of(comp, ret->way));
	if (!rc)
		rc = check_ilo(facts, comp, err);
	if (!rc && size_bytes == 0)
		rc = err_set(err, ERR_FORMAT, "0 bytes are no firmware");
	if (!rc && ret->way == ILO_NOW && !facts->is_ilo && !facts->updateable)
		rc = err_set(err, ERR_UNSUPPORTED, "the iLO says that it cannot update it");
	if (!rc)
		rc = check_downgrade(facts, comp, err);
	if (!rc)
		rc = check_consent(facts, comp, err);
	if (!rc && ret->way == ILO_AT_START)
		rc = check_queue(facts, size_bytes, err);
	return rc ? rc : check_state(&facts->update, err);
}
