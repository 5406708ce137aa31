/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a file goes to an iLO, by what it says: a table. */
#include "backends/ilo_plan.h"
#include "tap.h"

#define BYTES 1000u

struct row {
	const char *name;
	unsigned int generation;
	const char *ilo_version;
	bool is_ilo, updateable;
	const char *running, *wanted;
	enum version_scheme scheme;
	const char *flags[2];
	enum activation activation;
	int want;
	enum ilo_way way;
	enum backend_result result;
};

#define ROM_SCHEME VERSION_HPE_ROM

static const struct row rows[] = {
	{ "A: at once",
	  5,
	  "2.44",
	  false,
	  true,
	  "1.0",
	  "1.1",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_NONE,
	  0,
	  ILO_NOW,
	  BACKEND_DONE },
	{ "B: with the next boot",
	  5,
	  "2.44",
	  false,
	  true,
	  "1.0",
	  "1.1",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_REBOOT,
	  0,
	  ILO_NOW,
	  BACKEND_NEEDS_REBOOT },
	{ "B, by power",
	  6,
	  "1.40",
	  false,
	  true,
	  "1.0",
	  "1.1",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_POWER_CYCLE,
	  0,
	  ILO_NOW,
	  BACKEND_NEEDS_POWER_CYCLE },
	{ "C: by the system ROM",
	  5,
	  "2.44",
	  false,
	  false,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { "ilo-uefi" },
	  ACTIVATION_REBOOT,
	  0,
	  ILO_AT_START,
	  BACKEND_NEEDS_REBOOT },
	{ "C is never at once",
	  5,
	  "2.44",
	  false,
	  true,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { "ilo-uefi" },
	  ACTIVATION_NONE,
	  0,
	  ILO_AT_START,
	  BACKEND_NEEDS_REBOOT },
	{ "B or C: the iLO can",
	  5,
	  "2.44",
	  false,
	  true,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { "ilo-bmc-uefi" },
	  ACTIVATION_REBOOT,
	  0,
	  ILO_NOW,
	  BACKEND_NEEDS_REBOOT },
	{ "B or C: it cannot",
	  5,
	  "2.44",
	  false,
	  false,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { "ilo-bmc-uefi" },
	  ACTIVATION_REBOOT,
	  0,
	  ILO_AT_START,
	  BACKEND_NEEDS_REBOOT },
	{ "D, or a mistake: nobody can",
	  5,
	  "2.44",
	  false,
	  false,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_REBOOT,
	  ERR_UNSUPPORTED,
	  ILO_NOW,
	  BACKEND_NEEDS_REBOOT },
	{ "the iLO itself",
	  5,
	  "2.44",
	  true,
	  true,
	  "2.44",
	  "2.96 Aug 17 2023",
	  VERSION_PLAIN,
	  { NULL },
	  ACTIVATION_DEVICE_RESET,
	  0,
	  ILO_NOW,
	  BACKEND_DONE },
	{ "stepping stone",
	  5,
	  "1.37",
	  true,
	  true,
	  "1.37",
	  "2.96",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_DEVICE_RESET,
	  ERR_UNSUPPORTED,
	  ILO_NOW,
	  BACKEND_DONE },
	{ "the stone itself",
	  5,
	  "1.37",
	  true,
	  true,
	  "1.37",
	  "1.40",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_DEVICE_RESET,
	  0,
	  ILO_NOW,
	  BACKEND_DONE },
	{ "from the stone on",
	  5,
	  "1.40",
	  true,
	  true,
	  "1.40",
	  "2.96",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_DEVICE_RESET,
	  0,
	  ILO_NOW,
	  BACKEND_DONE },
	{ "an iLO 6 has no such stone",
	  6,
	  "1.10",
	  true,
	  true,
	  "1.10",
	  "1.55",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_DEVICE_RESET,
	  0,
	  ILO_NOW,
	  BACKEND_DONE },
	{ "whole package, too old",
	  5,
	  "2.30",
	  false,
	  true,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { "hpe-fwpkg" },
	  ACTIVATION_REBOOT,
	  ERR_UNSUPPORTED,
	  ILO_NOW,
	  BACKEND_NEEDS_REBOOT },
	{ "whole package",
	  5,
	  "2.31",
	  false,
	  true,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { "hpe-fwpkg" },
	  ACTIVATION_REBOOT,
	  0,
	  ILO_NOW,
	  BACKEND_NEEDS_REBOOT },
	{ "an iLO 4",
	  4,
	  "2.82",
	  false,
	  true,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { NULL },
	  ACTIVATION_REBOOT,
	  ERR_UNSUPPORTED,
	  ILO_NOW,
	  BACKEND_NEEDS_REBOOT },
	{ "another flag",
	  5,
	  "2.44",
	  false,
	  true,
	  "1",
	  "2",
	  VERSION_DOTTED,
	  { "ilo-magic" },
	  ACTIVATION_REBOOT,
	  ERR_UNSUPPORTED,
	  ILO_NOW,
	  BACKEND_NEEDS_REBOOT },
};

