/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datagram to /dev/log, or the same in a stream where the daemon takes nothing else. A socket for
 * each line: a child may have closed every descriptor, and a daemon that was started anew is found
 * without a second try.
 */
#include "syslog_send.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/own.h"

/* A socket of TYPE that is connected to PATH, or -1 with errno: nobody is there, or no room. */
static int
syslog_connect(const char *path, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	owned_fd socket_fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (socket_fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return -1;
	strcpy(address.sun_path, path);
	if (connect(socket_fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return -1;
	return steal_fd(&socket_fd);
}

void
syslog_send(const char *path, const char *name, int facility, int priority, const char *text)
{
	char line[SYSLOG_LINE_BYTES], when[32] = "";
	time_t now = time(NULL);
	struct tm local = {0};
	bool is_stream = false;
	owned_fd socket_fd = syslog_connect(path, SOCK_DGRAM);

	if (socket_fd < 0 && errno == EPROTOTYPE) {
		is_stream = true;
		socket_fd = syslog_connect(path, SOCK_STREAM);
	}
	if (socket_fd < 0)
		return;
	if (localtime_r(&now, &local) != NULL)
		strftime(when, sizeof(when), "%h %e %T", &local);

	int length = snprintf(line, sizeof(line), "<%d>%s %s[%d]: %s", facility | LOG_PRI(priority),
		when, name, (int)getpid(), text);

	if (length >= (int)sizeof(line))
		length = (int)sizeof(line) - 1;
	/* In a stream a line ends with its NUL. No room: the answer does not wait for the log. */
	if (length > 0 && send(socket_fd, line, (size_t)length + is_stream, MSG_NOSIGNAL) < 0)
		return;
}
