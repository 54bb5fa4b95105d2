/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer, where whoever called reads it. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"

int
command_deliver(struct command_call *call)
{
	call->is_delivered = true;
	terminal_clear_step();
	if (call->options[OPTION_json] != NULL)
		answer_write_json(&call->answer, stdout);
	else
		answer_write_text(&call->answer, stdout, terminal_is_coloured(STDOUT_FILENO));
	return fflush(stdout) == 0 ? 0 : errno;
}
