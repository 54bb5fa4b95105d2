/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child with a deadline: a program by absolute path, or a function of ours in a fork. It gets its
 * input, its output is taken up to a bound, it dies with its parent, and a child that the kernel
 * holds (D state) cannot hold the caller. Used for the AWS helper, fsck, disk probes and depth
 * checks. Never searches PATH and never starts a shell. Linux: prctl(2) PR_SET_PDEATHSIG,
 * pidfd_open(2), close_range(2).
 */
#ifndef LUKS_SSM_VOLUME_SPAWN_H
#define LUKS_SSM_VOLUME_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"

/*
 * What the child does; the value returned is its exit code (0 to 255). It may use everything the
 * parent had.
 */
typedef int spawn_function(void *context);

/* All is lent for the time of the call; what is left 0 or NULL has the meaning named here. */
struct spawn_job {
	const char *path;         /* absolute; NULL: FUNCTION is run in a fork */
	char *const *arguments;   /* with argv[0], NULL at the end; NULL: PATH alone */
	char *const *environment; /* NULL at the end; NULL: an empty environment, for a function: as
				     it is */
	spawn_function *function;
	void *context;
	const void *input; /* the child's stdin, then end of file; NULL: /dev/null */
	size_t input_bytes;
	void *output;             /* the child's stdout goes here; NULL: to /dev/null */
	size_t output_room_bytes; /* more than this is read and dropped, see output_cut */
	bool with_stderr;         /* stderr goes where stdout goes; else: to /dev/null */
	bool keep_stderr;    /* stderr stays the parent's (with_stderr then counts for nothing) */
	const int *kept_fds; /* descriptors >= 3 the child keeps, through exec too; all others are
				closed */
	size_t kept_count;
	bool keep_all_fds; /* for a function only: close nothing, as after a plain fork */
	int death_signal;  /* when the parent dies; 0: SIGKILL */
	int end_signal;    /* sent first when the deadline comes; 0: SIGKILL at once */
	int end_grace_ms;  /* time after end_signal; afterwards SIGKILL ... */
	bool never_kill;   /* ... unless this is set: then the child is left to itself (stuck) */
};

struct spawn_result {
	int exit_code;   /* -1 when it did not exit by itself */
	int signal;      /* that ended it, or 0 */
	bool timed_out;  /* the deadline came first: it was told to end */
	bool stuck;      /* it is still in the kernel (or was left alive, never_kill): not reaped */
	bool output_cut; /* it wrote more than there was room for */
	size_t output_bytes; /* what lies in job->output */
	pid_t pid;           /* for messages, and to look again at a stuck one */
};

/*
 * Runs the job to its end or to the deadline, whatever comes first, and half a second more at most
 * for a killed child to go away (end_grace_ms beside). STATUS_OK: it was started, RET_RESULT tells
 * the rest (exec itself failing is exit code 127, also where the parent had died meanwhile).
 * STATUS_MISSING_SOFTWARE: the program is not there or not executable. STATUS_NO_MEMORY: no
 * process, no descriptor. A signal to the caller does not end the call.
 */
must_use enum status spawn_run(const struct spawn_job *job, struct deadline deadline,
	struct spawn_result *ret_result, struct reason *reason);

/* The same in two halves, for a caller that has something else to do meanwhile. */
struct spawn_child {
	pid_t pid;
	int pid_fd;    /* readable when the child has ended (pidfd_open); owned */
	int input_fd;  /* -1: nothing to write; owned */
	int output_fd; /* -1: nothing to read; owned */
};

#define SPAWN_NO_CHILD \
	((struct spawn_child){.pid = -1, .pid_fd = -1, .input_fd = -1, .output_fd = -1})
/*
 * `owned_child child = SPAWN_NO_CHILD;`: killed, and reaped within half a second, when its scope is
 * left.
 */
#define owned_child owned_by(spawn_child_end) struct spawn_child

must_use enum status
spawn_start(const struct spawn_job *job, struct spawn_child *ret_child, struct reason *reason);

/* Feeds, reads, waits, ends and reaps, as spawn_run; CHILD is empty afterwards. */
void spawn_finish(const struct spawn_job *job, struct spawn_child *child, struct deadline deadline,
	struct spawn_result *ret_result);

void spawn_child_end(struct spawn_child *child);

#endif
