/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place that knows OCF exit codes: failure × action for what changes or validates, state ×
 * question for what looks, as two tables in ocf_exit.c. Also writes the exit-reason line.
 */
#ifndef LUKS_SSM_AGENT_OCF_EXIT_H
#define LUKS_SSM_AGENT_OCF_EXIT_H

#include "base/reason.h"
#include "base/status.h"
#include "ocf_env.h"
#include "volume/view.h"

/* OCF 1.1, «Return codes», and 190 of Pacemaker's «Pacemaker Administration, OCF Return Codes». */
enum ocf_code {
	OCF_SUCCESS = 0,
	OCF_ERR_GENERIC = 1,
	OCF_ERR_ARGS = 2,
	OCF_ERR_UNIMPLEMENTED = 3,
	OCF_ERR_PERM = 4,
	OCF_ERR_INSTALLED = 5,
	OCF_ERR_CONFIGURED = 6,
	OCF_NOT_RUNNING = 7,
	OCF_DEGRADED = 190
};

/* Who failed. */
enum ocf_doing { OCF_DOING_START, OCF_DOING_VALIDATE, OCF_DOING_RELOAD, OCF_DOING_COUNT };

/* Who asks for the state. MONITOR: recurring or a person; STANDBY: a monitor with role=Stopped. */
enum ocf_asking {
	OCF_ASKING_MONITOR,
	OCF_ASKING_PROBE,
	OCF_ASKING_STANDBY,
	OCF_ASKING_STOP,
	OCF_ASKING_COUNT
};

/*
 * The code of a failure; OCF_SUCCESS for STATUS_OK. A number outside the enum counts as
 * STATUS_INTERNAL.
 */
int ocf_code_of_failure(enum status status, enum ocf_doing doing);

/* The code of a state. A number outside the enum counts as STATE_UNREADABLE. */
int ocf_code_of_state(enum state state, enum ocf_asking asking);

/* Which question a monitor call is. */
enum ocf_asking ocf_asking_of(const struct ocf_call *call);

/*
 * Writes the exit-reason line to stderr for every code but 0, except for a 7 that Pacemaker asked
 * for (interval set): the last thing that is written there.
 */
void ocf_reason_print(const struct ocf_call *call, int code, const struct reason *reason);

#endif
