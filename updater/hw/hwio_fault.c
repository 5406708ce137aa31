/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/hwio_fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hw/hwio_fault_choice.h"
#include "hw/hwio_fault_clock.h"
#include "hw/hwio_fault_nodes.h"
#include "hw/http.h"
#include "hw/ioctl_table.h"

struct hwio_fault {
	struct hwio hw;
	struct hwio *inner;
	struct fault_clock clock;
	pthread_mutex_t lock; /* of what is below */
	struct fault_rule *rules;
	size_t rule_count;
	struct fault_seed seed;
	struct fault_nodes nodes;
	uint64_t calls, disturbed;
};

static struct hwio_fault *fault_of(const struct hwio *hw)
{
	return hw->priv;
}

static struct fault_node *node_of_path(struct hwio_fault *fault, const char *path)
{
	struct fault_node *node;

	pthread_mutex_lock(&fault->lock);
	node = fault_nodes_of_path(&fault->nodes, path);
	pthread_mutex_unlock(&fault->lock);
	return node;
}

static struct fault_node *node_of_fd(struct hwio_fault *fault, int fd)
{
	struct fault_node *node;

	pthread_mutex_lock(&fault->lock);
	node = fault_nodes_of_fd(&fault->nodes, fd);
	pthread_mutex_unlock(&fault->lock);
	return node;
}

/* The lock is held. */
static struct fault_choice choose(struct hwio_fault *fault, struct fault_node *node,
				  enum hwio_fault_call call, unsigned long request)
{
	struct fault_choice choice;

	if (fault_nodes_is_gone(&fault->nodes, node->path))
		return (struct fault_choice){ .kind = HWIO_FAULT_GONE };
	choice = fault_choose_by_rule(fault->rules, fault->rule_count, node->path, call, request);
	node->calls++;
	fault->calls += node->is_device;
	if (node->is_device && !choice.kind)
		choice = fault_choose_by_seed(&fault->seed, node->path, call, node->calls);
	fault->disturbed += choice.kind != 0;
	node->gone = choice.kind == HWIO_FAULT_GONE;
	return choice;
}

/* What becomes of this call. A stall is over when it returns. */
static struct fault_choice begin(struct hwio_fault *fault, struct fault_node *node,
				 enum hwio_fault_call call, unsigned long request)
{
	struct fault_choice choice = { 0 };

	fault_clock_seen(&fault->clock);
	if (!node)
		return choice; /* not opened through here */
	pthread_mutex_lock(&fault->lock);
	choice = choose(fault, node, call, request);
	pthread_mutex_unlock(&fault->lock);
	if (choice.kind == HWIO_FAULT_STALL)
		fault_clock_stall(&fault->clock, choice.stall_ms);
	return choice;
}

/* The answer of a call that is not done; 0 = it is to be done. */
static int refused(const struct fault_choice *choice)
{
	if (choice->kind == HWIO_FAULT_ERROR)
		return -choice->errnum;
	return choice->kind == HWIO_FAULT_GONE ? -ENODEV : 0;
}

/* The answer of a call that was done. */
static ssize_t answered(const struct fault_choice *choice, ssize_t answer)
{
	return choice->kind == HWIO_FAULT_LATE_ERROR ? -choice->errnum : answer;
}

static int remember_file(struct hwio_fault *fault, int fd, struct fault_node *node)
{
	bool done;

	pthread_mutex_lock(&fault->lock);
	done = fault_nodes_opened(&fault->nodes, fd, node);
	pthread_mutex_unlock(&fault->lock);
	return done ? 0 : -ENOMEM;
}

static int fault_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_fault *fault = fault_of(hw);
	struct fault_node *node = node_of_path(fault, path);
	struct fault_choice choice = begin(fault, node, HWIO_CALL_OPEN, 0);
	int rc, fd = refused(&choice);

	if (!node)
		return -ENOMEM;
	if (choice.kind == HWIO_FAULT_GONE)
		return -ENOENT;
	if (fd)
		return fd;
	fd = fault->inner->ops->open(fault->inner, path, flags);
	if (fd < 0)
		return (int)answered(&choice, fd);
	rc = (int)answered(&choice, 0);
	if (!rc)
		rc = remember_file(fault, fd, node);
	if (rc)
		fault->inner->ops->close(fault->inner, fd);
	return rc ? rc : fd;
}

static int fault_close(struct hwio *hw, int fd)
{
	struct hwio_fault *fault = fault_of(hw);

	pthread_mutex_lock(&fault->lock);
	fault_nodes_closed(&fault->nodes, fd);
	pthread_mutex_unlock(&fault->lock);
	return fault->inner->ops->close(fault->inner, fd);
}

/* Nothing came: zeros, so that a lie is the same every time. */
static void clear_input(unsigned long request, void *arg)
{
	struct ioctl_data data;

	ioctl_describe(request, arg, false, &data);
	for (size_t i = 0; i < data.count; i++)
		if (data.buffers[i].from_device)
			memset(data.buffers[i].data, 0, data.buffers[i].len);
}

