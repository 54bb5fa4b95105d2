/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs a program that prints credentials, in a process group of its own that is killed when the
 * program ends or its time is over. No shell, no search for the program, no descriptor but the
 * three. For plan_process.c.
 */
#ifndef LUKS_SSM_CREDS_PROGRAM_H
#define LUKS_SSM_CREDS_PROGRAM_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/secret.h"

/* What a program may print, in bytes. */
#define PROGRAM_OUTPUT_BYTES 65536

struct program_end {
	bool timed_out;
	int exit_code; /* -1: a signal ended it */
};

/*
 * ARGUMENTS begins with the absolute path; both lists end with NULL. Its stderr goes to /dev/null:
 * what a program says when it fails may hold secrets. STATUS_OK whatever RET_END says.
 * STATUS_BAD_VALUE: more than PROGRAM_OUTPUT_BYTES came. STATUS_NO_MEMORY: no process, no pipe.
 */
must_use enum status program_run(char *const *arguments, char *const *environment,
	struct deadline deadline, struct secret *ret_output, struct program_end *ret_end);

#endif
