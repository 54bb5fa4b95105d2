/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds an instance lock, as the holder wrote it into the file: action, pid, start time and
 * boot id. A pid alone is never believed: another process may have it by now. Used by lock.c and
 * lock_free.c.
 */
#ifndef LUKS_SSM_VOLUME_HOLDER_H
#define LUKS_SSM_VOLUME_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "volume/instance_dir.h"

struct holder {
	char action[16];
	pid_t pid;                      /* 0: the file does not tell (yet) */
	unsigned long long start_ticks; /* field 22 of /proc/PID/stat */
	char boot_id[BOOT_ID_BYTES];
};

/* When the process was forked, in clock ticks since boot (proc(5), CLOCK_BOOTTIME); 0 when it is
 * gone. */
unsigned long long process_start_ticks(pid_t pid);

/* What the file says; pid 0 when it says nothing whole. */
void holder_read(int lock_fd, struct holder *ret_holder);

/* Writes this process into the file. False when there is no room. */
bool holder_write(int lock_fd, const char *action);

/* Empties the file when it names this very process. */
void holder_clear(int lock_fd);

/*
 * Ends it: TERM, two seconds, KILL, then waits for its end to the deadline. Returns at once when
 * the process is not the one that wrote the file (pidfd_open(2) first, then the start time, so that
 * the pid cannot change hands in between).
 */
void holder_end(const struct holder *holder, struct deadline deadline);

#endif
