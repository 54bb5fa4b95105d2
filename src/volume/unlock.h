/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fetches the key and opens the device with it, and with older versions of the parameter where that
 * is allowed. A step of volume_up; runs in the doer, and the key lives no longer than this call.
 */
#ifndef LUKS_SSM_VOLUME_UNLOCK_H
#define LUKS_SSM_VOLUME_UNLOCK_H

#include "base/reason.h"
#include "base/status.h"
#include "volume/luks.h"
#include "volume/phase.h"
#include "volume/wanted.h"

/*
 * What is tried with a key: activates the mapping, or proves that the key opens the header.
 * STATUS_WRONG_KEY asks for an older key.
 */
typedef enum status unlock_try(void *context, const struct secret *key, struct reason *reason);

/* Fetches and tries. DOER gives the deadline and hears of the phases. All statuses of key_fetch and
 * of TRY. */
must_use enum status unlock_with_key(const struct params *params, const struct doer *doer,
	unlock_try *try, void *context, struct reason *reason);

#endif
