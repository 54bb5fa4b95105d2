/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The policy of stop towards those who keep the volume busy: which signal comes next, to whom it
 * goes, and how long to wait before the unmount is tried again. Signals go through pidfds, so that
 * a number that was given to another process meanwhile is never hit. Used by stop alone.
 */
#ifndef LUKS_SSM_VOLUME_SIGNALS_H
#define LUKS_SSM_VOLUME_SIGNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"
#include "params/params.h"
#include "volume/holders.h"

#define SIGNAL_PLAN_MOST 32

struct signal_plan {
	int signals[SIGNAL_PLAN_MOST]; /* term_signals, kill_signals; the last one is repeated */
	size_t count;                  /* 0: signal nobody */
	size_t next;                   /* how many rounds there have been */
	int64_t delay_ms;              /* between one signal and the next */
	bool may_block;                /* force_unmount=true: look also where looking may block */
};

/*
 * From force_unmount, term_signals, kill_signals and signal_delay; what is missing has the table's
 * default.
 */
void signal_plan_make(const struct params *params, struct signal_plan *ret_plan);

/*
 * One round: sends the next signal to all in LIST who may get one, and waits until they are gone,
 * or for the delay, or to DEADLINE. A filesystem checker gets TERM once, then the time it needs,
 * and KILL only in the last seconds before DEADLINE. Returns false when there was nobody to signal
 * and nobody to wait for.
 */
bool signal_plan_round(struct signal_plan *plan, const struct holder_list *list,
	struct deadline deadline);

#endif
