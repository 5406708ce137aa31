/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line that stays last, as a terminal gets it: through a pipe in the place of the device. */
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"
#include "temp_tree.h"
#include "ui/console.h"

#define ERASE "\r\033[K"

struct scene {
	struct temp_tree tree;
	char path[128];
	int fd;
	struct console *console;
	char got[4096];
	size_t len;
};

static void begin(struct scene *scene)
{
	struct opt_list devices = { 0 };
	struct err err = { 0 };

	*scene = (struct scene){ .tree = temp_tree_make() };
	snprintf(scene->path, sizeof(scene->path), "%s/tty", scene->tree.dir);
	CHECK_INT(mkfifo(scene->path, 0600), 0);
	scene->fd = open(scene->path, O_RDONLY | O_NONBLOCK);
	devices.items[devices.count++] = scene->path;
	CHECK_INT(console_open(&devices, &scene->console, &err), 0);
}

/* All that arrives until the console is closed. */
static const char *end(struct scene *scene)
{
	ssize_t len;

	console_close(scene->console);
	while ((len = read(scene->fd, scene->got + scene->len,
			   sizeof(scene->got) - 1 - scene->len)) > 0)
		scene->len += (size_t)len;
	scene->got[scene->len] = '\0';
	close(scene->fd);
	temp_tree_remove(&scene->tree);
	return scene->got;
}

static void test_stays_last(void)
{
	struct scene scene;

	begin(&scene);
	console_say(scene.console, "one");
	console_set_status(scene.console, "Safe: YES");
	console_say(scene.console, "two\nthree");
	CHECK_STR(end(&scene), "one\r\nSafe: YES" ERASE "two\r\nthree\r\nSafe: YES\r\n");
}

static void test_changes_in_place(void)
{
	struct scene scene;

	begin(&scene);
	console_set_status(scene.console, "Safe: YES");
	console_set_status(scene.console, "Safe: NO");
	console_set_status(scene.console, "Safe: NO");
	console_set_status(scene.console, NULL);
	console_say(scene.console, "end");
	CHECK_STR(end(&scene), "Safe: YES" ERASE "Safe: NO\r\nend\r\n");
}

/* More than a line could not be erased again, and a device's name must not move the cursor. */
static void test_one_line(void)
{
	char longer[200];
	struct scene scene;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	longer[3] = '\n';
	begin(&scene);
	console_set_status(scene.console, longer);
	end(&scene);
	CHECK_INT(scene.len, CONSOLE_STATUS_MAX + 2);
	CHECK(scene.got[3] == '?');
}

/* A file has no cursor: the line comes once for each change. */
static void test_transcript(void)
{
	struct scene scene;
	struct err err = { 0 };
	char path[128];
	char *text;

	begin(&scene);
	snprintf(path, sizeof(path), "%s/console.txt", scene.tree.dir);
	CHECK_INT(console_add_transcript(scene.console, path, &err), 0);
	console_set_status(scene.console, "Safe: YES");
	console_say(scene.console, "one");
	console_say(scene.console, "two");
	console_set_status(scene.console, "Safe: NO");
	text = temp_tree_read(&scene.tree, "/console.txt");
	CHECK_STR(text, "Safe: YES\none\ntwo\nSafe: NO\n");
	free(text);
	end(&scene);
}

int main(void)
{
	TAP_RUN(test_stays_last);
	TAP_RUN(test_changes_in_place);
	TAP_RUN(test_one_line);
	TAP_RUN(test_transcript);
	return TAP_END();
}
