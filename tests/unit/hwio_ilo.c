/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hwio_ilo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hwio_ilo_http.h"
#include "ilo/ilo_internal.h"

#define FOLDER	     "/dev/hpilo"
#define STEP_MS	     1000u /* a reset within a wait is seen soon */
#define READ_WAIT_MS 2000u /* hpilo's read(): 20 times 100 ms, O_NONBLOCK or not */
#define VERIFY_MS    10u   /* its test packet in open() */

static struct hwio_ilo *of(struct hwio *hw)
{
	return hw->priv;
}

static bool is_other(const struct hwio_ilo *t, int fd)
{
	return t->other && fd >= HWIO_ILO_OTHER;
}

static struct hwio_ilo_channel *channel_of(struct hwio_ilo *t, int fd)
{
	if (fd < 0 || fd >= HWIO_ILO_CHANNELS || !t->channel[fd].open)
		abort(); /* not opened */
	return &t->channel[fd];
}

static void wait_locked(struct hwio_ilo *t, uint64_t ms)
{
	for (uint64_t step; ms; ms -= step) {
		step = ms < STEP_MS ? ms : STEP_MS;
		t->now_ms += step;
		ilo_tick(t->ilo, step);
	}
}

void hwio_ilo_wait(struct hwio_ilo *t, uint64_t ms)
{
	pthread_mutex_lock(&t->lock);
	wait_locked(t, ms);
	pthread_mutex_unlock(&t->lock);
}

/*
 * hpilo's ilo_set_reset(): every open channel, whoever has it. A real iLO that is asked to restart
 * answers first.
 */
static void reset_channels(struct hwio_ilo *t)
{
	t->resets++;
	for (size_t i = 0; i < HWIO_ILO_CHANNELS; i++) {
		struct hwio_ilo_channel *ch = &t->channel[i];

		ch->reset_next = ch->asking;
		ch->reset = ch->open && !ch->asking;
		ch->count = 0;
	}
}

static void went_down(void *ctx, bool virtual_media)
{
	struct hwio_ilo *t = ctx;

	reset_channels(t);
	if (t->events.down)
		t->events.down(t->events.ctx, virtual_media);
}

static void came_up(void *ctx)
{
	struct hwio_ilo *t = ctx;

	if (t->events.up)
		t->events.up(t->events.ctx);
}

static bool is_down(const struct hwio_ilo *t)
{
	return t->now_ms < t->down_until_ms || ilo_is_down(t->ilo);
}

static void count_call(struct hwio_ilo *t)
{
	if (++t->calls != t->reset_at)
		return;
	t->down_until_ms = t->now_ms + t->reset_ms;
	reset_channels(t);
}

static bool take_one(unsigned int *left)
{
	return *left && (*left)--;
}

static void enqueue(struct hwio_ilo *t, struct hwio_ilo_channel *ch, const uint8_t *bytes,
		    size_t len)
{
	struct hwio_ilo_packet *packet = &ch->queue[(ch->head + ch->count++) % HWIO_ILO_QUEUE];

	memset(packet->bytes, 0xee, sizeof(packet->bytes));
	memcpy(packet->bytes, bytes, len);
	packet->len = t->exact ? len : (len + 7) / 8 * 8;
	if (packet->len > HWIO_ILO_PACKET)
		packet->len = HWIO_ILO_PACKET;
	packet->ready_ms = t->now_ms + t->answer_ms;
}

/* The answer to a question that nobody remembers: Get status, sequence 0xeeee. */
static void leave_stale(struct hwio_ilo *t, struct hwio_ilo_channel *ch)
{
	static const uint8_t packet[12] = { 12, 0, 0xee, 0xee, 0x02, 0x80, 0, 0 };

	for (unsigned int i = 0; i < t->stale && ch->count < HWIO_ILO_QUEUE; i++)
		enqueue(t, ch, packet, sizeof(packet));
}

static bool any_reset(const struct hwio_ilo *t)
{
	for (size_t i = 0; i < HWIO_ILO_CHANNELS; i++)
		if (t->channel[i].reset)
			return true;
	return false;
}

static int open_channel(struct hwio_ilo *t, unsigned int index, int flags)
{
	struct hwio_ilo_channel *ch = &t->channel[index];

	count_call(t);
	t->opens++;
	if (t->open_errnum)
		return -t->open_errnum;
	if (ch->open || t->taken & (1u << index) || take_one(&t->busy))
		return -EBUSY;
	if (is_down(t) || any_reset(t)) {
		wait_locked(t, VERIFY_MS);
		return -EBUSY; /* "Open could not dequeue a packet" */
	}
	*ch = (struct hwio_ilo_channel){ .open = true, .exclusive = flags & O_EXCL };
	leave_stale(t, ch);
	t->n_open++;
	return (int)index;
}

