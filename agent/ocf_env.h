/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the cluster asked for, read once from argv and the environment. ocf_env.c holds the only
 * getenv of OCF_*, HA_debug and PCMK_debug in this tree; every other file takes a struct ocf_call.
 * Never fails: what is missing or odd becomes the value that is safest for a running volume.
 */
#ifndef LUKS_SSM_AGENT_OCF_ENV_H
#define LUKS_SSM_AGENT_OCF_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "params/params.h"

/*
 * OCF_RESKEY_CRM_meta_interval. UNSET: a person with crm_resource; ZERO: a probe; SET: a recurring
 * operation.
 */
enum ocf_interval { OCF_INTERVAL_UNSET, OCF_INTERVAL_ZERO, OCF_INTERVAL_SET };

struct ocf_call {
	const char *action;   /* lent; argv[1], "" when there is none */
	const char *instance; /* lent; NULL when OCF_RESOURCE_INSTANCE is unset or cannot name a
				 directory */
	enum ocf_interval interval;
	bool is_standby; /* CRM_meta_role=Stopped: the volume is expected not to be here */
	bool is_clone;
	unsigned int depth; /* 0, 10 or 20; an unknown OCF_CHECK_LEVEL is the next lower one; 0 in a
			       probe */
	int64_t timeout_ms; /* CRM_meta_timeout; 20 s when unset */
	struct deadline deadline; /* when work must be done: timeout less a reserve of 2 s or a
				     tenth of it */
	struct deadline end; /* when the answer must be out: what undoes, and wording it, may use
				the time between */
	const char *reason_prefix; /* lent; OCF_EXIT_REASON_PREFIX or its default */
	bool is_debug;             /* HA_debug or PCMK_debug holds a true value, or is_traced */
	bool is_traced;            /* OCF_TRACE_RA, or the parameter trace_ra, holds a true value */
	const char *trace_file; /* lent; OCF_TRACE_FILE: a path or a descriptor's number; NULL when
				   unset */
	const char *log_facility; /* lent; HA_LOGFACILITY; NULL when unset */
	bool is_silent;           /* it is "none": nothing goes to syslog */
};

/* Reads argv and the environment; both are lent for the life of RET_CALL. */
void ocf_call_read(int argc, char **argv, struct ocf_call *ret_call);

/*
 * Takes AGE_MS that went by before the call was read off both deadlines, at most half of the
 * timeout.
 */
void ocf_call_age(struct ocf_call *call, int64_t age_ms);

/* A param_lookup: OCF_RESKEY_NAME of the environment. CONTEXT is not used. */
const char *ocf_param_lookup(void *context, const char *name);

/*
 * The first OCF_RESKEY_* of the environment that no parameter, Pacemaker or a tool is known to set,
 * without that prefix and the value; NULL when there is none. Written to RET_NAME, cut to
 * ROOM_BYTES.
 */
bool ocf_unknown_param(char *ret_name, size_t room_bytes);

#endif
