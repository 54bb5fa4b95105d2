/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main of both programs, the agent and luks-ssm-worker: argv[1] → row of actions.def → handler, or
 * the worker → code. Never decides anything itself.
 */
#include <fcntl.h>
#include <unistd.h>

#include "actions.h"
#include "ocf_env.h"
#include "program.h"

/* A descriptor 0, 1 or 2 that the caller left closed would become the next file that is opened. */
static bool
standard_fds_are_open(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

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
