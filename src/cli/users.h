/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who keeps a mapping busy, looked for in every mount namespace and told as rows. Signals nobody.
 */
#ifndef LUKS_SSM_CLI_USERS_H
#define LUKS_SSM_CLI_USERS_H

#include "base/deadline.h"
#include "cli/answer.h"
#include "volume/dm.h"
#include "volume/view.h"

/* The member "state": the name of state.def in small letters. */
void answer_state(struct json_object *object, enum state state);

/* Puts the lists "users" and "mounts_elsewhere" into OBJECT. STATUS_UNREADABLE, STATUS_NO_MEMORY.
 */
must_use enum status users_tell(const struct dm_device *mapping, struct deadline deadline,
	struct json_object *object, struct reason *reason);

#endif