static int fault_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct hwio_fault *fault = fault_of(hw);
	struct fault_choice choice = begin(fault, node_of_fd(fault, fd), HWIO_CALL_IOCTL, request);

	if (refused(&choice))
		return refused(&choice);
	if (choice.kind == HWIO_FAULT_LIE) {
		clear_input(request, arg);
		return 0;
	}
	return (int)answered(&choice, fault->inner->ops->ioctl(fault->inner, fd, request, arg));
}

static size_t moved(const struct fault_choice *choice, size_t size)
{
	return choice->kind == HWIO_FAULT_SHORT && size > 1 ? size / 2 : size;
}

static ssize_t fault_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio_fault *fault = fault_of(hw);
	struct fault_choice choice = begin(fault, node_of_fd(fault, fd), HWIO_CALL_READ, 0);

	if (refused(&choice))
		return refused(&choice);
	if (choice.kind == HWIO_FAULT_LIE) {
		memset(buf, 0, size);
		return (ssize_t)size;
	}
	return answered(&choice,
			fault->inner->ops->read(fault->inner, fd, buf, moved(&choice, size)));
}

static ssize_t fault_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct hwio_fault *fault = fault_of(hw);
	struct fault_choice choice = begin(fault, node_of_fd(fault, fd), HWIO_CALL_WRITE, 0);

	if (refused(&choice))
		return refused(&choice);
	if (choice.kind == HWIO_FAULT_LIE)
		return (ssize_t)size;
	return answered(&choice,
			fault->inner->ops->write(fault->inner, fd, buf, moved(&choice, size)));
}

static int fault_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct hwio_fault *fault = fault_of(hw);
	struct fault_choice choice = begin(fault, node_of_fd(fault, fd), HWIO_CALL_POLL, 0);

	if (refused(&choice))
		return refused(&choice);
	return (int)answered(&choice,
			     fault->inner->ops->poll(fault->inner, fd, events, timeout_ms));
}

static bool is_gone(struct hwio_fault *fault, const char *path)
{
	bool gone;

	pthread_mutex_lock(&fault->lock);
	gone = fault_nodes_is_gone(&fault->nodes, path);
	pthread_mutex_unlock(&fault->lock);
	return gone;
}

static int fault_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		      size_t *ret_count)
{
	struct hwio_fault *fault = fault_of(hw);
	size_t kept = 0;
	int rc;

	if (is_gone(fault, path))
		return -ENOENT;
	rc = fault->inner->ops->list(fault->inner, path, ret_names, ret_count);
	if (rc)
		return rc;
	for (size_t i = 0; i < *ret_count; i++)
		if (!is_gone(fault, (*ret_names)[i]))
			memmove((*ret_names)[kept++], (*ret_names)[i], HWIO_NAME_MAX);
	*ret_count = kept;
	return 0;
}

static ssize_t fault_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct hwio_fault *fault = fault_of(hw);

	if (is_gone(fault, path))
		return -ENOENT;
	return fault->inner->ops->readlink(fault->inner, path, buf, size);
}

static uint64_t fault_now_ms(struct hwio *hw)
{
	return fault_clock_now(&fault_of(hw)->clock);
}

static void fault_sleep_ms(struct hwio *hw, uint32_t ms)
{
	fault_clock_sleep(&fault_of(hw)->clock, ms);
}

static void fault_note(struct hwio *hw, const char *subject, const char *text)
{
	hwio_note(fault_of(hw)->inner, subject, text);
}

/* Parts of which only so much is there: the connection ends in the middle of them. */
struct cut_upload {
	const struct http_part *part;
	uint64_t end;
};

static int read_until_cut(void *ctx, uint64_t offset, uint8_t *buf, size_t len)
{
	const struct cut_upload *cut = ctx;

	if (offset + len > cut->end)
		return -EIO;
	if (cut->part->read)
		return cut->part->read(cut->part->ctx, offset, buf, len);
	memcpy(buf, (const uint8_t *)cut->part->data + offset, len);
	return 0;
}

/* The last part, which is the large one, ends at its half. */
static int cut_in_the_middle(struct hwio *inner, const struct http_request *request,
			     struct http_answer *ret)
{
	size_t last = request->part_count - 1;
	struct http_part *parts = calloc(request->part_count, sizeof(*parts));
	struct http_request cut = *request;
	struct cut_upload upload = { &request->parts[last], request->parts[last].size / 2 };
	int rc;

	if (!parts)
		return -ENOMEM;
	memcpy(parts, request->parts, request->part_count * sizeof(*parts));
	parts[last].data = NULL;
	parts[last].read = read_until_cut;
	parts[last].ctx = &upload;
	cut.parts = parts;
	rc = http_ask(inner, &cut, ret);
	free(parts);
	http_answer_free(ret);
	ret->status = 0;
	return rc && rc != -ECANCELED ? rc : -ECONNRESET;
}

/* Its answer, thrown away: only that something went out is known. */
static int without_answer(struct http_answer *ret, int rc)
{
	http_answer_free(ret);
	ret->status = 0;
	return rc;
}

