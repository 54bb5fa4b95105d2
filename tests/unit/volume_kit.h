/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel, a lock and the steps of start and stop, played: volume_kit.c's functions take the
 * library's place at link time. What they share lies in memory that the doers, which are children,
 * share too.
 */
#ifndef LUKS_SSM_TESTS_UNIT_VOLUME_KIT_H
#define LUKS_SSM_TESTS_UNIT_VOLUME_KIT_H

#include <stdbool.h>
#include <stdint.h>

#include "volume/view.h"
#include "volume/volume.h"

/* What the played kernel has, what the steps do, and what was done. */
struct played {
	enum status lock, children, up, down;
	enum state state;
	bool up_maps, up_hangs, down_works, down_hangs, takedown_hangs;
	bool no_children_file;   /* the doer's lock cannot be had */
	bool comes_back;         /* a mapping of ours, once, after the first stop's last look */
	bool child_leaves;       /* a child of an earlier action does so as it is waited for */
	bool is_bare;            /* ours has no table */
	bool unlock_leaves_bare; /* a mapping without a table where activation was refused */
	int ups, downs, takedowns, records_removed;
};

extern struct played *played;
extern const struct wanted played_wanted;

/* cmocka's setup: nothing is there, and every step works. */
int play(void **state);

/* The action as a whole, with so long to its end. */
enum status start(int64_t limit_ms, struct reason *reason);
enum status stop(int64_t limit_ms, struct reason *reason);

#endif
