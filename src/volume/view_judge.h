/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two halves of the verdict on a view whose lists are read and whose identity is decided. Used
 * by view.c alone. */
#ifndef LUKS_SSM_VOLUME_VIEW_JUDGE_H
#define LUKS_SSM_VOLUME_VIEW_JUDGE_H

#include "volume/record.h"
#include "volume/view.h"

/* Each returns ACTIVE when it has nothing to say against it, else the state, with view->reason
 * written. */

/* view->ours as a mapping: table, disk, suspension, name. */
enum state view_judge_mapping(const struct wanted *wanted, struct view *view);

/* The mounts of view->ours, on DIRECTORY (NULL: any directory will do). RECORD may be NULL. */
enum state view_judge_mount(const struct wanted *wanted, const char *directory,
	const struct record *record, struct view *view);

/* The mounts that count: init's where services would look, which is this process's own in the
 * ordinary case. */
const struct mount_list *view_home_mounts(const struct view *view);

#endif
