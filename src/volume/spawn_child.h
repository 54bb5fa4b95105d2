/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child's half of spawn.h, from fork to exec. For spawn.c alone. */
#ifndef LUKS_SSM_VOLUME_SPAWN_CHILD_H
#define LUKS_SSM_VOLUME_SPAWN_CHILD_H

#include "volume/spawn.h"

/* What a child exits with when it cannot become what the job says, as the shell does. */
#define SPAWN_EXIT_NO_EXEC 127

/*
 * Runs in the child: death signal, descriptors, signals, then exec or the function. INPUT_FD and
 * OUTPUT_FD are -1 where the job has no input or output; PARENT is the pid that must still be the
 * parent's.
 */
_Noreturn void spawn_become(const struct spawn_job *job, pid_t parent, int input_fd, int output_fd);

#endif
