/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries out the credentials plan: one source, then the roles assumed from it in order. Holds what
 * is needed to do it again when the service says that a token has expired.
 */
#ifndef LUKS_SSM_AWS_CALLER_H
#define LUKS_SSM_AWS_CALLER_H

#include "aws/metadata.h"
#include "aws/request.h"

struct caller {
	const struct request *request;  /* lent */
	struct metadata *metadata;      /* lent */
	struct credentials credentials; /* owned; what requests are signed with */
};

#define owned_caller owned_by(caller_end) struct caller

/*
 * Makes the credentials unless they are there. STATUS_NO_CREDENTIALS, STATUS_BAD_CREDENTIALS,
 * STATUS_BAD_PROFILE, STATUS_METADATA_UNREACHABLE and what the sources name.
 */
must_use enum status
caller_obtain(struct caller *caller, struct deadline deadline, struct reason *reason);

/* Whether asking the source again can bring other credentials. */
bool caller_can_refresh(const struct caller *caller);

/* Drops the credentials, so that the next caller_obtain asks again. */
void caller_forget(struct caller *caller);

void caller_end(struct caller *caller);

#endif
