/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PutParameter, once: a SecureString of a name that is free, never over another. Source: AWS
 * Systems Manager API reference, PutParameter.
 */
#ifndef LUKS_SSM_AWS_PUT_H
#define LUKS_SSM_AWS_PUT_H

#include "aws/request.h"
#include "aws/ssm.h"

/*
 * Stores request->value. An answer that is lost leaves open whether it was stored: the next try
 * then says STATUS_PARAMETER_EXISTS, and the caller reads it back. Also every status of ssm_get;
 * STATUS_BAD_VALUE when there is no value, or one that no parameter can hold.
 */
must_use enum status ssm_put(struct http_client *client, const struct request *request,
	const struct ssm_question *question, struct deadline deadline,
	struct ssm_answer *ret_answer, struct reply_facts *ret_facts, struct reason *reason);

#endif
