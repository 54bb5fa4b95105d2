/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One signed POST to a regional service of AWS. */
#ifndef LUKS_SSM_AWS_SERVICE_H
#define LUKS_SSM_AWS_SERVICE_H

#include "aws/credentials.h"
#include "aws/http.h"
#include "aws/url.h"

/* What a reply said beside its content. */
struct reply_facts {
	long http_status; /* 0: no reply came */
	int64_t date_s;   /* of the Date header, -1 without one */
	int64_t pause_ms; /* Retry-After: how long to wait before the next try, 0 without */
	bool date_is_malformed, retry_after_is_malformed;
	bool verified;          /* it came over verified TLS */
	bool signature_refused; /* the code is one that a wrong clock or a wrong secret causes */
};

#define REPLY_FACTS_NONE \
	(struct reply_facts) \
	{ \
		.date_s = -1 \
	}

struct service_call {
	const char *service; /* "ssm", as it is signed */
	const char *region;
	const struct endpoint *endpoint;
	const char *content_type;
	const char *target; /* x-amz-target; NULL: none */
	const char *accept; /* NULL: none */
	const char *body;
	const struct credentials *credentials; /* NULL: not signed */
	int64_t now_s;                         /* the time to sign with, seconds since 1970 */
	size_t reply_limit_bytes;
	struct reply_facts *facts; /* filled as soon as a reply came; NULL: nobody asks */
};

/*
 * As http_exchange; also STATUS_BAD_REQUEST when the request cannot be signed. DEADLINE is this
 * try's.
 */
must_use enum status service_post(struct http_client *client, const struct service_call *call,
	struct deadline deadline, struct http_reply *ret_reply, struct reason *reason);

#endif
