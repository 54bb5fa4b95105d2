/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Children of the tests of the jail. */
#include "jail_kit.h"

#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

typedef bool jail_entry(pid_t parent);

static bool
entry_none(pid_t parent)
{
	(void)parent;
	return true;
}

static bool
entry_whole(pid_t parent)
{
	struct jail_state state;
	struct reason reason = {0};

	if (jail_enter(parent, &state, &reason) == STATUS_OK)
		return true;
	fprintf(stderr, "%s\n", reason.text);
	return false;
}

static bool
entry_filter(pid_t parent)
{
	(void)parent;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && jail_filter_calls();
}

static bool
entry_files(pid_t parent)
{
	(void)parent;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && jail_limit_files();
}

static int
child_run(jail_entry *entry, jail_work *work, const void *context)
{
	pid_t parent = getpid();
	pid_t pid = fork();
	int state = 0;

	if (pid == 0) {
		/* cmocka's handler would go on with the next test, in the child. */
		signal(SIGSEGV, SIG_DFL);
		signal(SIGSYS, SIG_DFL);
		_exit(entry(parent) ? work(context) : JAIL_KIT_NO_ENTRY);
	}
	if (pid < 0 || waitpid(pid, &state, 0) != pid)
		abort();
	return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
}

int
work_free(jail_work *work, const void *context)
{
	return child_run(entry_none, work, context);
}

int
work_jailed(jail_work *work, const void *context)
{
	return child_run(entry_whole, work, context);
}

int
work_filtered(jail_work *work, const void *context)
{
	return child_run(entry_filter, work, context);
}

int
work_limited(jail_work *work, const void *context)
{
	return child_run(entry_files, work, context);
}

void
kernel_lacks(int call, long argument, int error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int added = argument < 0
		? seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned int)error), call, 0)
		: seccomp_rule_add(filter, SCMP_ACT_ERRNO((unsigned int)error), call, 1,
			  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)argument));

	if (added != 0 || seccomp_load(filter) != 0)
		abort();
	seccomp_release(filter);
}
