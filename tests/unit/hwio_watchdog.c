/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_watchdog.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/ipmi.h>

#define IS_ATTRIBUTE (-1)
#define IS_BMC	     (-2)

static struct hwio_watchdog *lab_of(struct hwio *hw)
{
	return hw->priv;
}

/* -- time ----------------------------------------------------------------- */

static uint64_t bmc_deadline(const struct hwio_bmc *bmc)
{
	uint64_t whole = bmc->present_ms ? bmc->present_ms : bmc->initial_counts * 100u;

	return bmc->reset_ms + whole;
}

/* What has run out by now has bitten, whenever it is asked. */
static void look_at_timers(struct hwio_watchdog *lab)
{
	struct hwio_bmc *bmc = &lab->bmc;

	for (size_t i = 0; i < HWIO_WATCHDOG_DOGS; i++) {
		struct hwio_dog *dog = &lab->dog[i];

		if (dog->exists && dog->active && !dog->kernel_feeds &&
		    lab->now_ms >= dog->fed_ms + 1000ull * dog->timeout_s)
			dog->bitten = true;
	}
	if (!bmc->running)
		return;
	if (bmc->action & 0x70 && lab->now_ms + 1000ull * bmc->pretimeout_s >= bmc_deadline(bmc))
		bmc->interrupted = true;
	if (lab->now_ms >= bmc_deadline(bmc))
		bmc->bitten = true;
}

static uint64_t next_wake(const struct hwio_watchdog *lab, uint64_t latest)
{
	for (unsigned int i = 0; i < lab->waiting; i++)
		if (lab->wake_ms[i] < latest)
			latest = lab->wake_ms[i];
	return latest;
}

void hwio_watchdog_pass(struct hwio_watchdog *lab, unsigned int threads, uint64_t ms)
{
	uint64_t end;

	pthread_mutex_lock(&lab->lock);
	end = lab->now_ms + ms;
	for (;;) {
		/* A thread that is woken takes itself off the list before it goes on. */
		while (lab->waiting < threads || next_wake(lab, end + 1) <= lab->now_ms)
			pthread_cond_wait(&lab->moved, &lab->lock);
		if (lab->now_ms >= end)
			break;
		lab->now_ms = next_wake(lab, end);
		look_at_timers(lab);
		pthread_cond_broadcast(&lab->moved);
	}
	pthread_mutex_unlock(&lab->lock);
}

void hwio_watchdog_release(struct hwio_watchdog *lab)
{
	pthread_mutex_lock(&lab->lock);
	lab->released = true;
	pthread_cond_broadcast(&lab->moved);
	pthread_mutex_unlock(&lab->lock);
}

/* Under the lock. */
static void wait_until(struct hwio_watchdog *lab, uint64_t wake_ms, bool sleeps)
{
	unsigned int slot;

	if (sleeps && lab->released)
		return;
	if (lab->released || pthread_equal(pthread_self(), lab->owner)) {
		lab->now_ms = wake_ms > lab->now_ms ? wake_ms : lab->now_ms;
		look_at_timers(lab);
		pthread_cond_broadcast(&lab->moved);
		return;
	}
	slot = lab->waiting++;
	lab->wake_ms[slot] = wake_ms;
	pthread_cond_broadcast(&lab->moved);
	while (lab->now_ms < wake_ms && !lab->released)
		pthread_cond_wait(&lab->moved, &lab->lock);
	/* Slots are told apart by their time alone, which is all that counts. */
	for (slot = 0; slot < lab->waiting && lab->wake_ms[slot] != wake_ms; slot++)
		;
	lab->wake_ms[slot] = lab->wake_ms[--lab->waiting];
	pthread_cond_broadcast(&lab->moved);
}

static void lab_sleep_ms(struct hwio *hw, uint32_t ms)
{
	struct hwio_watchdog *lab = lab_of(hw);

	pthread_mutex_lock(&lab->lock);
	wait_until(lab, lab->now_ms + ms, true);
	pthread_mutex_unlock(&lab->lock);
}

