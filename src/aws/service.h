/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One signed POST to a regional service of AWS. */
#ifndef LUKS_SSM_AWS_SERVICE_H
#define LUKS_SSM_AWS_SERVICE_H

#include "aws/credentials.h"
#include "aws/http.h"
#include "aws/url.h"

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
};

/*
 * As http_exchange; also STATUS_BAD_REQUEST when the request cannot be signed. DEADLINE is this
 * try's.
 */
must_use enum status service_post(struct http_client *client, const struct service_call *call,
	struct deadline deadline, struct http_reply *ret_reply, struct reason *reason);

#endif
