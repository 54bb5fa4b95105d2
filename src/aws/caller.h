/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carries out the credentials plan: one source, then the roles assumed from it in order. Holds what
 * is needed to do it again when the service says that a token has expired.
 */
#ifndef LUKS_SSM_AWS_CALLER_H
#define LUKS_SSM_AWS_CALLER_H

#include "aws/metadata.h"
#include "aws/request.h"
#include "aws/service.h"

struct caller {
	const struct request *request;  /* lent */
	struct metadata *metadata;      /* lent */
	struct credentials credentials; /* owned; what requests are signed with */
};

#define owned_caller owned_by(caller_end) struct caller

/* How STS is reached, when a role is to be assumed. All lent. */
struct caller_way {
	struct http_client *client;
	const char *region;
	int64_t now_s;             /* the time to sign with */
	struct reply_facts *facts; /* of STS's last reply */
};

/*
 * Makes the credentials unless they are there. STATUS_NO_CREDENTIALS, STATUS_BAD_CREDENTIALS,
 * STATUS_BAD_PROFILE, STATUS_METADATA_UNREACHABLE, STATUS_ROLE_DENIED and what the sources name.
 */
must_use enum status caller_obtain(struct caller *caller, const struct caller_way *way,
	struct deadline deadline, struct reason *reason);

/* Whether asking the source again can bring other credentials. */
bool caller_can_refresh(const struct caller *caller);

/* Drops the credentials, so that the next caller_obtain asks again. */
void caller_forget(struct caller *caller);

void caller_end(struct caller *caller);

#endif
