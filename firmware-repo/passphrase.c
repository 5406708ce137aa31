/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fsio.h"

/* Cuts the line's end off; a line that fills the buffer was cut itself. */
static int check_line(char line[PASSPHRASE_MAX], struct err *err)
{
	size_t len = strcspn(line, "\r\n");

	if (len == 0)
		return err_set(err, ERR_FORMAT, "the passphrase is empty");
	if (len == PASSPHRASE_MAX - 1)
		return err_set(err, ERR_FORMAT, "the passphrase is longer than %d bytes",
			       PASSPHRASE_MAX - 2);
	line[len] = '\0';
	return 0;
}

static int read_line_of(const char *file, char line[PASSPHRASE_MAX], struct err *err)
{
	CLEANUP_CLOSE int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, line, PASSPHRASE_MAX - 1);

	if (len < 0)
		return err_set(err, ERR_IO, "%s: cannot read the passphrase", file);
	line[len] = '\0';
	return check_line(line, err);
}

static int ask(int tty, const char *prompt, char line[PASSPHRASE_MAX], struct err *err)
{
	struct termios before, silent;
	ssize_t len;

	if (tcgetattr(tty, &before))
		return err_set(err, ERR_USAGE, "the terminal cannot be asked");
	silent = before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(tty, TCSAFLUSH, &silent);
	(void)fsio_write_all(tty, prompt, strlen(prompt));
	len = read(tty, line, PASSPHRASE_MAX - 1);
	tcsetattr(tty, TCSAFLUSH, &before);
	(void)fsio_write_all(tty, "\n", 1);
	if (len < 0)
		return err_set(err, ERR_IO, "cannot read from the terminal");
	line[len] = '\0';
	return check_line(line, err);
}

int keys_passphrase(const char *file, const char *prompt, bool new, char passphrase[PASSPHRASE_MAX],
		    struct err *err)
{
	CLEANUP_CLOSE int tty = -1;
	char again[PASSPHRASE_MAX];
	int rc;

	if (file)
		return read_line_of(file, passphrase, err);
	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0)
		return err_set(err, ERR_USAGE,
			       "a passphrase is needed and there is no terminal to ask "
			       "(--passphrase-file FILE)");
	rc = ask(tty, prompt, passphrase, err);
	if (rc || !new)
		return rc;
	rc = ask(tty, "Again: ", again, err);
	if (!rc && strcmp(again, passphrase) != 0)
		rc = err_set(err, ERR_FORMAT, "the two passphrases differ");
	explicit_bzero(again, sizeof(again));
	return rc;
}
