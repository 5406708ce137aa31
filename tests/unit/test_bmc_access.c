/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the operator says about the way to a BMC: files, addresses, pins, the terminal. */
#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "hw/bmc_options.h"
#include "tap.h"
#include "temp_tree.h"

#define SECRET "p4ss=w:rd#\xc3\xa4"

static int read_text(const char *text, mode_t mode, struct bmc_access *ret, struct err *err)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	char path[128];

	temp_tree_text(&tree, "/login", text);
	snprintf(path, sizeof(path), "%s/login", tree.dir);
	CHECK_INT(chmod(path, mode), 0);
	*ret = (struct bmc_access){ .url = "https://kept", .user = "before", .password = "before" };
	return bmc_access_read_file(path, ret, err);
}

static void good_files(void)
{
	static const char *const texts[] = {
		"user=admin\npassword=" SECRET "\n",
		"password=" SECRET "\r\nuser=admin",
		"# the iLO of rack 7\n\nuser=admin\npassword=" SECRET "\n\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct bmc_access access;
		struct err err = { 0 };

		CHECK_INT(read_text(texts[i], i ? 0600 : 0400, &access, &err), 0);
		CHECK_STR(access.user, "admin");
		CHECK_STR(access.password, SECRET);
		CHECK_STR(access.url, "https://kept");
	}
}

/* What is wrong is told; what is in it is not, and nothing of it is kept. */
static void bad_files(void)
{
	static const struct {
		const char *text, *says;
		mode_t mode;
		int want;
	} rows[] = {
		{ "user=admin\npassword=" SECRET "\n", "chmod 600", 0640, ERR_POLICY },
		{ "user=admin\npassword=" SECRET "\n", "chmod 600", 0604, ERR_POLICY },
		{ "user=admin\n" SECRET "\n", "line 2", 0600, ERR_FORMAT },
		{ "user=" SECRET "\npassword=\n", "line 2", 0600, ERR_FORMAT },
		{ "user=a\nuser=b\npassword=" SECRET "\n", "line 2", 0600, ERR_FORMAT },
		{ "password=" SECRET "\n", "user=", 0600, ERR_FORMAT },
		{ "user=admin\n", "password=", 0600, ERR_FORMAT },
		{ "", "missing", 0600, ERR_FORMAT },
	};
	char large[2000];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bmc_access access;
		struct err err = { 0 };

		CHECK_INT(read_text(rows[i].text, rows[i].mode, &access, &err), rows[i].want);
		CHECK_CONTAINS(err.text, rows[i].says);
		CHECK(!strstr(err.text, SECRET));
		CHECK(rows[i].want == ERR_POLICY || (!access.user[0] && !access.password[0]));
	}
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	for (size_t len = 140; len <= sizeof(large); len += 900) {
		char text[2100];
		struct bmc_access access;
		struct err err = { 0 };

		snprintf(text, sizeof(text), "user=a\npassword=%.*s", (int)len, large);
		CHECK_INT(read_text(text, 0600, &access, &err), ERR_FORMAT);
		CHECK(!access.password[0]);
	}
	CHECK_INT(bmc_access_read_file("/nonexistent/x", &(struct bmc_access){ 0 }, NULL),
		  ERR_NOT_FOUND);
	CHECK_INT(bmc_access_read_file("/tmp", &(struct bmc_access){ 0 }, NULL), ERR_IO);
}

