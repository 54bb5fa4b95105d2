/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line to the system's log without ever waiting for it: syslog(3) blocks while the daemon's
 * socket is full, as it is where journald hangs, and an answer must not. For log_qb.c alone.
 */
#ifndef LUKS_SSM_AGENT_SYSLOG_SEND_H
#define LUKS_SSM_AGENT_SYSLOG_SEND_H

/* Room for a name and a line, in bytes; longer ones are cut. */
#define SYSLOG_LINE_BYTES 1024

/*
 * Sends TEXT as NAME with this process's id to the socket PATH, of datagrams or else of a stream,
 * in the form that glibc sends (RFC 3164). FACILITY and PRIORITY as syslog(3) has them. What nobody
 * takes at once is lost.
 */
void syslog_send(const char *path, const char *name, int facility, int priority, const char *text);

#endif