static struct ilo_facts facts;
static struct component comp;
static struct ilo_plan plan;
static struct err err;

static int make(uint64_t size)
{
	return ilo_plan_make(&facts, &comp, size, &plan, &err);
}

static void begin(const struct row *row)
{
	static const char *flags[2];

	facts = (struct ilo_facts){ .generation = row->generation,
				    .ilo_version = row->ilo_version,
				    .is_ilo = row->is_ilo,
				    .updateable = row->updateable,
				    .running = row->running };
	facts.update.state = REDFISH_STATE_IDLE;
	facts.update.downgrade = REDFISH_DOWNGRADE_ALLOWED;
	snprintf(facts.update.tasks, sizeof(facts.update.tasks), "/q");
	snprintf(facts.update.repository, sizeof(facts.update.repository), "/r");
	facts.repository.says_free = true;
	facts.repository.free_bytes = BYTES;
	flags[0] = row->flags[0];
	comp = (struct component){ .version = row->wanted,
				   .scheme = row->scheme,
				   .activation = row->activation,
				   .flags = flags,
				   .flag_count = row->flags[0] != NULL };
	component_complete(&comp);
}

static void ways(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		printf("# %s\n", rows[i].name);
		begin(&rows[i]);
		CHECK_INT(make(BYTES), rows[i].want);
		if (rows[i].want)
			continue;
		CHECK_INT(plan.way, rows[i].way);
		CHECK_INT(plan.result, rows[i].result);
		CHECK_INT(plan.restarts, rows[i].is_ilo);
	}
}

static void busy(void)
{
	begin(&rows[0]);
	for (unsigned int state = 0; state <= REDFISH_STATE_FLASHING; state++) {
		bool is_free = state == REDFISH_STATE_IDLE || state == REDFISH_STATE_COMPLETE ||
			       state == REDFISH_STATE_ERROR;

		facts.update.state = (enum redfish_state)state;
		CHECK_INT(make(BYTES), is_free ? 0 : ERR_BUSY);
	}
}

