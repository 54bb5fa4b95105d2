/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is told of parameters without their values: below a path, or version by version.
 * Paged to the end or to the bound of a reply. Source: AWS Systems Manager API reference,
 * GetParametersByPath, GetParameterHistory.
 */
#ifndef LUKS_SSM_AWS_LISTING_H
#define LUKS_SSM_AWS_LISTING_H

#include "aws/ssm.h"
#include "base/operation.h"

/*
 * Fills ret_answer->listing: a line for each row, its columns as listing.def has them, separated by
 * tabs; control characters of the service's texts have become '?'. ret_answer->listing_cut when not
 * all had room. Also every status of ssm_get.
 */
must_use enum status ssm_list(struct http_client *client, enum operation operation,
	const struct ssm_question *question, struct deadline deadline,
	struct ssm_answer *ret_answer, struct reply_facts *ret_facts, struct reason *reason);

/*
 * STATUS_BAD_REPLY: there is no list of objects, or what leads to the next page is no text; HOST is
 * for the reason. Shown for its test.
 */
must_use enum status
listing_check(struct json_object *reply, const char *host, struct reason *reason);

/* The rows of one reply, appended to LISTING. False when there was no room for all. Shown for its
 * test. */
bool listing_append(struct json_object *reply, struct secret *listing);

#endif
