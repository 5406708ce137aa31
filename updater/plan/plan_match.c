/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan_match.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inventory/target.h"

static bool listed(const char *const *ids, size_t count, const struct component *comp,
		   const struct device *dev)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(ids[i], comp->id) == 0 || strcmp(ids[i], dev->id) == 0)
			return true;
	return false;
}

bool match_target(const struct device *dev, const char *target)
{
	for (size_t i = 0; i < dev->target_count; i++)
		if (strcmp(dev->targets[i], target) == 0)
			return true;
	return false;
}

unsigned int match_rank(const struct component *comp, const struct device *dev)
{
	unsigned int best = 0;

	for (size_t i = 0; i < comp->target_count; i++) {
		unsigned int rank = target_rank(comp->targets[i]);

		if (rank > best && match_target(dev, comp->targets[i]))
			best = rank;
	}
	return best;
}

/*
 * PCI classes (PCI Code and ID Assignment 1.11, §1) whose functions carry firmware that vendors
 * publish updates for. Bridges, buses and processors have theirs in the system ROM.
 */
static const char *const firmware_classes[] = {
	"01",	/* mass storage controllers */
	"02",	/* network controllers */
	"0c04", /* Fibre Channel */
	"0c06", /* InfiniBand */
	"0c07", /* IPMI */
	"12",	/* accelerators */
};

bool match_has_firmware(const struct device *dev)
{
	const char *class_code = device_prop(dev, "pci.class");

	if (dev->kind != DEVICE_PCI)
		return true;
	for (size_t i = 0; class_code && i < sizeof(firmware_classes) / sizeof(char *); i++)
		if (strncmp(class_code, firmware_classes[i], strlen(firmware_classes[i])) == 0)
			return true;
	return false;
}

const char *plan_proof_value(const struct component *comp, const struct device *dev)
{
	return comp->proof.field[0] ? device_prop(dev, comp->proof.field) : NULL;
}

bool plan_proof_holds(const struct component *comp, const char *value)
{
	const struct proof *proof = &comp->proof;

	if (!value || !proof->field[0])
		return false;
	switch (proof->match) {
	case PROOF_EQUALS:
		return strcmp(value, proof->value) == 0;
	case PROOF_PREFIX:
		return strncmp(value, proof->value, strlen(proof->value)) == 0;
	case PROOF_SCHEME:
		return version_compare(comp->scheme, value, proof->value) == VERSION_SAME;
	}
	return false;
}

enum version_order match_order(const struct component *comp, const struct device *dev)
{
	const char *now = plan_proof_value(comp, dev);

	if (!now)
		now = dev->version;
	if (plan_proof_holds(comp, now))
		return VERSION_SAME;
	return version_compare(comp->scheme,
			       comp->proof.field[0] ? comp->proof.value : comp->version, now);
}

__attribute__((format(printf, 2, 3))) static struct verdict verdict(enum reason reason,
								    const char *fmt, ...)
{
	struct verdict ret = { .reason = reason };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ret.text, sizeof(ret.text), fmt, ap);
	va_end(ap);
	return ret;
}

static const struct verdict fine = { 0 };

static const struct plan_bar *find_bar(const struct plan_bars *bars, const struct component *comp,
				       const struct device *dev)
{
	for (size_t i = 0; bars && i < bars->count; i++) {
		const struct plan_bar *bar = &bars->list[i];

		if ((!bar->device[0] || strcmp(bar->device, dev->id) == 0) &&
		    (!bar->component[0] || strcmp(bar->component, comp->id) == 0))
			return bar;
	}
	return NULL;
}

static struct verdict judge_selection(const struct component *comp, const struct device *dev,
				      const struct plan_options *options)
{
	const struct plan_bar *bar = find_bar(options->bars, comp, dev);

	if (bar)
		return verdict(bar->reason, "%s", bar->text);
	if (listed(options->skip, options->skip_count, comp, dev))
		return verdict(REASON_NOT_SELECTED, "it was to be skipped");
	if (options->only_count && !listed(options->only, options->only_count, comp, dev))
		return verdict(REASON_NOT_SELECTED, "only others were asked for");
	return fine;
}

/* How its tool is run is known, and what it runs in is there. */
static struct verdict judge_tool(const struct component *comp)
{
	if (!comp->tool)
		return verdict(REASON_NO_BACKEND, "it does not say how its vendor's tool is run");
	if (comp->tool->runtime[0] && !comp->tool->runtime_ref.size)
		return verdict(REASON_REQUIRES,
			       "its tool runs in \"%s\", and the repository has no such runtime",
			       comp->tool->runtime);
	return fine;
}

/* What is decided by the component alone. */
static struct verdict judge_component(const struct component *comp)
{
	if (comp->not_understood[0])
		return verdict(REASON_NOT_UNDERSTOOD, "its %s is not known to this version",
			       comp->not_understood);
	if (comp->host_power_off)
		return verdict(REASON_HOST_POWER,
			       "it can be written only while the server is "
			       "powered off");
	return fine;
}

bool match_backend(const struct component *comp, const struct device *dev)
{
	return match_is_tool(comp) ? match_has_firmware(dev)
				   : strcmp(dev->backend, comp->backend) == 0;
}

bool match_is_tool(const struct component *comp)
{
	return strcmp(comp->backend, "vendor-tool") == 0;
}

/*
 * A vendor's tool has a way of its own to the device: that nothing else here can write to it, or
 * not through the RAID controller before it, is no bar. What the device's own backend says of it
 * otherwise (the second function of one card, a drive that takes nothing) holds for the tool, too.
 */
