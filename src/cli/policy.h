/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IAM and KMS policies, as documents: each grants what its reader needs and nothing else. Source:
 * IAM User Guide, «Global condition keys»; KMS Developer Guide, «Specifying KMS keys in IAM policy
 * statements».
 */
#ifndef LUKS_SSM_CLI_POLICY_H
#define LUKS_SSM_CLI_POLICY_H

#include <json-c/json.h>
#include <stdbool.h>

#include "base/reason.h"
#include "base/status.h"

struct policy {
	char parameter_arn[1281];
	char key_arn[2049];  /* "": the account's own key, which needs no right */
	char key_alias[257]; /* "alias/…" when the key is known by that alone; "" otherwise */
	char account[16];
	char partition[32];
	const char *node_role;
	const char *source_ip;    /* NULL: from anywhere; networks separated by commas */
	const char *vpc_endpoint; /* NULL: over the internet, too */
};

/*
 * Takes apart what was given: PARAMETER a name or an ARN, KEY an id, an ARN or an alias or NULL.
 * STATUS_MISSING_PARAMETER: account or region; STATUS_BAD_PARAMETER, also for a private network
 * without an endpoint. RET_POLICY lends node_role, source_ip and vpc_endpoint.
 */
must_use enum status policy_make(const char *parameter, const char *region, const char *account,
	const char *key, struct policy *ret_policy, struct reason *reason);

/* That the networks can match. STATUS_BAD_PARAMETER. */
must_use enum status policy_check_networks(const struct policy *policy, struct reason *reason);

/* The documents; the caller owns them. NULL without memory. */
struct json_object *policy_reader(const struct policy *policy);
struct json_object *policy_provisioner(const struct policy *policy);
struct json_object *policy_key(const struct policy *policy);

#endif
