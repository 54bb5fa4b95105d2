/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the work of start or stop in a child (the doer) and keeps the deadline, the signals and the
 * reason, because libcryptsetup and the kernel can block without limit. Used by volume.c alone;
 * forks before any key exists, so that the supervisor never holds one. Never takes a step itself,
 * and never goes on while a doer that was ended is still in the kernel. Linux: prctl(2)
 * PR_SET_PDEATHSIG, pidfd_open(2), signalfd(2).
 */
#ifndef LUKS_SSM_VOLUME_SUPERVISE_H
#define LUKS_SSM_VOLUME_SUPERVISE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/lock.h"
#include "volume/phase.h"

/*
 * What the doer does. CONTEXT is the caller's, as it was at the fork. A body that fails just
 * returns: it undoes nothing (the supervisor has a second doer undo what the phases and the kernel
 * say was done). Its status and reason cross to the supervisor. It runs with SIGTERM, SIGINT and
 * SIGHUP at their defaults and unblocked, and dies with the supervisor.
 */
typedef enum status doer_body(const void *context, const struct doer *doer, struct reason *reason);

/* What became of a doer. */
struct doer_report {
	uint32_t entered; /* one bit for each phase that was entered, 1 << PHASE_… */
	enum phase last;  /* the phase it was in at the end; PHASE_LOCKING when it told of none */
	bool answered;    /* it returned by itself: the status is its own */
	bool is_alive;    /* it was killed and is still in the kernel (D state): touch nothing */
};

/* What a supervisor holds for the whole action. */
struct supervisor {
	const char *instance; /* lent; each doer gets a children lock of its own from its birth */
	const struct lock
		*lock;    /* lent; its descriptors stay the supervisor's, a doer closes them */
	int signal_fd;    /* owned; SIGTERM, SIGINT and SIGHUP arrive here; -1: nobody listens */
	bool interrupted; /* one of them arrived */
};

/* Blocks SIGTERM, SIGINT and SIGHUP for the life of the supervisor and listens to them.
 * STATUS_NO_MEMORY. */
must_use enum status supervisor_begin(const char *instance, const struct lock *lock,
	struct supervisor *ret_supervisor, struct reason *reason);

/* Whether one of these signals has arrived. */
bool supervisor_is_interrupted(struct supervisor *supervisor);

/* The signals are what they were; one that is still pending takes its course only after the answer.
 */
void supervisor_end(struct supervisor *supervisor);

#define SUPERVISOR_NONE ((struct supervisor){.signal_fd = -1})
#define owned_supervisor owned_by(supervisor_end) struct supervisor

/* How much later than its deadline supervise comes back, when the doer is heard to the end, killed
 * and does not leave. */
#define SUPERVISE_LATE_MS 700

/*
 * Forks, runs BODY, and waits to DEADLINE. LISTENS: a signal ends the doer (false for the doer that
 * undoes). A doer that has to be ended is killed and given half a second to leave the kernel. The
 * doer's own status and reason; STATUS_TIMED_OUT, whose reason names the phase; STATUS_INTERRUPTED;
 * STATUS_INTERNAL when it died without an answer; STATUS_NO_MEMORY when there was no process.
 */
must_use enum status
supervise(struct supervisor *supervisor, doer_body *body, const void *context, bool listens,
	struct deadline deadline, struct doer_report *ret_report, struct reason *reason);

/* How much of what is left is kept back for undoing and looking, in milliseconds: max(2 s, 10 %),
 * at most half. */
int64_t supervise_reserve_ms(int64_t left_ms);

static inline bool
doer_entered(const struct doer_report *report, enum phase phase)
{
	return (report->entered & (UINT32_C(1) << phase)) != 0;
}

#endif
