/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datagram to /dev/log. A socket for each line: a child may have closed every descriptor, and a
 * daemon that was started anew is found without a second try.
 */
#include "syslog_send.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/own.h"

void
syslog_send(const char *path, const char *name, int facility, int priority, const char *text)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char line[SYSLOG_LINE_BYTES], when[32] = "";
	time_t now = time(NULL);
	struct tm local = {0};
	owned_fd socket_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (socket_fd < 0 || strlen(path) >= sizeof(address.sun_path))
		return;
	strcpy(address.sun_path, path);
	if (localtime_r(&now, &local) != NULL)
		strftime(when, sizeof(when), "%h %e %T", &local);

	int length = snprintf(line, sizeof(line), "<%d>%s %s[%d]: %s", facility | LOG_PRI(priority),
		when, name, (int)getpid(), text);

	if (length >= (int)sizeof(line))
		length = (int)sizeof(line) - 1;
	/* Nobody there, or no room: the answer does not wait for the log. */
	if (length > 0 &&
		sendto(socket_fd, line, (size_t)length, MSG_NOSIGNAL,
			(const struct sockaddr *)&address, sizeof(address)) < 0)
		return;
}
