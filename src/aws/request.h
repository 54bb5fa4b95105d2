/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What root asks for, as the helper reads it from the request frame. All texts are lent by the
 * frame.
 */
#ifndef LUKS_SSM_AWS_REQUEST_H
#define LUKS_SSM_AWS_REQUEST_H

#include "base/deadline.h"
#include "base/operation.h"
#include "base/reason.h"
#include "base/source.h"
#include "base/wire.h"

struct request_role {
	const char *arn;
	const char *session;
	const char *external_id; /* NULL: none */
	unsigned int duration_s; /* 0: AWS's default */
};

struct request {
	const char *regions[WIRE_LIST_LENGTH]; /* in the order to try; none: of the ARN, else
						  region_default, else the instance's */
	size_t region_count;
	const char *region_default;
	enum operation operation;
	const char *parameter;
	uint64_t version; /* 0: what the name says */
	const char *encoding;
	bool plain_string_ok;
	struct wire_slot value;  /* OPERATION_PUT alone, and the next two; key material */
	const char *description; /* NULL: none */
	const char *kms_key;     /* NULL: the account's own, aws/ssm */
	struct deadline deadline;
	const char *endpoint_ssm, *endpoint_sts, *endpoint_metadata; /* NULL: AWS's own */
	const char *proxy, *no_proxy; /* NULL: none; PROXY may hold a login: never shown */
	bool fips, dual_stack;
	struct wire_slot ca_bundle;
	enum credential_source source;
	const char *origin; /* never NULL */
	const char *access_key, *secret_key, *session_token;
	struct wire_slot process_output;
	const char *container_url, *container_token;
	const char *web_identity_token;
	struct request_role roles[WIRE_LIST_LENGTH];
	size_t role_count;
};

/* STATUS_HELPER_BROKEN: not a request of this version, or without what every request names. */
must_use enum status
request_read(const struct secret *frame, struct request *ret_request, struct reason *reason);

#endif
