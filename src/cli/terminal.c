/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps no state: what is a terminal is asked each time. */
#include "cli/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
terminal_is_dumb(void)
{
	const char *terminal = getenv("TERM");

	return terminal != NULL && strcmp(terminal, "dumb") == 0;
}

bool
terminal_shows_steps(void)
{
	return isatty(STDERR_FILENO) && !terminal_is_dumb();
}

void
terminal_clear_step(void)
{
	if (terminal_shows_steps())
		fputs("\r\033[K", stderr);
}

bool
terminal_is_coloured(int fd)
{
	const char *no_colour = getenv("NO_COLOR");

	return isatty(fd) && (no_colour == NULL || *no_colour == '\0') && !terminal_is_dumb();
}
