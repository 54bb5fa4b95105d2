/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two questions to AWS's Security Token Service: a role for keys, and a role for an identity
 * token. Always the regional service. Source: AWS STS API reference, AssumeRole and
 * AssumeRoleWithWebIdentity; the query protocol answers in XML.
 */
#ifndef LUKS_SSM_AWS_STS_H
#define LUKS_SSM_AWS_STS_H

#include "aws/request.h"
#include "aws/service.h"

/* Who asks, and where. All lent. */
struct sts_way {
	struct http_client *client;
	const char *region;
	const struct endpoint *endpoint; /* of STS in that region */
	int64_t now_s;                   /* the time to sign with */
	struct reply_facts *facts;
};

/*
 * The role's credentials, asked for with CREDENTIALS. STATUS_ROLE_DENIED, STATUS_BAD_REQUEST (the
 * role's values are refused), STATUS_EXPIRED_CREDENTIALS, STATUS_BAD_CREDENTIALS, STATUS_BAD_REPLY,
 * and what service_post and aws_error_explain name.
 */
must_use enum status sts_assume_role(const struct sts_way *way, const struct request_role *role,
	const struct credentials *credentials, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason);

/*
 * The role's credentials for an identity token, not signed (web_identity.c). As above;
 * STATUS_SLOW_CREDENTIALS: the token has expired, and whoever writes its file may bring another.
 */
must_use enum status sts_assume_role_with_web_identity(const struct sts_way *way,
	const struct request_role *role, const char *token, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason);

/* What the two have in common. */

/* Begins a form for ROLE, with room for EXTRA_BYTES before they are escaped. STATUS_NO_MEMORY. */
must_use enum status sts_form_begin(const char *action, const struct request_role *role,
	size_t extra_bytes, struct secret *form);

/* Appends «&NAME=VALUE», the value escaped. STATUS_BAD_VALUE when there is no room. */
must_use enum status sts_form_add(struct secret *form, const char *name, const char *value);

/* Sends the form and takes the answer; CREDENTIALS NULL: not signed. */
must_use enum status sts_ask(const struct sts_way *way, const struct request_role *role,
	const struct secret *form, const struct credentials *credentials, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason);

/* What a reply means. Shown for its test and fuzz target; its body is decoded in place. */
must_use enum status
sts_reply_take(struct http_reply *reply, const struct sts_way *way, const struct request_role *role,
	struct credentials *ret_credentials, struct reason *reason);

#endif
