/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the checks word a refusal. For the files of this folder alone. */
#ifndef LUKS_SSM_PARAMS_VALUE_H
#define LUKS_SSM_PARAMS_VALUE_H

#include "base/reason.h"
#include "base/status.h"

/*
 * "NAME=VALUE: MUST"; a long value is cut so that the sentence fits. Returns STATUS_BAD_PARAMETER.
 */
static inline enum status
value_reject(struct reason *reason, const char *name, const char *value, const char *must)
{
	return reason_set(reason, STATUS_BAD_PARAMETER, "%s=%.60s: %s", name, value, must);
}

#endif