static int ilo_seam_open(struct hwio *hw, const char *path, int flags)
{
	struct hwio_ilo *t = of(hw);
	unsigned int index;
	char end;
	int rc = -ENOENT;

	if (strncmp(path, FOLDER "/", sizeof(FOLDER)) != 0) {
		rc = t->other ? t->other->ops->open(t->other, path, flags) : -ENOENT;
		return rc < 0 ? rc : rc + HWIO_ILO_OTHER;
	}
	pthread_mutex_lock(&t->lock);
	if (sscanf(path, FOLDER "/d0ccb%u%c", &index, &end) == 1 && index < t->channels)
		rc = open_channel(t, index, flags);
	pthread_mutex_unlock(&t->lock);
	return rc;
}

static int ilo_seam_close(struct hwio *hw, int fd)
{
	struct hwio_ilo *t = of(hw);

	if (is_other(t, fd))
		return t->other->ops->close(t->other, fd - HWIO_ILO_OTHER);
	pthread_mutex_lock(&t->lock);
	*channel_of(t, fd) = (struct hwio_ilo_channel){ 0 };
	t->n_open--;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

static int ilo_seam_ioctl(struct hwio *hw, int fd, unsigned long request, void *arg)
{
	struct hwio_ilo *t = of(hw);

	if (is_other(t, fd))
		return t->other->ops->ioctl(t->other, fd - HWIO_ILO_OTHER, request, arg);
	return -ENOTTY;
}

static bool is_ready(const struct hwio_ilo *t, const struct hwio_ilo_channel *ch)
{
	return ch->reset || (ch->count && ch->queue[ch->head].ready_ms <= t->now_ms);
}

/* Until there is something to be had on the channel, or the time is over. */
static void wait_for(struct hwio_ilo *t, const struct hwio_ilo_channel *ch, uint64_t ms)
{
	const uint64_t end = t->now_ms + ms;

	while (!is_ready(t, ch) && t->now_ms < end) {
		uint64_t left = end - t->now_ms;
		uint64_t due = ch->count ? ch->queue[ch->head].ready_ms - t->now_ms : left;

		left = due < left ? due : left;
		wait_locked(t, left < STEP_MS ? left : STEP_MS);
	}
}

static ssize_t read_packet(struct hwio_ilo *t, struct hwio_ilo_channel *ch, void *buf, size_t size)
{
	const struct hwio_ilo_packet *packet = &ch->queue[ch->head];

	count_call(t);
	if (!ch->reset)
		wait_for(t, ch, READ_WAIT_MS);
	if (ch->reset)
		return -ENODEV;
	if (!is_ready(t, ch))
		return -EAGAIN;
	size = packet->len < size ? packet->len : size;
	memcpy(buf, packet->bytes, size);
	ch->head = (ch->head + 1) % HWIO_ILO_QUEUE;
	ch->count--;
	ch->reset = ch->reset_next && !ch->count;
	return (ssize_t)size;
}

static ssize_t ilo_seam_read(struct hwio *hw, int fd, void *buf, size_t size)
{
	struct hwio_ilo *t = of(hw);
	ssize_t len;

	if (is_other(t, fd))
		return t->other->ops->read(t->other, fd - HWIO_ILO_OTHER, buf, size);
	pthread_mutex_lock(&t->lock);
	len = read_packet(t, channel_of(t, fd), buf, size);
	pthread_mutex_unlock(&t->lock);
	return len;
}

static ssize_t write_packet(struct hwio_ilo *t, struct hwio_ilo_channel *ch, const void *buf,
			    size_t size)
{
	uint8_t answer[HWIO_ILO_PACKET];
	size_t len;

	count_call(t);
	if (ch->reset)
		return -ENODEV;
	if (ch->count == HWIO_ILO_QUEUE || take_one(&t->busy))
		return -EBUSY;
	size = size < HWIO_ILO_PACKET ? size : HWIO_ILO_PACKET;
	t->packets++;
	ch->asking = true;
	len = ilo_chif_packet(t->ilo, buf, size, answer);
	ch->asking = false;
	if (len && t->twist)
		len = t->twist(t->twist_ctx, buf, answer, len);
	if (len && !take_one(&t->silent))
		enqueue(t, ch, answer, len);
	ch->reset = ch->reset_next && !ch->count;
	return (ssize_t)size;
}

static ssize_t ilo_seam_write(struct hwio *hw, int fd, const void *buf, size_t size)
{
	struct hwio_ilo *t = of(hw);
	ssize_t len;

	if (is_other(t, fd))
		return t->other->ops->write(t->other, fd - HWIO_ILO_OTHER, buf, size);
	pthread_mutex_lock(&t->lock);
	len = write_packet(t, channel_of(t, fd), buf, size);
	pthread_mutex_unlock(&t->lock);
	return len;
}

static ssize_t ilo_seam_pread(struct hwio *hw, int fd, void *buf, size_t size, uint64_t offset)
{
	struct hwio_ilo *t = of(hw);

	if (is_other(t, fd) && t->other->ops->pread)
		return t->other->ops->pread(t->other, fd - HWIO_ILO_OTHER, buf, size, offset);
	return -ESPIPE;
}

/* Never POLLOUT: the driver does not tell. */
static int ilo_seam_poll(struct hwio *hw, int fd, short events, int timeout_ms)
{
	struct hwio_ilo *t = of(hw);
	struct hwio_ilo_channel *ch;
	bool ready;

	if (is_other(t, fd))
		return t->other->ops->poll(t->other, fd - HWIO_ILO_OTHER, events, timeout_ms);
	if (events != POLLIN || timeout_ms < 0)
		abort(); /* it would wait for ever */
	pthread_mutex_lock(&t->lock);
	ch = channel_of(t, fd);
	count_call(t);
	wait_for(t, ch, (uint64_t)timeout_ms);
	ready = is_ready(t, ch);
	pthread_mutex_unlock(&t->lock);
	return ready;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int ilo_seam_list(struct hwio *hw, const char *path, char (**ret_names)[HWIO_NAME_MAX],
			 size_t *ret_count)
{
	struct hwio_ilo *t = of(hw);
	char(*names)[HWIO_NAME_MAX];

	if (strcmp(path, FOLDER) != 0)
		return t->other ? t->other->ops->list(t->other, path, ret_names, ret_count)
				: -ENOENT;
	if (!t->channels)
		return -ENOENT;
	names = calloc(t->channels, HWIO_NAME_MAX);
	if (!names)
		return -ENOMEM;
	for (unsigned int i = 0; i < t->channels; i++)
		snprintf(names[i], HWIO_NAME_MAX, "d0ccb%u", i);
	qsort(names, t->channels, HWIO_NAME_MAX, by_name);
	*ret_names = names;
	*ret_count = t->channels;
	return 0;
}

static ssize_t ilo_seam_readlink(struct hwio *hw, const char *path, char *buf, size_t size)
{
	struct hwio_ilo *t = of(hw);

	return t->other ? t->other->ops->readlink(t->other, path, buf, size) : -ENOENT;
}

static uint64_t ilo_seam_now_ms(struct hwio *hw)
{
	struct hwio_ilo *t = of(hw);
	uint64_t now_ms;

	pthread_mutex_lock(&t->lock);
	now_ms = t->now_ms;
	pthread_mutex_unlock(&t->lock);
	return now_ms;
}

static void ilo_seam_sleep_ms(struct hwio *hw, uint32_t ms)
{
	hwio_ilo_wait(of(hw), ms);
}

static int ilo_seam_http(struct hwio *hw, const struct http_request *request,
			 struct http_answer *ret)
{
	struct hwio_ilo *t = of(hw);

	return hwio_ilo_http(t, is_down(t), request, ret);
}

static const struct hwio_ops ilo_ops = {
	.name = "ilo-lab",
	.open = ilo_seam_open,
	.close = ilo_seam_close,
	.ioctl = ilo_seam_ioctl,
	.read = ilo_seam_read,
	.write = ilo_seam_write,
	.pread = ilo_seam_pread,
	.poll = ilo_seam_poll,
	.list = ilo_seam_list,
	.readlink = ilo_seam_readlink,
	.now_ms = ilo_seam_now_ms,
	.sleep_ms = ilo_seam_sleep_ms,
	.http = ilo_seam_http,
};

struct hwio_ilo *hwio_ilo_new(const struct ilo_settings *settings)
{
	struct hwio_ilo *t = calloc(1, sizeof(*t));
	struct ilo_settings own = *settings;

	if (!t)
		abort();
	t->hw = (struct hwio){ .ops = &ilo_ops, .priv = t };
	pthread_mutex_init(&t->lock, NULL);
	t->now_ms = 1000;
	t->events = settings->events;
	t->answer_ms = 5;
	t->reset_ms = 60000;
	t->http_ms = 20;
	t->mib_ms = 100;
	snprintf(t->pin, sizeof(t->pin), "%s", HWIO_ILO_PIN);
	own.events = (struct ilo_events){ .down = went_down, .up = came_up, .ctx = t };
	t->ilo = ilo_new(&own);
	if (!t->ilo)
		abort();
	t->channels = t->ilo->gen->chif ? 16 : 0;
	return t;
}

void hwio_ilo_free(struct hwio_ilo *t)
{
	ilo_free(t->ilo);
	pthread_mutex_destroy(&t->lock);
	free(t);
}
