/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiles of the shared files: static keys, chains of source_profile and role_arn,
 * credential_source, in botocore's order. For plan.c.
 */
#ifndef LUKS_SSM_CREDS_PROFILE_H
#define LUKS_SSM_CREDS_PROFILE_H

#include "creds/plan.h"

/* Whether the profile assumes a role with keys, which comes before web identity. */
bool profile_has_role(const struct settings *settings, const char *profile);

/*
 * Fills source and roles of PLAN from a profile with a role. STATUS_BAD_PROFILE: SSO, login or MFA
 * (need a human), a loop, too long a chain, a source that is not there, half a key.
 */
must_use enum status
profile_take_role(const char *profile, struct plan *plan, struct reason *reason);

/*
 * Fills the source of PLAN from the profile's own: web identity (with the environment's variables
 * where WITH_ENVIRONMENT), keys of the credentials file, credential_process, keys of the config
 * file. STATUS_OK with plan->source unchanged: there is nothing of the kind.
 */
must_use enum status profile_take_own(const char *profile, bool with_environment, struct plan *plan,
	struct reason *reason);

#endif
