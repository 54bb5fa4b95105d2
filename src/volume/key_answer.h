/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What root takes out of the helper's answer, field by field. For key_fetch.c. */
#ifndef LUKS_SSM_VOLUME_KEY_ANSWER_H
#define LUKS_SSM_VOLUME_KEY_ANSWER_H

#include "base/wire.h"
#include "volume/key_fetch.h"

/*
 * The frame says that the fetch went well. STATUS_HELPER_BROKEN: it has no key, or a number that
 * is none. STATUS_NO_MEMORY. RET_KEY is to be ended in either case.
 */
must_use enum status
key_answer_take(const struct wire_frame *frame, struct fetched_key *ret_key, struct reason *reason);

#endif
