/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/bmc_access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

#define FILE_MAX_BYTES 1024
#define TERMINAL       "/dev/tty"

/* Its bytes, for whoever owns it and nobody else. */
static int read_private(const char *path, char buf[FILE_MAX_BYTES + 1], struct err *err)
{
	CLEANUP_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	ssize_t len;

	if (fd < 0)
		return err_set_errno(err, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, errno, "%s",
				     path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return err_set(err, ERR_IO, "%s: no file", path);
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_set(err, ERR_POLICY,
			       "%s: others than its owner may read it, so it is not used "
			       "(chmod 600)",
			       path);
	if (st.st_size > FILE_MAX_BYTES)
		return err_set(err, ERR_FORMAT, "%s: larger than %d bytes", path, FILE_MAX_BYTES);
	len = read(fd, buf, FILE_MAX_BYTES);
	if (len < 0)
		return err_set_errno(err, ERR_IO, errno, "%s", path);
	buf[len] = '\0';
	return strlen(buf) == (size_t)len
		       ? 0
		       : err_set(err, ERR_FORMAT, "%s: it has a NUL in it", path);
}

/* "user=NAME" of one line into its place; what does not fit it is an error. */
static int take_line(const char *line, struct bmc_access *ret)
{
	const struct {
		const char *key;
		char *to;
		size_t size;
	} rows[] = {
		{ "user=", ret->user, sizeof(ret->user) },
		{ "password=", ret->password, sizeof(ret->password) },
	};

	if (!*line || *line == '#')
		return 0;
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(rows[i].key);

		if (strncmp(line, rows[i].key, len) != 0)
			continue;
		if (rows[i].to[0] || !line[len] || strlen(line + len) >= rows[i].size)
			return ERR_FORMAT;
		memcpy(rows[i].to, line + len, strlen(line + len) + 1);
		return 0;
	}
	return ERR_FORMAT;
}

static int take_lines(const char *path, char *text, struct bmc_access *ret, struct err *err)
{
	for (unsigned int number = 1; text; number++) {
		char *end = strchr(text, '\n');
		char *line = text;

		if (end)
			*end = '\0';
		if (end && end > line && end[-1] == '\r')
			end[-1] = '\0';
		if (take_line(line, ret))
			return err_set(err, ERR_FORMAT,
				       "%s: line %u is neither user=NAME nor password=SECRET, or "
				       "too long, or there twice",
				       path, number);
		text = end ? end + 1 : NULL;
	}
	if (!ret->user[0] || !ret->password[0])
		return err_set(err, ERR_FORMAT, "%s: user= or password= is missing", path);
	return 0;
}

int bmc_access_read_file(const char *path, struct bmc_access *ret, struct err *err)
{
	char text[FILE_MAX_BYTES + 1] = "";
	int rc = read_private(path, text, err);

	bmc_access_wipe(ret);
	rc = rc ? rc : take_lines(path, text, ret, err);
	explicit_bzero(text, sizeof(text));
	if (rc)
		bmc_access_wipe(ret);
	return rc;
}

static bool write_text(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* One line, without its end; what is longer is no answer. */
static bool read_line(int fd, char *buf, size_t size)
{
	size_t len = 0;
	char c;

	while (read(fd, &c, 1) == 1) {
		if (c == '\n') {
			buf[len < size ? len : 0] = '\0';
			return len > 0 && len < size;
		}
		if (len < size)
			buf[len] = c;
		len++;
	}
	buf[0] = '\0';
	return false;
}

/* The terminal is as it was when this returns, whatever was typed. */
static bool read_hidden(int fd, const char *question, char *buf, size_t size)
{
	struct termios before, hidden;
	bool done;

	if (tcgetattr(fd, &before))
		return false;
	hidden = before;
	hidden.c_lflag = (hidden.c_lflag & ~(tcflag_t)ECHO) | ECHONL;
	if (tcsetattr(fd, TCSAFLUSH, &hidden))
		return false;
	done = write_text(fd, question) && read_line(fd, buf, size);
	tcsetattr(fd, TCSAFLUSH, &before);
	return done;
}

int bmc_access_prompt(struct bmc_access *ret, struct err *err)
{
	CLEANUP_CLOSE int fd = open(TERMINAL, O_RDWR | O_CLOEXEC | O_NOCTTY);

	bmc_access_wipe(ret);
	if (fd < 0)
		return err_set(err, ERR_NOT_FOUND,
			       "there is no terminal to ask for the BMC's user and password");
	if (write_text(fd, "User of the BMC: ") && read_line(fd, ret->user, sizeof(ret->user)) &&
	    read_hidden(fd, "Password (not shown): ", ret->password, sizeof(ret->password)))
		return 0;
	bmc_access_wipe(ret);
	return err_set(err, ERR_POLICY, "no user and password of the BMC were typed");
}

/* What may stand behind "https://": a name, an address, an IPv6 address in brackets, a port. */
static bool is_host(const char *text, size_t len)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
	const char *end = text + len;
	size_t host = text[0] == '[' ? strcspn(text, "]") + 1 : strspn(text, letters);

	if (len == 0 || host == 0 || host > len)
		return false;
	if (text[0] == '[' && strspn(text + 1, "0123456789abcdefABCDEF:.%") < host - 2)
		return false;
	if (text + host == end)
		return true;
	host++;
	return text[host - 1] == ':' && host < len && len - host <= 5 &&
	       strspn(text + host, "0123456789") == len - host;
}

int bmc_access_set_url(struct bmc_access *ret, const char *url, struct err *err)
{
	static const char scheme[] = "https://";
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	if (len >= sizeof(ret->url) || len < sizeof(scheme) ||
	    strncasecmp(url, scheme, sizeof(scheme) - 1) != 0 ||
	    !is_host(url + sizeof(scheme) - 1, len - (sizeof(scheme) - 1)))
		return err_set(err, ERR_USAGE,
			       "\"%.200s\" is no address of a BMC: https://HOST or "
			       "https://HOST:PORT",
			       strchr(url, '@') ? "(with a user in it)" : url);
	memcpy(ret->url, scheme, sizeof(scheme) - 1);
	memcpy(ret->url + sizeof(scheme) - 1, url + sizeof(scheme) - 1, len - sizeof(scheme) + 1);
	ret->url[len] = '\0';
	return 0;
}

void bmc_access_wipe(struct bmc_access *access)
{
	explicit_bzero(access->user, sizeof(access->user));
	explicit_bzero(access->password, sizeof(access->password));
}
