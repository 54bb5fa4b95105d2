/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sources a plan can begin with, each in a file of its own: plan_environment.c,
 * plan_container.c, plan_metadata.c, plan_web_identity.c, plan_process.c; the keys of profiles are
 * in profile.c. For plan.c and profile.c.
 */
#ifndef LUKS_SSM_CREDS_PLAN_SOURCE_H
#define LUKS_SSM_CREDS_PLAN_SOURCE_H

#include "creds/plan.h"

/*
 * Each fills the source of PLAN. STATUS_OK with plan->source unchanged: there is nothing of that
 * kind, which is an error (STATUS_BAD_PROFILE) when REQUIRED, because a profile asks for it.
 */
must_use enum status
source_take_environment(struct plan *plan, bool required, struct reason *reason);
must_use enum status source_take_container(struct plan *plan, bool required, struct reason *reason);

/* STATUS_NO_CREDENTIALS: metadata is switched off. */
must_use enum status source_take_metadata(struct plan *plan, struct reason *reason);

/*
 * The token file of the profile and its role, with the environment's variables before them where
 * WITH_ENVIRONMENT. STATUS_OK with plan->source unchanged: there is no such file named.
 * STATUS_BAD_PROFILE: it cannot be read, or there is no role, or too many.
 */
must_use enum status source_take_web_identity(struct plan *plan, const char *profile,
	bool with_environment, struct reason *reason);

/*
 * Runs the profile's credential_process. STATUS_BAD_PROFILE: it is not to be
 * trusted, or failed. STATUS_SLOW_CREDENTIALS: it did not end in time.
 */
must_use enum status
source_take_process(struct plan *plan, const char *profile, struct reason *reason);

#endif
