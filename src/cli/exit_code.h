/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command's exit codes. They are the agent's for start, from the agent's own table, so that a
 * unit can tell what is worth another try.
 */
#ifndef LUKS_SSM_CLI_EXIT_CODE_H
#define LUKS_SSM_CLI_EXIT_CODE_H

#include "base/status.h"

/* The volume is not up: not a failure of what was asked. */
#define EXIT_NOT_UP 3
/* The command line is wrong: EX_USAGE of sysexits.h. */
#define EXIT_USAGE 64

/* 0; 1 may work if tried again; 2 not as configured; EXIT_NOT_UP; 4 refused; 5 missing here. */
int exit_code_of(enum status status);

#endif
