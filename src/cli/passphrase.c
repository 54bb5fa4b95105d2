/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes go straight into a secret; the terminal gets its echo back on every way out but SIGKILL:
 * signals wait until it has.
 */
#include "cli/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/wire.h"
#include "cli/terminal.h"

/* cryptsetup's own bound of a key file is larger; nobody has such a one. */
#define FILE_BYTES (512u << 10)
/* The longest passphrase that cryptsetup takes from a terminal. */
#define TYPED_BYTES 512

enum status
passphrase_read_file(const char *path, struct secret *ret_key, struct reason *reason)
{
	owned_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	owned_secret key = {0};

	if (fd < 0)
		return reason_set(reason, STATUS_BAD_PARAMETER, "--key-file=%.100s: %s", path,
			strerror(errno));
	enum status status = wire_read_all(fd, FILE_BYTES, &key);

	if (status == STATUS_NO_MEMORY)
		return reason_set(reason, status, "no memory for the key");
	if (status != STATUS_OK || key.length_bytes == 0)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"--key-file=%.100s: is empty, too large, or does not read", path);
	*ret_key = secret_steal(&key);
	return STATUS_OK;
}

/* One line, byte by byte: what follows it is not ours. */
static enum status
typed_line_read(int fd, struct secret *key)
{
	char byte = 0;

	for (;;) {
		ssize_t got = read(fd, &byte, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return STATUS_INTERRUPTED;
		if (byte == '\n')
			return key->length_bytes > 0 ? STATUS_OK : STATUS_INTERRUPTED;
		if (secret_append(key, &byte, 1) != STATUS_OK)
			return STATUS_BAD_PARAMETER;
	}
}

/* Until a line is there to be read: false when a signal, which stays pending, or the deadline came
 * first. */
static bool
typed_line_wait(int fd, int signals_fd, struct deadline deadline)
{
	struct pollfd waiting[] = {{.fd = fd, .events = POLLIN},
		{.fd = signals_fd, .events = POLLIN}};

	while (poll(waiting, 2, deadline_poll_ms(deadline)) < 0 && errno == EINTR)
		;
	return waiting[0].revents != 0 && waiting[1].revents == 0;
}

/* One question with the echo off. STATUS_OK with an empty KEY: it was broken off. */
static enum status
terminal_ask(int fd, const char *what, int signals_fd, struct deadline deadline, struct secret *key)
{
	struct termios before, quiet;
	enum status status = STATUS_OK;

	if (tcgetattr(fd, &before) != 0)
		return STATUS_INTERRUPTED;
	dprintf(fd, "Passphrase of %s: ", what);
	quiet = before;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(fd, TCSAFLUSH, &quiet);
	if (typed_line_wait(fd, signals_fd, deadline))
		status = typed_line_read(fd, key);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	return status;
}

enum status
passphrase_ask(const char *what, struct deadline deadline, struct secret *ret_key,
	struct reason *reason)
{
	static const int caught[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP};
	owned_fd fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	owned_secret key = {0};
	sigset_t signals, mask;

	if (fd < 0 || isatty(fd) == 0)
		return reason_set(reason, STATUS_MISSING_PARAMETER,
			"--key-file is not set, and there is no terminal to ask for the passphrase of %.60s",
			what);
	sigemptyset(&signals);
	for (size_t i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		sigaddset(&signals, caught[i]);
	owned_fd signals_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	enum status status = secret_make(&key, TYPED_BYTES);

	if (status != STATUS_OK || signals_fd < 0)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for a passphrase");
	terminal_clear_step();
	/* Let through, a signal ends us, or stops us, and then the question is asked again. */
	while (status == STATUS_OK && key.length_bytes == 0 && !deadline_passed(deadline)) {
		sigprocmask(SIG_BLOCK, &signals, &mask);
		status = terminal_ask(fd, what, signals_fd, deadline, &key);
		sigprocmask(SIG_SETMASK, &mask, NULL);
	}
	if (status != STATUS_OK)
		return reason_set(reason, status, "no passphrase was typed, or it is too long");
	if (key.length_bytes == 0)
		return reason_set(reason, STATUS_TIMED_OUT,
			"no passphrase of %.60s was typed in time; --timeout gives more", what);
	*ret_key = secret_steal(&key);
	return STATUS_OK;
}
