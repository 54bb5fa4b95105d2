/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The agent's side of program.h and its column of actions.def. Links libc alone: it
 * runs every few seconds on every node, also on one that is short of memory. Writes no log.
 */
#include "program.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "actions.h"

const struct action_row action_rows[] = {
#define ACTION(row, agent_handler, worker_handler, ...) \
	{.name = row, .handler = agent_handler, __VA_ARGS__},
#include "actions.def"
#undef ACTION
};
const size_t action_row_count = sizeof(action_rows) / sizeof(action_rows[0]);

void
program_begin(struct ocf_call *call)
{
	(void)call;
}

void
program_tell(const struct ocf_call *call, int code, const struct reason *reason)
{
	(void)call;
	(void)code;
	(void)reason;
}

void
program_end(const struct ocf_call *call, int code)
{
	(void)call;
	(void)code;
}

void
program_pass_on(char **argv, struct reason *reason)
{
	static const char worker[] = LIBEXECDIR "/luks-ssm-worker";

	execv(worker, argv);
	reason_set(reason, STATUS_MISSING_SOFTWARE, "%s cannot be run: %s; install luks-ssm anew",
		worker, strerror(errno));
}
