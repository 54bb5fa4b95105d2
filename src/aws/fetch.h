/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper's story: regions in their order, credentials, GetParameter, tried again while it may
 * help and time is left. Corrects a wrong clock once, and only by the Date of a reply over verified
 * TLS; asks once more for credentials that have expired.
 */
#ifndef LUKS_SSM_AWS_FETCH_H
#define LUKS_SSM_AWS_FETCH_H

#include "aws/metadata.h"
#include "aws/request.h"
#include "aws/ssm.h"

struct fetch_answer {
	struct ssm_answer parameter; /* owned */
	bool has_older;
	char region[REGION_BYTES]; /* where it was found */
	char warning[REASON_BYTES];
};

#define owned_fetch_answer owned_by(fetch_answer_end) struct fetch_answer

/* Every status of the groups «Credentials» and «The key» in status.def. */
must_use enum status
fetch_run(const struct request *request, struct fetch_answer *ret_answer, struct reason *reason);

void fetch_answer_end(struct fetch_answer *answer);

#endif
