/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command does on a terminal and nowhere else. */
#ifndef LUKS_SSM_CLI_TERMINAL_H
#define LUKS_SSM_CLI_TERMINAL_H

#include <stdbool.h>

/* Whether a line on stderr can be written and taken away again: a terminal, and no TERM=dumb. */
bool terminal_shows_steps(void);

/* Takes away the line that names the current step, where there can be one. */
void terminal_clear_step(void);

/* Whether FD is a terminal that wants colours: neither NO_COLOR nor TERM=dumb. */
bool terminal_is_coloured(int fd);

#endif
