/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may be written to the log, for code that does not know which log there is. Where lines go is
 * chosen at link time: libqb in the worker (agent/log_qb.c), nowhere in the agent's quick path and
 * in the AWS helper (base/log_none.c). Library code does not log above debug, but for a warning
 * that no caller could word. Never a secret.
 */
#ifndef LUKS_SSM_BASE_LOG_H
#define LUKS_SSM_BASE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
	LOG_LEVEL_TRACE
};

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) log_write(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...) log_write(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)
/* A step of the action, shown with OCF_TRACE_RA. */
#define log_step(...) log_write(LOG_LEVEL_TRACE, __VA_ARGS__)

#endif
