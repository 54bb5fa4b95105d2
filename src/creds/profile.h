/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles of the shared files: static keys, chains of source_profile and role_arn,
 * credential_source. For plan.c.
 */
#ifndef LUKS_SSM_CREDS_PROFILE_H
#define LUKS_SSM_CREDS_PROFILE_H

#include "creds/plan.h"

/* Whether the profile says anything about credentials; one with a region only does not. */
bool profile_has_source(const struct settings *settings, const char *profile);

/*
 * Fills source and roles of PLAN from PROFILE. STATUS_BAD_PROFILE: SSO, login or MFA (need a
 * human), a loop, a source that is not there, half a key.
 */
must_use enum status profile_take(const char *profile, struct plan *plan, struct reason *reason);

#endif