static uint64_t lab_now_ms(struct hwio *hw)
{
	struct hwio_watchdog *lab = lab_of(hw);
	uint64_t now;

	pthread_mutex_lock(&lab->lock);
	now = lab->now_ms;
	pthread_mutex_unlock(&lab->lock);
	return now;
}

/* -- files ---------------------------------------------------------------- */

static bool attribute(const struct hwio_dog *dog, const char *name, char *text, size_t size)
{
	if (!strcmp(name, "state") && !dog->no_state)
		snprintf(text, size, "%s\n", dog->active ? "active" : "inactive");
	else if (!strcmp(name, "timeout"))
		snprintf(text, size, "%u\n", dog->timeout_s);
	else if (!strcmp(name, "pretimeout") && dog->pretimeout_s)
		snprintf(text, size, "%u\n", dog->pretimeout_s);
	else if (!strcmp(name, "nowayout"))
		snprintf(text, size, "%d\n", dog->nowayout);
	else if (!strcmp(name, "identity"))
		snprintf(text, size, "Test dog\n");
	else
		return false;
	return true;
}

static int new_fd(struct hwio_watchdog *lab, int dog)
{
	for (int fd = 0; fd < 32; fd++)
		if (!lab->fd[fd].used) {
			memset(&lab->fd[fd], 0, sizeof(lab->fd[fd]));
			lab->fd[fd].used = true;
			lab->fd[fd].dog = dog;
			lab->n_open++;
			return fd;
		}
	return -EMFILE;
}

/* watchdog_open(): it is started, unless it is active already. */
static int open_dog(struct hwio_watchdog *lab, unsigned int index)
{
	struct hwio_dog *dog = &lab->dog[index];

	if (dog->open)
		return -EBUSY;
	if (dog->open_errno)
		return -dog->open_errno;
	if (!dog->active) {
		dog->active = true;
		dog->kernel_feeds = false;
		dog->fed_ms = lab->now_ms;
	}
	dog->open = true;
	dog->magic = false;
	dog->opened++;
	return new_fd(lab, (int)index);
}

static int open_locked(struct hwio_watchdog *lab, const char *path)
{
	unsigned int index;
	char text[64], name[32];
	int fd;

	if (!strcmp(path, "/dev/ipmi0") && lab->bmc.exists)
		return lab->bmc.open_errno ? -lab->bmc.open_errno : new_fd(lab, IS_BMC);
	if (sscanf(path, "/dev/watchdog%u", &index) == 1 && index < HWIO_WATCHDOG_DOGS &&
	    lab->dog[index].exists)
		return open_dog(lab, index);
	if (sscanf(path, "/sys/class/watchdog/watchdog%u/%31s", &index, name) != 2 ||
	    index >= HWIO_WATCHDOG_DOGS || !lab->dog[index].exists ||
	    !attribute(&lab->dog[index], name, text, sizeof(text)))
		return -ENOENT;
	fd = new_fd(lab, IS_ATTRIBUTE);
	memcpy(lab->fd[fd].text, text, sizeof(text));
	return fd;
}

static int lab_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_watchdog *lab = lab_of(hw);
	int fd;

	(void)flags;
	pthread_mutex_lock(&lab->lock);
	fd = open_locked(lab, path);
	pthread_mutex_unlock(&lab->lock);
	return fd;
}

/* watchdog_release() */
static void close_dog(struct hwio_watchdog *lab, struct hwio_dog *dog)
{
	dog->open = false;
	if (dog->magic && !dog->nowayout) {
		dog->active = false;
		dog->kernel_feeds = dog->no_stop;
		return;
	}
	dog->fed_ms = lab->now_ms;
}

static int lab_close(struct hwio *hw, int fd)
{
	struct hwio_watchdog *lab = lab_of(hw);

	pthread_mutex_lock(&lab->lock);
	if (fd < 0 || !lab->fd[fd].used)
		abort();
	lab->fd[fd].used = false;
	lab->n_open--;
	if (lab->fd[fd].dog >= 0)
		close_dog(lab, &lab->dog[lab->fd[fd].dog]);
	pthread_mutex_unlock(&lab->lock);
	return 0;
}