static struct verdict judge_way(const struct component *comp, const struct device *dev)
{
	if (match_is_tool(comp)) {
		struct verdict ret = judge_tool(comp);

		if (ret.reason || match_has_firmware(dev))
			return ret;
		return verdict(REASON_NO_BACKEND, "such devices have no firmware of their own");
	}
	if (!dev->backend[0])
		return verdict(REASON_NO_BACKEND,
			       "nothing here can write to this device (the "
			       "component wants \"%s\")",
			       comp->backend);
	if (strcmp(dev->backend, comp->backend) != 0)
		return verdict(REASON_NO_BACKEND,
			       "the component is for \"%s\", this device is "
			       "written by \"%s\"",
			       comp->backend, dev->backend);
	return fine;
}

static struct verdict judge_bar(const struct component *comp, const struct device *dev)
{
	const char *bar = device_prop(dev, "bar"), *text = device_prop(dev, "bar.text");
	enum reason reason = bar ? reason_from_id(bar) : 0;
	/* Reasons of one way that a vendor's own tool does not take. */
	bool passed_by = reason == REASON_BEHIND_RAID || reason == REASON_NO_BACKEND ||
			 reason == REASON_LEGACY_TLS || reason == REASON_BMC_UNREACHABLE;

	if (bar && !(match_is_tool(comp) && passed_by))
		return verdict(reason ? reason : REASON_NOT_UPDATEABLE, "%s", text ? text : bar);
	if (!dev->updateable && !(match_is_tool(comp) && (bar || !dev->backend[0])))
		return verdict(REASON_NOT_UPDATEABLE, "the device says that it takes no firmware");
	return fine;
}

static struct verdict judge_backend(const struct component *comp, const struct device *dev,
				    const struct plan_options *options)
{
	enum evidence evidence = match_is_tool(comp) ? PLAN_TOOL_EVIDENCE : dev->evidence;
	struct verdict ret = judge_way(comp, dev);

	if (!ret.reason)
		ret = judge_bar(comp, dev);
	if (ret.reason)
		return ret;
	if (strchr(dev->id, '#'))
		return verdict(REASON_DUPLICATE_TARGET,
			       "it has the same id as another device, which is the one that is "
			       "written");
	if (evidence < options->min_evidence)
		return verdict(REASON_UNTESTED,
			       "\"%s\" was tried on %s for such devices, the "
			       "policy wants %s",
			       comp->backend, evidence_name(evidence),
			       evidence_name(options->min_evidence));
	return fine;
}

static bool proof_known(const char *field)
{
	for (const char *const *known = proof_fields; *known; known++)
		if (strcmp(*known, field) == 0)
			return true;
	return false;
}

static struct verdict judge_proof(const struct component *comp, const struct device *dev,
				  const struct plan_options *options)
{
	if (options->accept_no_proof)
		return fine;
	if (!comp->proof.field[0])
		return verdict(REASON_NO_PROOF, "the component does not say what would prove it");
	if (!proof_known(comp->proof.field))
		return verdict(REASON_NO_PROOF, "its proof \"%s\" is not known to this version",
			       comp->proof.field);
	if (!plan_proof_value(comp, dev))
		return verdict(REASON_NO_PROOF, "the device shows no \"%s\", which is to prove it",
			       comp->proof.field);
	return fine;
}

/* The highest signed minimum that any component states for this device. */
static struct verdict judge_floor(const struct component *comp, const struct plan_matches *matches)
{
	for (size_t i = 0; i < matches->count; i++) {
		const struct component *other = matches->list[i].comp;

		if (!other->floor[0] || other->scheme != comp->scheme)
			continue;
		if (version_compare(comp->scheme, comp->version, other->floor) == VERSION_OLDER)
			return verdict(REASON_BELOW_FLOOR, "%s is below the signed minimum %s",
				       comp->version, other->floor);
	}
	return fine;
}

static struct verdict judge_version(const struct component *comp, const struct device *dev,
				    const struct plan_options *options)
{
	const char *now = plan_proof_value(comp, dev);

	now = now ? now : dev->version;
	switch (match_order(comp, dev)) {
	case VERSION_NEWER:
		return fine;
	case VERSION_SAME:
		return options->rewrite ? fine : verdict(REASON_ALREADY_CURRENT, "it runs %s", now);
	case VERSION_OLDER:
		return options->allow_downgrade
			       ? fine
			       : verdict(REASON_OLDER_THAN_INSTALLED,
					 "it runs %s, the component is %s", now, comp->version);
	case VERSION_DIFFERENT:
		break;
	}
	return options->allow_downgrade
		       ? fine
		       : verdict(REASON_ORDER_UNKNOWN,
				 "it runs %s; whether %s is newer cannot be "
				 "told",
				 now[0] ? now : "something unreadable", comp->version);
}

static struct verdict judge_tpm(const struct component *comp, const struct device *system,
				const struct plan_options *options)
{
	const char *tpm = system ? device_prop(system, "system.tpm") : NULL;

	if (!comp->measured || options->tpm_consent || (tpm && strcmp(tpm, "none") == 0))
		return fine;
	return verdict(
		REASON_TPM_CONSENT,
		"it changes TPM measurements: disks sealed to them (BitLocker) would ask for "
		"their recovery key; suspend that and consent");
}

struct verdict match_judge(const struct component *comp, const struct device *dev,
			   const struct device *system, const struct plan_matches *matches,
			   const struct plan_options *options)
{
	struct verdict ret = judge_selection(comp, dev, options);

	if (!ret.reason)
		ret = judge_component(comp);
	if (!ret.reason)
		ret = judge_backend(comp, dev, options);
	if (!ret.reason)
		ret = judge_proof(comp, dev, options);
	if (!ret.reason)
		ret = judge_floor(comp, matches);
	if (!ret.reason)
		ret = judge_version(comp, dev, options);
	if (!ret.reason)
		ret = judge_tpm(comp, system, options);
	return ret;
}