static void addresses(void)
{
	static const struct {
		const char *text, *want; /* NULL = refused */
	} rows[] = {
		{ "https://ilo-7.example", "https://ilo-7.example" },
		{ "https://ilo-7.example/", "https://ilo-7.example" },
		{ "HTTPS://10.0.0.7:8443//", "https://10.0.0.7:8443" },
		{ "https://[2001:db8::7]", "https://[2001:db8::7]" },
		{ "https://[2001:db8::7]:443", "https://[2001:db8::7]:443" },
		{ "http://10.0.0.7", NULL },
		{ "10.0.0.7", NULL },
		{ "https://", NULL },
		{ "https:///", NULL },
		{ "https://a/redfish/v1", NULL },
		{ "https://user:geheim@10.0.0.7", NULL },
		{ "https://a b", NULL },
		{ "https://a?x", NULL },
		{ "https://a:", NULL },
		{ "https://a:123456", NULL },
		{ "https://a:12x", NULL },
		{ "https://[::1", NULL },
		{ "https://[::1]x", NULL },
		{ "https://[zz]", NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bmc_access access = { 0 };
		struct err err = { 0 };
		int rc = bmc_access_set_url(&access, rows[i].text, &err);

		if (rc != (rows[i].want ? 0 : ERR_USAGE))
			printf("# %s\n", rows[i].text);
		CHECK_INT(rc, rows[i].want ? 0 : ERR_USAGE);
		CHECK_STR(access.url, rows[i].want ? rows[i].want : "");
		CHECK(!strstr(err.text, "geheim"));
	}
}

#define PIN "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static int attach(const struct bmc_options *options, struct hwio *hw, struct err *err)
{
	*hw = (struct hwio){ 0 };
	*err = (struct err){ 0 };
	return bmc_options_attach(options, hw, err);
}

static void options(void)
{
	CLEANUP_TREE struct temp_tree tree = temp_tree_make();
	struct bmc_options given = { 0 };
	char path[128], pin[128] = "";
	struct hwio hw;
	struct err err;

	CHECK_INT(attach(&given, &hw, &err), 0);
	CHECK(hw.bmc && !bmc_is_remote(&hw) && !hw.bmc->user[0]);
	bmc_options_detach(&hw);
	CHECK(!hw.bmc);
	temp_tree_text(&tree, "/login", "user=u\npassword=" SECRET "\n");
	snprintf(path, sizeof(path), "%s/login", tree.dir);
	CHECK_INT(chmod(path, 0600), 0);
	for (size_t i = 0; i < 32; i++)
		sprintf(pin + strlen(pin), "%s%c%c", i ? ":" : "", PIN[2 * i],
			PIN[2 * i + 1] >= 'a' ? PIN[2 * i + 1] - 'a' + 'A' : PIN[2 * i + 1]);
	given = (struct bmc_options){
		.url = "https://a", .login_file = path, .pin = pin, .ca_file = path
	};
	CHECK_INT(attach(&given, &hw, &err), 0);
	CHECK(bmc_is_remote(&hw));
	CHECK_STR(hw.bmc->pin, PIN);
	CHECK_STR(hw.bmc->password, SECRET);
	CHECK_STR(hw.bmc->ca_file, path);
	bmc_options_detach(&hw);
	given.pin = PIN "0";
	CHECK_INT(attach(&given, &hw, &err), ERR_USAGE);
	CHECK(!hw.bmc);
	given.pin = "0011";
	CHECK_INT(attach(&given, &hw, &err), ERR_USAGE);
	given = (struct bmc_options){ .ca_file = path };
	CHECK_INT(attach(&given, &hw, &err), ERR_USAGE);
	given = (struct bmc_options){ .url = "https://a", .login_file = path, .ca_file = "/none" };
	CHECK_INT(attach(&given, &hw, &err), ERR_USAGE);
	given = (struct bmc_options){ .login_file = "/none" };
	CHECK_INT(attach(&given, &hw, &err), ERR_USAGE);
	bmc_options_detach(NULL);
}

/* In a process of its own, whose terminal is the other end of master. */
static int ask_in_child(int slave)
{
	struct bmc_access access = { 0 };
	struct termios after;
	int rc;

	setsid();
	if (ioctl(slave, TIOCSCTTY, 0))
		return 10;
	rc = bmc_access_prompt(&access, NULL);
	if (tcgetattr(slave, &after) || !(after.c_lflag & ECHO))
		return 11;
	if (rc)
		return rc == ERR_POLICY ? 12 : 13;
	return strcmp(access.user, "admin") || strcmp(access.password, SECRET) ? 14 : 0;
}

/* Everything the terminal shows while text is typed. */
static int type(const char *user, const char *password, char *shown, size_t size)
{
	int master, slave, status = 0;
	size_t len = 0;
	pid_t pid;

	CHECK_INT(openpty(&master, &slave, NULL, NULL, NULL), 0);
	pid = fork();
	if (pid == 0)
		_exit(ask_in_child(slave));
	close(slave);
	CHECK(write(master, user, strlen(user)) > 0);
	for (;;) {
		ssize_t got = read(master, shown + len, size - 1 - len);

		if (got <= 0)
			break;
		len += (size_t)got;
		shown[len] = '\0';
		/* Only when it is asked for: what is typed before echo is off would be seen. */
		if (password && strstr(shown, "(not shown): ")) {
			CHECK(write(master, password, strlen(password)) > 0);
			password = NULL;
		}
	}
	waitpid(pid, &status, 0);
	close(master);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

static void prompt(void)
{
	char shown[1024] = "";

	CHECK_INT(type("admin\n", SECRET "\n", shown, sizeof(shown)), 0);
	CHECK_CONTAINS(shown, "admin");
	CHECK(!strstr(shown, SECRET) && !strstr(shown, "p4ss"));
	CHECK_INT(type("\n", NULL, shown, sizeof(shown)), 12);
	CHECK_INT(type("admin\n", "\n", shown, sizeof(shown)), 12);
}

static void no_terminal(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		struct err err = { 0 };

		setsid();
		_exit(bmc_access_prompt(&(struct bmc_access){ 0 }, &err) == ERR_NOT_FOUND &&
				      strstr(err.text, "terminal")
			      ? 0
			      : 1);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	TAP_RUN(good_files);
	TAP_RUN(bad_files);
	TAP_RUN(addresses);
	TAP_RUN(options);
	TAP_RUN(prompt);
	TAP_RUN(no_terminal);
	return TAP_END();
}
