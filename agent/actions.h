/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The action table (actions.def) and what runs a row of it. Two programs share it: the agent, which
 * links libc alone, and luks-ssm-worker, which links the rest. A row names each
 * program's handler; an agent without one, or whose handler passes on, becomes the worker.
 */
#ifndef LUKS_SSM_AGENT_ACTIONS_H
#define LUKS_SSM_AGENT_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/reason.h"
#include "ocf_env.h"
#include "ocf_exit.h"
#include "volume/wanted.h"

/*
 * What a handler of the agent answers when only the worker can tell. It has then printed and
 * changed nothing.
 */
#define ACTION_PASS_ON (-1)

/*
 * Does the action and returns an enum ocf_code, or ACTION_PASS_ON (the agent's handlers only). Says
 * in REASON why the code is not 0; prints nothing to stderr itself, and nothing to stdout unless it
 * is meta-data. WANTED is made from the environment whatever is wrong with it: the problem is in
 * wanted->params->problem. call->instance is never NULL for a row that needs one. Ends before
 * call->deadline; start and stop may use the time up to call->end for undoing.
 */
typedef int
action_handler(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason);

/* The handlers that actions.def names; those ending in _quick are the agent's. */
action_handler action_metadata;       /* agent */
action_handler action_validate_quick; /* agent: level 0; passes on higher ones */
action_handler action_monitor_quick; /* agent: 0 when fully healthy, 7 when provably nothing; passes
					on the rest */
action_handler action_start;         /* worker, as all that follow */
action_handler action_stop;
action_handler action_monitor;
action_handler action_validate;
action_handler action_reload;

struct action_row {
	const char *name;
	action_handler *handler; /* this program's; NULL: the agent execs the worker */
	bool needs_instance;     /* keeps state under the resource's name */
	int without_worker; /* the code when the worker cannot be run; 0: OCF_ERR_GENERIC, in doubt
			     */
	bool advertised;    /* in the metadata, with the columns below */
	unsigned int timeout_s;
	unsigned int interval_s; /* 0: none */
	unsigned int depth;      /* counts with an interval only */
};

/*
 * actions.def with one program's column of handlers: given by program_agent.c and program_worker.c.
 */
extern const struct action_row action_rows[];
extern const size_t action_row_count;

/*
 * Runs the call's action in this program: finds the row, loads the parameters, calls the handler,
 * prints the reason. Returns the exit code; does not return when the agent becomes the worker.
 */
int action_run(const struct ocf_call *call, char **argv);

#endif
