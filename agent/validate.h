/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be said of a configuration without a look at the host. For start, validate-all and
 * reload-agent.
 */
#ifndef LUKS_SSM_AGENT_VALIDATE_H
#define LUKS_SSM_AGENT_VALIDATE_H

#include "base/reason.h"
#include "ocf_env.h"
#include "volume/wanted.h"

/*
 * STATUS_CLONE, STATUS_MISSING_PARAMETER, STATUS_BAD_PARAMETER, in this order; STATUS_OK. Looks at
 * no unknown names.
 */
must_use enum status validate_parameters(const struct ocf_call *call, const struct wanted *wanted,
	struct reason *reason);

/* The same, and STATUS_UNKNOWN_PARAMETER: a name that start would only warn about. */
must_use enum status
validate_strictly(const struct ocf_call *call, const struct wanted *wanted, struct reason *reason);

#endif
