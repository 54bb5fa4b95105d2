/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * base/log.h for the command: warnings and errors are lines on stderr, which under systemd is the
 * journal; the step that is being taken is a line that the next one overwrites, and only a terminal
 * sees it. Keeps no state.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/log.h"
#include "cli/terminal.h"

#define LINE_BYTES 512

void
log_write(enum log_level level, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;
	bool is_step = level == LOG_LEVEL_TRACE;

	if (level > LOG_LEVEL_WARNING && !(is_step && terminal_shows_steps()))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (char *c = line; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	terminal_clear_step();
	if (is_step)
		fprintf(stderr, "%s ...", line);
	else
		fprintf(stderr, "luks-ssm: %s: %s\n",
			level == LOG_LEVEL_WARNING ? "warning" : "error", line);
}
