/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How credentials are come by: one source and the roles assumed from it, and how AWS is reached.
 * Made by root from its own files and environment, carried out by luks-ssm-aws. Order: parameter,
 * the resource's environment file, the process environment where it counts, shared files,
 * container, instance metadata; an explicit profile switches environment keys off. Source: KEYS of
 * the SDKs in botocore's credentials.py and configprovider.py.
 */
#ifndef LUKS_SSM_CREDS_PLAN_H
#define LUKS_SSM_CREDS_PLAN_H

#include "base/deadline.h"
#include "base/source.h"
#include "creds/settings.h"

#define PLAN_ROLES 8
#define PLAN_ORIGIN_BYTES 160

struct plan_role {
	const char *arn;
	const char *session;     /* NULL: the resource's own name for it */
	const char *external_id; /* NULL: none */
	unsigned int duration_s; /* 0: AWS's default */
};

/* Texts are lent by the settings and the parameters. */
struct plan {
	struct settings settings; /* owned */
	struct deadline deadline; /* of the whole action; a credential_process gets half of it */
	enum credential_source source;
	char origin[PLAN_ORIGIN_BYTES]; /* where the source was found, for messages */
	const char *access_key, *secret_key, *session_token;
	struct secret process_output; /* owned; as it came */
	char container_url[1024];
	struct secret container_token; /* owned */
	struct secret web_identity;    /* owned; the token */
	struct plan_role roles[PLAN_ROLES];
	size_t role_count;

	const char *region;         /* the parameter's, perhaps a list; NULL: none */
	const char *region_default; /* of the environment or the profile; NULL: none */
	const char *endpoint_ssm, *endpoint_sts, *endpoint_metadata; /* NULL: AWS's own */
	const char *proxy, *no_proxy; /* NULL: none; PROXY may hold a login: never shown */
	bool fips, dual_stack;
	struct secret ca_bundle; /* owned; no bytes: the system's */
};

#define owned_plan owned_by(plan_end) struct plan

/*
 * Makes the plan; asks no network, but runs the profile's credential_process. STATUS_BAD_PROFILE: a
 * profile or file is absent, malformed or needs a human, or that program failed.
 * STATUS_SLOW_CREDENTIALS: it did not end in time. STATUS_NO_CREDENTIALS: half a key, or metadata
 * switched off and nothing else there. STATUS_UNTRUSTED: the CA bundle is not one.
 * STATUS_NO_MEMORY.
 */
must_use enum status plan_make(const struct params *params, struct deadline deadline,
	struct plan *ret_plan, struct reason *reason);

/*
 * Appends the plan's fields to a request frame. STATUS_BAD_VALUE: a text is longer than the frame
 * allows.
 */
must_use enum status plan_write(const struct plan *plan, struct secret *frame);

/* How many bytes plan_write appends at most. */
size_t plan_room_bytes(const struct plan *plan);

void plan_end(struct plan *plan);

#endif