static int lie(struct http_answer *ret)
{
	ret->head = strdup("");
	ret->body = strdup("");
	ret->status = 200;
	return ret->head && ret->body ? 0 : without_answer(ret, -ENOMEM);
}

static int fault_http(struct hwio *hw, const struct http_request *request, struct http_answer *ret)
{
	struct hwio_fault *fault = fault_of(hw);
	struct fault_node *node = node_of_path(fault, HWIO_HTTP);
	struct fault_choice choice = begin(fault, node, HWIO_CALL_HTTP, 0);
	int rc;

	if (!node)
		return -ENOMEM;
	switch (choice.kind) {
	case HWIO_FAULT_ERROR:
		return -choice.errnum;
	case HWIO_FAULT_GONE:
		return -ENETUNREACH;
	case HWIO_FAULT_LIE:
		return lie(ret);
	case HWIO_FAULT_SHORT:
		if (request->part_count)
			return cut_in_the_middle(fault->inner, request, ret);
		rc = http_ask(fault->inner, request, ret);
		return without_answer(ret, rc ? rc : -ECONNRESET);
	case HWIO_FAULT_LATE_ERROR:
		http_ask(fault->inner, request, ret);
		return without_answer(ret, -choice.errnum);
	case HWIO_FAULT_STALL:
		break;
	}
	return http_ask(fault->inner, request, ret);
}

/* A program is not disturbed: what it does goes past the seam. */
static int fault_run(struct hwio *hw, const struct box *box, struct box_end *ret)
{
	struct hwio *inner = fault_of(hw)->inner;

	return inner->ops->run ? inner->ops->run(inner, box, ret) : -ENOSYS;
}

static const struct hwio_ops fault_ops = {
	.name = "fault",
	.open = fault_open,
	.close = fault_close,
	.ioctl = fault_ioctl,
	.read = fault_read,
	.write = fault_write,
	.poll = fault_poll,
	.list = fault_list,
	.readlink = fault_readlink,
	.now_ms = fault_now_ms,
	.sleep_ms = fault_sleep_ms,
	.note = fault_note,
	.run = fault_run,
	.http = fault_http,
};

static int copy_rules(struct hwio_fault *fault, const struct hwio_fault_rule *rules, size_t count)
{
	fault->rules = calloc(count + 1, sizeof(*fault->rules));
	if (!fault->rules)
		return ERR_NOMEM;
	for (; fault->rule_count < count; fault->rule_count++) {
		const struct hwio_fault_rule *from = &rules[fault->rule_count];
		struct fault_rule *to = &fault->rules[fault->rule_count];

		to->rule = *from;
		to->path = from->path ? strdup(from->path) : NULL;
		if (from->path && !to->path)
			return ERR_NOMEM;
	}
	return 0;
}

int hwio_fault_new(struct hwio *inner, const struct hwio_fault_rule *rules, size_t count,
		   struct hwio **ret, struct err *err)
{
	struct hwio_fault *fault = calloc(1, sizeof(*fault));

	if (!fault)
		return err_set(err, ERR_NOMEM, "out of memory");
	fault->hw = (struct hwio){ .ops = &fault_ops, .priv = fault, .bmc = inner->bmc };
	fault->inner = inner;
	fault_clock_init(&fault->clock, inner);
	pthread_mutex_init(&fault->lock, NULL);
	if (copy_rules(fault, rules, count)) {
		hwio_fault_free(&fault->hw);
		return err_set(err, ERR_NOMEM, "out of memory");
	}
	*ret = &fault->hw;
	return 0;
}

int hwio_fault_new_seeded(struct hwio *inner, uint64_t seed, unsigned int one_in, bool gone,
			  struct hwio **ret, struct err *err)
{
	int rc = hwio_fault_new(inner, NULL, 0, ret, err);

	if (!rc)
		fault_of(*ret)->seed = (struct fault_seed){ seed, one_in, gone };
	return rc;
}

void hwio_fault_free(struct hwio *hw)
{
	struct hwio_fault *fault = hw ? fault_of(hw) : NULL;

	if (!fault)
		return;
	fault_nodes_free(&fault->nodes);
	for (size_t i = 0; i < fault->rule_count; i++)
		free(fault->rules[i].path);
	free(fault->rules);
	fault_clock_destroy(&fault->clock);
	pthread_mutex_destroy(&fault->lock);
	free(fault);
}

uint64_t hwio_fault_calls(const struct hwio *hw)
{
	struct hwio_fault *fault = fault_of(hw);
	uint64_t calls;

	pthread_mutex_lock(&fault->lock);
	calls = fault->calls;
	pthread_mutex_unlock(&fault->lock);
	return calls;
}

uint64_t hwio_fault_disturbed(const struct hwio *hw)
{
	struct hwio_fault *fault = fault_of(hw);
	uint64_t disturbed;

	pthread_mutex_lock(&fault->lock);
	disturbed = fault->disturbed;
	pthread_mutex_unlock(&fault->lock);
	return disturbed;
}
