/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question to luks-ssm-aws, a program of its own without rights: a request frame goes to it, a
 * reply frame comes back, and it ends. For key_fetch and for the administrator's command.
 */
#ifndef LUKS_SSM_VOLUME_HELPER_CALL_H
#define LUKS_SSM_VOLUME_HELPER_CALL_H

#include "base/deadline.h"
#include "base/operation.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/wire.h"
#include "params/params.h"

/* Beside what PARAMS say; all is lent, and 0 or NULL where it does not matter. */
struct helper_question {
	enum operation operation;
	const char *region;         /* NULL: as the configuration says */
	uint64_t version;           /* 0: what the name says */
	const struct secret *value; /* OPERATION_PUT: what to store */
	const char *description, *kms_key;
};

/*
 * Again until the deadline while a token's file holds an expired one or a credential_process does
 * not end. RET_FRAME lends from RET_REPLY, which is the caller's to end. Every status of the groups
 * «Credentials» and «The key» in status.def, STATUS_TIMED_OUT, STATUS_NO_MEMORY.
 */
must_use enum status helper_call(const struct params *params,
	const struct helper_question *question, struct deadline deadline, struct secret *ret_reply,
	struct wire_frame *ret_frame, struct reason *reason);

#endif
