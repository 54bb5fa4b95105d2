/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes every right away from the helper before the first byte from the network. The drop of the
 * identity and no_new_privs are mandatory; started by an ordinary user, as on a build machine, the
 * drop is a check that there is nothing to drop. Landlock and the filter hold where the kernel has
 * them. Linux: setresuid(2), prctl(2), landlock(7), seccomp(2).
 */
#ifndef LUKS_SSM_AWS_JAIL_H
#define LUKS_SSM_AWS_JAIL_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/reason.h"

/* What holds in this process, for `luks-ssm check` and the tests. */
struct jail_state {
	bool memory_locked;
	bool files_limited;  /* Landlock */
	bool calls_filtered; /* seccomp */
};

/*
 * Enters the jail, in the order that jail.c shows. PARENT is the pid of the process that must
 * still be the parent at the end. STATUS_HELPER_BROKEN: a mandatory step failed; the caller must
 * then end without touching the network.
 */
must_use enum status jail_enter(pid_t parent, struct jail_state *ret_state, struct reason *reason);

/* The steps that have files of their own. Both return whether they hold. */
bool jail_limit_files(void);
bool jail_filter_calls(void);

#endif
