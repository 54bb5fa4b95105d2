/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/log.h through libqb: syslog unless it is refused, stderr and a trace file where they are
 * asked for, and a flight recorder in shared memory that holds every step. libqb keeps the state;
 * this file has none. Its own target for syslog is not used: it would wait for a daemon that hangs.
 */
#include "log_qb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <qb/qblog.h>

#include "base/log.h"
#include "recorder.h"
#include "syslog_send.h"

/* One line, in bytes: two reasons and some words around them. */
#define LINE_BYTES 512

void
log_write(enum log_level level, const char *format, ...)
{
	static const uint8_t priorities[] = {
		[LOG_LEVEL_ERROR] = LOG_ERR,
		[LOG_LEVEL_WARNING] = LOG_WARNING,
		[LOG_LEVEL_NOTICE] = LOG_NOTICE,
		[LOG_LEVEL_INFO] = LOG_INFO,
		[LOG_LEVEL_DEBUG] = LOG_DEBUG,
		[LOG_LEVEL_TRACE] = LOG_TRACE,
	};
	char line[LINE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* libqb cuts a line at a newline only in some targets. */
	for (char *c = strchr(line, '\n'); c != NULL; c = strchr(c, '\n'))
		*c = ' ';
	qb_log_from_external_source(__func__, __FILE__, "%s", priorities[level], __LINE__, 0, line);
}

/* Where the system's log takes its lines (syslog(3), _PATH_LOG). */
static const char syslog_path[] = "/dev/log";

/* What libqb hands back with each line for syslog. */
struct syslog_target {
	char name[RECORDER_NAME_BYTES];
	int facility;
};

static void
syslog_write(int32_t target, struct qb_log_callsite *callsite, struct timespec *when,
	const char *text)
{
	const struct syslog_target *own = qb_log_target_user_data_get(target);

	(void)when;
	if (own != NULL)
		syslog_send(syslog_path, own->name, own->facility, callsite->priority, text);
}

static void
syslog_close(int32_t target)
{
	free(qb_log_target_user_data_get(target));
}

static void
target_open(int32_t target, const char *format, uint8_t lowest)
{
	qb_log_filter_ctl(target, QB_LOG_FILTER_CLEAR_ALL, QB_LOG_FILTER_FILE, "*", LOG_TRACE);
	qb_log_filter_ctl(target, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*", lowest);
	qb_log_format_set(target, format);
	qb_log_ctl(target, QB_LOG_CONF_ENABLED, QB_TRUE);
}

/* /dev/stderr cannot be opened where stderr is a socket, as under some callers. */
static bool
path_is_stderr(const char *path)
{
	return path == NULL || strcmp(path, "/dev/stderr") == 0 || strcmp(path, "2") == 0;
}

/* A path, or the number of a descriptor that the caller left open. */
static void
trace_file_open(const char *file)
{
	char path[64];
	int32_t target;

	if (strspn(file, "0123456789") == strlen(file)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%.20s", file);
		target = qb_log_file_open(path);
	} else {
		target = qb_log_file_open(file);
	}
	if (target < 0)
		log_warning("the trace file %s cannot be opened: %s", file, strerror(-target));
	else
		target_open(target, "%T %N[%P] %p: %b", LOG_TRACE);
}

static void
syslog_open(const struct ocf_call *call, const char *name)
{
	int32_t facility = call->log_facility != NULL ? qb_log_facility2int(call->log_facility)
						      : LOG_DAEMON;
	struct syslog_target *own = call->is_silent ? NULL : calloc(1, sizeof(*own));

	if (own == NULL)
		return;
	snprintf(own->name, sizeof(own->name), "%s", name);
	own->facility = facility >= 0 ? facility : LOG_DAEMON;

	int32_t target = qb_log_custom_open(syslog_write, syslog_close, NULL, own);

	if (target < 0)
		free(own);
	else
		target_open(target, "%b", call->is_debug ? LOG_DEBUG : LOG_INFO);
}

static void
stderr_open(const struct ocf_call *call)
{
	uint8_t lowest = call->is_debug ? LOG_DEBUG : LOG_INFO;

	if (!call->is_debug && call->trace_file == NULL && isatty(STDERR_FILENO) == 0)
		return;
	if (call->is_traced && path_is_stderr(call->trace_file))
		lowest = LOG_TRACE;
	target_open(QB_LOG_STDERR, "%N: %p: %b", lowest);
}

static void
name_make(const struct ocf_call *call, char name[static RECORDER_NAME_BYTES])
{
	if (call->instance == NULL)
		snprintf(name, RECORDER_NAME_BYTES, "luks-ssm");
	else
		snprintf(name, RECORDER_NAME_BYTES, "luks-ssm(%s)", call->instance);
}

void
log_begin(const struct ocf_call *call)
{
	char name[RECORDER_NAME_BYTES];

	name_make(call, name);
	qb_log_init(name, LOG_DAEMON, LOG_INFO);
	qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, QB_FALSE);
	syslog_open(call, name);
	stderr_open(call);
	if (call->is_traced && !path_is_stderr(call->trace_file))
		trace_file_open(call->trace_file);
	if (call->instance == NULL)
		return;
	recorder_sweep(name);
	qb_log_ctl(QB_LOG_BLACKBOX, QB_LOG_CONF_SIZE, RECORDER_BYTES);
	target_open(QB_LOG_BLACKBOX, "%b", LOG_TRACE);
}

void
log_end(const struct ocf_call *call, bool with_recording)
{
	/*
	 * The exit reason was the last line on stderr: whatever libqb has to say now is not for
	 * there.
	 */
	qb_log_ctl(QB_LOG_STDERR, QB_LOG_CONF_ENABLED, QB_FALSE);
	if (with_recording && call->instance != NULL)
		recorder_write(call->instance);
	qb_log_fini();
}