static void downgrades(void)
{
	static const struct {
		enum redfish_downgrade policy;
		const char *running, *wanted;
		int want;
	} cases[] = {
		{ REDFISH_DOWNGRADE_ALLOWED, "2.0", "1.0", 0 },
		{ REDFISH_DOWNGRADE_NEVER, "2.0", "1.0", ERR_POLICY },
		{ REDFISH_DOWNGRADE_RECOVERY, "2.0", "1.0", ERR_POLICY },
		{ REDFISH_DOWNGRADE_NEVER, "2.0", "2.0", 0 },
		{ REDFISH_DOWNGRADE_NEVER, "2.0", "2.1", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin(&rows[0]);
		facts.update.downgrade = cases[i].policy;
		facts.running = cases[i].running;
		comp.version = cases[i].wanted;
		CHECK_INT(make(BYTES), cases[i].want);
	}
	/* Of an iLO the number counts, with or without its date. */
	begin(&rows[8]);
	facts.update.downgrade = REDFISH_DOWNGRADE_NEVER;
	facts.running = "2.96 Aug 17 2023";
	comp.version = "2.95 Jan 01 2023";
	CHECK_INT(make(BYTES), ERR_POLICY);
}

static void consent(void)
{
	begin(&rows[1]);
	facts.has_tpm = true;
	CHECK_INT(make(BYTES), 0);
	CHECK(!plan.tpm_override);
	comp.measured = true;
	CHECK_INT(make(BYTES), ERR_POLICY);
	facts.tpm_consent = true;
	CHECK_INT(make(BYTES), 0);
	CHECK(plan.tpm_override);
	facts.tpm_consent = facts.has_tpm = false;
	CHECK_INT(make(BYTES), 0);
	CHECK(!plan.tpm_override);
}

static void the_queue(void)
{
	begin(&rows[3]);
	CHECK_INT(make(BYTES + 1), ERR_FULL);
	facts.repository.own_bytes = 1; /* of ours, which goes */
	CHECK_INT(make(BYTES + 1), 0);
	facts.repository.own_bytes = 0;
	facts.repository.has_file = true; /* is replaced */
	facts.repository.file.size = 1;
	CHECK_INT(make(BYTES + 1), 0);
	facts.repository.file.locked = true;
	CHECK_INT(make(BYTES + 1), ERR_FULL);
	facts.repository.says_free = false;
	CHECK_INT(make(BYTES + 1), 0);
	snprintf(facts.queue.blocker, sizeof(facts.queue.blocker), "theirs");
	CHECK_INT(make(BYTES), ERR_BUSY);
	CHECK_CONTAINS(err.text, "theirs");
	facts.queue.agent_waits = true;
	CHECK_INT(make(BYTES), ERR_BUSY);
	CHECK_CONTAINS(err.text, "agent");
	facts.update.tasks[0] = '\0';
	CHECK_INT(make(BYTES), ERR_UNSUPPORTED);
	/* What goes at once does not care. */
	begin(&rows[0]);
	snprintf(facts.queue.blocker, sizeof(facts.queue.blocker), "theirs");
	CHECK_INT(make(BYTES + 1), 0);
	CHECK_INT(make(0), ERR_FORMAT);
}

static void names(void)
{
	static const struct {
		const char *source, *flag, *end;
	} cases[] = {
		{ "ilo5_310.bin", NULL, ".bin" },      { "U32.signed.flash", NULL, ".flash" },
		{ "cp1.fwpkg", NULL, ".bin" },	       { "cp1.fwpkg", "hpe-fwpkg", ".fwpkg" },
		{ "no-ending", NULL, ".bin" },	       { "evil.a\"b", NULL, ".bin" },
		{ "x.averylongending", NULL, ".bin" },
	};
	struct device a = { .id = "a" }, b = { .id = "b" };
	char one[ILO_TAG_MAX], other[ILO_TAG_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len;

		begin(&rows[1]);
		comp.source_file = cases[i].source;
		comp.flags[0] = cases[i].flag;
		comp.flag_count = cases[i].flag != NULL;
		CHECK_INT(make(BYTES), 0);
		CHECK(strncmp(plan.file, ILO_NAME_PREFIX, strlen(ILO_NAME_PREFIX)) == 0);
		len = strlen(plan.file) - strlen(cases[i].end);
		CHECK_STR(plan.file + len, cases[i].end);
	}
	ilo_plan_task(&comp, &a, one);
	ilo_plan_task(&comp, &b, other);
	CHECK(strcmp(one, other) != 0);
	ilo_plan_etag(&comp, "01234567-89ab", one);
	CHECK_STR(one, "drydock-0000000000000000-01234567-");
}

static void deadlines(void)
{
	begin(&rows[1]);
	CHECK_INT(make(BYTES), 0);
	CHECK_INT(plan.stall_ms, 15 * 60 * 1000);
	comp.expected_seconds = 600;
	CHECK_INT(make(BYTES), 0);
	CHECK_INT(plan.stall_ms, 6000 * 1000);
}

int main(void)
{
	TAP_RUN(ways);
	TAP_RUN(busy);
	TAP_RUN(downgrades);
	TAP_RUN(consent);
	TAP_RUN(the_queue);
	TAP_RUN(names);
	TAP_RUN(deadlines);
	return TAP_END();
}
