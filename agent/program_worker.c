/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The worker's side of program.h and its column of actions.def: undumpable before anything is read,
 * a log that names the resource, a flight recorder that is written when the action failed.
 */
#include "program.h"

#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "actions.h"
#include "base/log.h"
#include "log_qb.h"
#include "volume/holder.h"

const struct action_row action_rows[] = {
#define ACTION(row, agent_handler, worker_handler, ...) \
	{.name = row, .handler = worker_handler, __VA_ARGS__},
#include "actions.def"
#undef ACTION
};
const size_t action_row_count = sizeof(action_rows) / sizeof(action_rows[0]);

/*
 * The executor's clock started when it forked this process, before the agent looked and became the
 * worker; on a node without breath that is long. The start time survives exec.
 */
static int64_t
process_age_ms(void)
{
	struct timespec now = {0};
	int64_t forked_ms = (int64_t)process_start_ticks(getpid()) * 1000 / sysconf(_SC_CLK_TCK);

	clock_gettime(CLOCK_BOOTTIME, &now);
	int64_t age_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 - forked_ms;

	return forked_ms > 0 && age_ms > 0 ? age_ms : 0;
}

void
program_begin(struct ocf_call *call)
{
	ocf_call_age(call, process_age_ms());
	/* exec has made the process dumpable again. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* Nothing that the caller left open goes on to a child of ours. */
	close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
	/* A caller that ignores these would make an interrupted action look like a finished one. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	/* Ignored, it would keep from us how a child ended: every fetch of a key would fail. */
	signal(SIGCHLD, SIG_DFL);
	log_begin(call);
	/* Called from inside the volume, a stop would be among those who keep it busy. */
	if (chdir("/") != 0)
		log_debug("the working directory stays what it was");
}

void
program_tell(const struct ocf_call *call, int code, const struct reason *reason)
{
	if (code == OCF_SUCCESS)
		log_info("%s: done", call->action);
	else if (code == OCF_NOT_RUNNING)
		log_info("%s: not running", call->action);
	else
		log_error("%s: exit code %d: %s", call->action, code, reason->text);
}

/*
 * A 7 is an answer, and so is 190: neither is a failure of the action that a recording could
 * explain.
 */
static bool
code_is_failure(int code)
{
	return code != OCF_SUCCESS && code != OCF_NOT_RUNNING && code != OCF_DEGRADED;
}

void
program_end(const struct ocf_call *call, int code)
{
	log_end(call, code_is_failure(code));
}

void
program_pass_on(char **argv, struct reason *reason)
{
	(void)argv;
	reason_set(reason, STATUS_INTERNAL,
		"the worker was asked to pass an action on; report this");
}
