/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the tests of the jail: work that is done in a child, free or behind some or all of the jail's
 * walls. The work's return value (0 to 127) comes back, or 128 and a signal.
 */
#ifndef LUKS_SSM_TESTS_UNIT_JAIL_KIT_H
#define LUKS_SSM_TESTS_UNIT_JAIL_KIT_H

#include "aws/jail.h"

/* No errno, no signal: what a child ends with when the jail could not be entered. */
#define JAIL_KIT_NO_ENTRY 255

typedef int jail_work(const void *context);

int work_free(jail_work *work, const void *context);
/* The whole jail, as luks-ssm-aws enters it. */
int work_jailed(jail_work *work, const void *context);
/* One wall alone, with every right that the test has. */
int work_filtered(jail_work *work, const void *context);
int work_limited(jail_work *work, const void *context);

/*
 * The rest of this process lives as on a kernel that answers ERROR to the call: only with the first
 * argument ARGUMENT, unless that is negative.
 */
void kernel_lacks(int call, long argument, int error);

#endif
