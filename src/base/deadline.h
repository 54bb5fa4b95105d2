/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A point in time by which something must have ended, on CLOCK_MONOTONIC as Pacemaker's own timers.
 * Passed by value; every wait in this tree takes one.
 */
#ifndef LUKS_SSM_BASE_DEADLINE_H
#define LUKS_SSM_BASE_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct deadline {
	int64_t at_ms; /* milliseconds of CLOCK_MONOTONIC */
};

/* Now, in milliseconds of CLOCK_MONOTONIC. */
int64_t clock_now_ms(void);

/* The deadline that lies LEFT_MS from now; a negative number counts as 0. */
struct deadline deadline_in_ms(int64_t left_ms);

/* Milliseconds left, never negative. */
int64_t deadline_left_ms(struct deadline deadline);

/* The same as an int for poll(2), at most INT_MAX. */
int deadline_poll_ms(struct deadline deadline);

bool deadline_passed(struct deadline deadline);

struct deadline deadline_sooner(struct deadline a, struct deadline b);

/*
 * Sleeps for PAUSE_MS or until the deadline, whichever is sooner. Returns false when the deadline
 * has passed.
 */
bool deadline_pause_ms(struct deadline deadline, int64_t pause_ms);

#endif
