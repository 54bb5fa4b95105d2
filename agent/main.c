/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main of both programs, the agent and luks-ssm-worker: argv[1] → row of actions.def → handler, or
 * the worker → code. Never decides anything itself.
 */

#include "actions.h"
#include "base/standard_fds.h"
#include "ocf_env.h"
#include "program.h"

int
main(int argc, char **argv)
{
	struct ocf_call call;

	if (!standard_fds_are_open())
		return OCF_ERR_GENERIC;
	ocf_call_read(argc, argv, &call);
	program_begin(&call);

	int code = action_run(&call, argv);

	program_end(&call, code);
	return code;
}