static ssize_t lab_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio_watchdog *lab = lab_of(hw);
	size_t left = strlen(lab->fd[fd].text) - lab->fd[fd].offset;
	size_t len = size < left ? size : left;

	memcpy(buf, lab->fd[fd].text + lab->fd[fd].offset, len);
	lab->fd[fd].offset += len;
	return (ssize_t)len;
}

/* watchdog_write() */
static ssize_t write_dog(struct hwio_watchdog *lab, struct hwio_dog *dog, const char *bytes,
			 size_t size)
{
	dog->magic = memchr(bytes, 'V', size) != NULL;
	if (dog->write_errno)
		return -dog->write_errno;
	if (lab->now_ms - dog->fed_ms > dog->longest_ms)
		dog->longest_ms = lab->now_ms - dog->fed_ms;
	dog->fed_ms = lab->now_ms;
	dog->fed++;
	return (ssize_t)size;
}

static ssize_t lab_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct hwio_watchdog *lab = lab_of(hw);
	ssize_t len = -EBADF;

	pthread_mutex_lock(&lab->lock);
	if (lab->fd[fd].dog >= 0)
		len = write_dog(lab, &lab->dog[lab->fd[fd].dog], buf, size);
	pthread_mutex_unlock(&lab->lock);
	return len;
}

static int lab_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
		    size_t *ret_count)
{
	struct hwio_watchdog *lab = lab_of(hw);
	char(*names)[HWIO_NAME_MAX] = calloc(HWIO_WATCHDOG_DOGS, HWIO_NAME_MAX);
	size_t count = 0;

	if (!names)
		abort();
	for (unsigned int i = 0; i < HWIO_WATCHDOG_DOGS; i++)
		if (lab->dog[i].exists)
			snprintf(names[count++], HWIO_NAME_MAX, "watchdog%u", i);
	if (strcmp(path, "/sys/class/watchdog") != 0 || !count) {
		free(names);
		return -ENOENT;
	}
	*ret_names = names;
	*ret_count = count;
	return 0;
}

/* -- the BMC -------------------------------------------------------------- */

static uint16_t present_counts(const struct hwio_watchdog *lab)
{
	uint64_t end = bmc_deadline(&lab->bmc);

	if (!lab->bmc.running)
		return lab->bmc.stopped_counts ? lab->bmc.stopped_counts : lab->bmc.initial_counts;
	return end > lab->now_ms ? (uint16_t)((end - lab->now_ms) / 100) : 0;
}

/* §27.5: it takes no reset behind its pre-timeout; what is stopped is started; 0 fires at once. */
static void reset_timer(struct hwio_watchdog *lab)
{
	struct hwio_bmc *bmc = &lab->bmc;

	bmc->resets++;
	if (bmc->interrupted || bmc->deaf)
		return;
	bmc->running = true;
	bmc->reset_ms = lab->now_ms;
	bmc->present_ms = 0;
	if (!bmc->initial_counts)
		bmc->bitten = true;
}

static uint16_t answer(struct hwio_watchdog *lab, const struct ipmi_msg *msg, uint8_t *data)
{
	struct hwio_bmc *bmc = &lab->bmc;
	uint16_t present = present_counts(lab);

	data[0] = bmc->no_watchdog ? 0xc1 : 0;
	bmc->others += msg->netfn != 6 || (msg->cmd != 0x22 && msg->cmd != 0x25);
	if (bmc->no_watchdog || msg->netfn != 6)
		return 1;
	if (msg->cmd == 0x22)
		reset_timer(lab);
	if (msg->cmd != 0x25)
		return 1;
	bmc->gets++;
	data[1] = (uint8_t)(bmc->use | (bmc->running && !bmc->mute ? 0x40 : 0));
	data[2] = bmc->action;
	data[3] = bmc->pretimeout_s;
	data[5] = (uint8_t)bmc->initial_counts;
	data[6] = (uint8_t)(bmc->initial_counts >> 8);
	data[7] = (uint8_t)present;
	data[8] = (uint8_t)(present >> 8);
	return 9;
}

