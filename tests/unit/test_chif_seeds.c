/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Redfish through an iLO's host channel while calls on it fail, fail after the deed, are cut in
 * half, stall, are answered with a lie, or take the channel away, as a seed has it. What comes is
 * what the iLO has, what changes something is done once or not at all and said so, and no channel
 * stays open. Seeds are 1 to 20, or DRYDOCK_SEEDS=FIRST-LAST.
 */
#include <stdlib.h>
#include <unistd.h>

#include "hw/hwio_fault.h"
#include "hw/redfish.h"
#include "hwio_ilo.h"
#include "ilo/ilo_internal.h"
#include "tap.h"

#define WAIT_MS	     120000u
#define ROUNDS	     8
#define SEED_SECONDS 60
#define INVENTORY    "/redfish/v1/UpdateService/FirmwareInventory/?$expand=."
#define ACCOUNTS     "/redfish/v1/AccountService/Accounts/"
#define ACCOUNT                                                            \
	"{\"UserName\":\"u\",\"Password\":\"12345678\",\"Oem\":{\"Hpe\":{" \
	"\"LoginName\":\"u\"}}}"

static uint64_t disturbed;
static unsigned int came, failed;

static struct hwio_ilo *machine(void)
{
	struct hwio_ilo *t = hwio_ilo_new(&(struct ilo_settings){ .generation = 5 });
	static char place[1501];

	memset(place, 'x', sizeof(place) - 1);
	for (size_t i = 0; i < t->ilo->firmware_count; i++)
		t->ilo->firmware[i].context = place;
	return t;
}

static unsigned int accounts(const struct hwio_ilo *t)
{
	unsigned int count = 0;

	for (size_t i = 0; i < ILO_ACCOUNTS; i++)
		count += t->ilo->accounts[i].id != 0;
	return count;
}

static void forget_accounts(struct hwio_ilo *t)
{
	memset(&t->ilo->accounts[1], 0, (ILO_ACCOUNTS - 1) * sizeof(t->ilo->accounts[1]));
}

static int ask(struct redfish_link *link, const char *method, const char *path, const char *body,
	       struct http_answer *ret)
{
	const struct redfish_request request = {
		.method = method, .path = path, .body = body, .stall_ms = 20000
	};

	return link->ops->ask(link, &request, NULL, ret, NULL);
}

/* As it is when nothing is in the way, malloc'ed. */
static char *undisturbed(struct hwio_ilo *t)
{
	struct http_answer answer;
	struct redfish_link link;

	CHECK_INT(redfish_chif_open(&t->hw, t->now_ms + WAIT_MS, &link, NULL), 0);
	CHECK_INT(ask(&link, "GET", INVENTORY, NULL, &answer), 0);
	CHECK_INT(answer.status, 200);
	link.ops->close(&link);
	free(answer.head);
	return answer.body;
}

/* Once or not at all; NULL, or what is wrong. */
static const char *make_account(struct hwio_ilo *t, struct redfish_link *link)
{
	struct http_answer answer;
	const char *wrong = NULL;
	unsigned int made;
	int rc;

	forget_accounts(t);
	rc = ask(link, "POST", ACCOUNTS, ACCOUNT, &answer);
	made = accounts(t) - 1;
	came += !rc;
	failed += rc != 0;
	if (!rc && (answer.status != 201 || made != 1))
		wrong = "an account was said to be made, and is not there";
	if (made > 1)
		wrong = "an account was made twice";
	http_answer_free(&answer);
	return wrong;
}

static const char *use(struct hwio_ilo *t, struct redfish_link *link, const char *truth)
{
	const char *wrong = NULL;

	for (unsigned int i = 0; i < ROUNDS && !wrong; i++) {
		struct http_answer answer;
		int rc = ask(link, "GET", INVENTORY, NULL, &answer);

		came += !rc;
		failed += rc != 0;
		if (!rc && (answer.status != 200 || strcmp(answer.body, truth) != 0))
			wrong = "another answer than the iLO's";
		http_answer_free(&answer);
		wrong = wrong ? wrong : make_account(t, link);
	}
	return wrong;
}

static const char *disturb(unsigned long seed, bool gone)
{
	struct hwio_ilo *t = machine();
	char *truth = undisturbed(t), *after;
	const char *wrong = NULL;
	struct redfish_link link;
	struct hwio *hw;

	CHECK_INT(hwio_fault_new_seeded(&t->hw, seed, 15, gone, &hw, NULL), 0);
	if (redfish_chif_open(hw, hw->ops->now_ms(hw) + WAIT_MS, &link, NULL) == 0) {
		wrong = use(t, &link, truth);
		link.ops->close(&link);
	}
	disturbed += hwio_fault_disturbed(hw);
	hwio_fault_free(hw);
	if (t->n_open)
		wrong = "a channel stays open";
	after = undisturbed(t);
	if (strcmp(after, truth) != 0)
		wrong = "the iLO has changed";
	free(after);
	free(truth);
	hwio_ilo_free(t);
	return wrong;
}

static void seeds(void)
{
	const char *range = getenv("DRYDOCK_SEEDS");
	unsigned long first = 1, last = 20;

	if (range)
		CHECK_INT(sscanf(range, "%lu-%lu", &first, &last), 2);
	for (unsigned long seed = first; seed <= last; seed++) {
		for (int gone = 0; gone <= 1; gone++) {
			const char *wrong;

			alarm(SEED_SECONDS);
			wrong = disturb(seed, gone);
			alarm(0);
			if (wrong)
				printf("# seed %lu%s: %s\n", seed, gone ? ", gone" : "", wrong);
			CHECK(!wrong);
		}
	}
	printf("# %u answers came, %u did not: seeds %lu-%lu, %llu calls disturbed\n", came, failed,
	       first, last, (unsigned long long)disturbed);
	CHECK(disturbed > 0);
	CHECK(came > failed);
	CHECK(failed > 0);
}

int main(void)
{
	TAP_RUN(seeds);
	return TAP_END();
}
