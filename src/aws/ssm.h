/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GetParameter with decryption, once. Source: AWS Systems Manager API reference, GetParameter; AWS
 * JSON protocol 1.1.
 */
#ifndef LUKS_SSM_AWS_SSM_H
#define LUKS_SSM_AWS_SSM_H

#include "aws/encoding.h"
#include "aws/parameter_name.h"
#include "aws/service.h"

struct json_object;

struct ssm_question {
	const char *name; /* as it goes out */
	const char *region;
	const char *encoding;
	bool plain_string_ok;
	const struct endpoint *endpoint;
	const struct credentials *credentials;
	int64_t now_s;
};

/* What is called, and the rights it needs, for the reason. */
struct ssm_action {
	const char *target;    /* "AmazonSSM.PutParameter" */
	const char *right;     /* "ssm:PutParameter" */
	const char *kms_right; /* "kms:Encrypt"; NULL: it needs none */
};

struct ssm_answer {
	struct decoded decoded; /* owned */
	uint64_t version;       /* 0 when the service gave none */
	char arn[1281];         /* "" when the service gave none */
	struct secret listing;  /* owned; rows without values (listing.h) */
	bool listing_cut;       /* there was more than had room */
};

#define owned_ssm_answer owned_by(ssm_answer_end) struct ssm_answer

/* Every status of the group «The key» in status.def, and those of wrong or expired credentials. */
must_use enum status
ssm_get(struct http_client *client, const struct ssm_question *question, struct deadline deadline,
	struct ssm_answer *ret_answer, struct reply_facts *ret_facts, struct reason *reason);

/*
 * Any call of SSM, once: BODY is its JSON, RET_OBJECT the answer's, owned by the caller. Every
 * status of ssm_get but those of the value.
 */
must_use enum status ssm_post(struct http_client *client, const struct ssm_question *question,
	const struct ssm_action *action, const char *body, struct deadline deadline,
	struct json_object **ret_object, struct reply_facts *ret_facts, struct reason *reason);

/* The second half of ssm_get: what a reply means. Shown for its test and fuzz target. */
must_use enum status
ssm_reply_take(const struct http_reply *reply, const struct ssm_question *question,
	struct ssm_answer *ret_answer, struct reply_facts *facts, struct reason *reason);

void ssm_answer_end(struct ssm_answer *answer);

#endif
