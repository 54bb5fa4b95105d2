/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two programs do differently, given by program_agent.c or program_worker.c, whichever is
 * linked. Called by main.c and actions.c alone.
 */
#ifndef LUKS_SSM_AGENT_PROGRAM_H
#define LUKS_SSM_AGENT_PROGRAM_H

#include "base/reason.h"
#include "ocf_env.h"

/*
 * Before anything else is done. The worker makes itself undumpable, opens its log, and counts the
 * time that went by before it was executed; the agent does nothing.
 */
void program_begin(struct ocf_call *call);

/* When the code is decided and before the reason is printed: the worker logs what came out. */
void program_tell(const struct ocf_call *call, int code, const struct reason *reason);

/* Last: the worker writes its flight recorder when the action failed. Changes no code. */
void program_end(const struct ocf_call *call, int code);

/*
 * Becomes the worker, with the same argv and environment. Returns only when that failed, with the
 * reason; the worker itself never passes on, which would be STATUS_INTERNAL.
 */
void program_pass_on(char **argv, struct reason *reason);

#endif