static void enqueue(struct hwio_bmc *bmc, long id, const struct ipmi_msg *msg, const uint8_t *data,
		    uint16_t len)
{
	size_t i = bmc->queued++;

	if (i >= sizeof(bmc->queue) / sizeof(*bmc->queue))
		abort();
	bmc->queue[i].id = id;
	bmc->queue[i].netfn = msg->netfn | 1;
	bmc->queue[i].cmd = msg->cmd;
	bmc->queue[i].len = len;
	memcpy(bmc->queue[i].data, data, len);
}

static int send_to_bmc(struct hwio_watchdog *lab, const struct ipmi_req *req)
{
	static const uint8_t old[9] = { 0, 0x44, 0x01, 0, 0, 1, 0, 1, 0 };
	uint8_t data[16] = { 0 };
	uint16_t len;

	if (lab->bmc.send_errno)
		return -lab->bmc.send_errno;
	if (lab->bmc.silent)
		return 0;
	len = answer(lab, &req->msg, data);
	if (lab->bmc.late)
		enqueue(&lab->bmc, req->msgid - 1, &req->msg, old, sizeof(old));
	enqueue(&lab->bmc, req->msgid, &req->msg, data, len);
	return 0;
}

static int receive(struct hwio_bmc *bmc, struct ipmi_recv *recv)
{
	if (!bmc->queued)
		return -EAGAIN;
	if (recv->msg.data_len < bmc->queue[0].len)
		abort();
	recv->recv_type = IPMI_RESPONSE_RECV_TYPE;
	recv->msgid = bmc->queue[0].id;
	recv->msg.netfn = bmc->queue[0].netfn;
	recv->msg.cmd = bmc->queue[0].cmd;
	recv->msg.data_len = bmc->queue[0].len;
	memcpy(recv->msg.data, bmc->queue[0].data, bmc->queue[0].len);
	memmove(bmc->queue, bmc->queue + 1, sizeof(*bmc->queue) * --bmc->queued);
	return 0;
}

static int lab_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct hwio_watchdog *lab = lab_of(hw);
	int rc = -ENOTTY;

	pthread_mutex_lock(&lab->lock);
	if (lab->fd[fd].dog == IS_BMC && request == IPMICTL_SEND_COMMAND)
		rc = send_to_bmc(lab, arg);
	else if (lab->fd[fd].dog == IS_BMC && request == IPMICTL_RECEIVE_MSG_TRUNC)
		rc = receive(&lab->bmc, arg);
	pthread_mutex_unlock(&lab->lock);
	return rc;
}

static int lab_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct hwio_watchdog *lab = lab_of(hw);
	int rc;

	if (lab->fd[fd].dog != IS_BMC || events != POLLIN || timeout_ms < 0)
		abort();
	pthread_mutex_lock(&lab->lock);
	if (!lab->bmc.queued)
		wait_until(lab, lab->now_ms + (unsigned int)timeout_ms, false);
	rc = lab->bmc.queued > 0;
	pthread_mutex_unlock(&lab->lock);
	return rc;
}

static const struct hwio_ops lab_ops = {
	.name = "watchdog-lab",
	.open = lab_open,
	.close = lab_close,
	.ioctl = lab_ioctl,
	.read = lab_read,
	.write = lab_write,
	.poll = lab_poll,
	.list = lab_list,
	.now_ms = lab_now_ms,
	.sleep_ms = lab_sleep_ms,
};

struct hwio_watchdog *hwio_watchdog_new(void)
{
	struct hwio_watchdog *lab = calloc(1, sizeof(*lab));

	if (!lab)
		abort();
	lab->hw.ops = &lab_ops;
	lab->hw.priv = lab;
	lab->now_ms = 1000000;
	lab->owner = pthread_self();
	pthread_mutex_init(&lab->lock, NULL);
	pthread_cond_init(&lab->moved, NULL);
	return lab;
}

void hwio_watchdog_free(struct hwio_watchdog *lab)
{
	pthread_mutex_destroy(&lab->lock);
	pthread_cond_destroy(&lab->moved);
	free(lab);
}
