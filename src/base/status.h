/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one result type. Every function that can fail returns it and its callers must look at it.
 * A row says what the caller can do about it; the sentence for people is in struct reason.
 */
#ifndef LUKS_SSM_BASE_STATUS_H
#define LUKS_SSM_BASE_STATUS_H

#define must_use __attribute__((warn_unused_result))

enum status {
	STATUS_OK = 0,
#define STATUS(name, code) STATUS_##name,
#include "base/status.def"
#undef STATUS
	STATUS_COUNT
};

/*
 * The stable code of a status ("no-device"); "ok" for STATUS_OK, "internal" for a number outside
 * the enum. Never NULL.
 */
const char *status_code(enum status status);

#endif
