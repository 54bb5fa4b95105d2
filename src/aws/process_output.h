/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a credential_process printed, which root passes on unread. Source: AWS SDKs and Tools
 * Reference Guide, «Process credential provider».
 */
#ifndef LUKS_SSM_AWS_PROCESS_OUTPUT_H
#define LUKS_SSM_AWS_PROCESS_OUTPUT_H

#include "aws/credentials.h"

/*
 * NOW_S is the time that Expiration is held against: a program that prints old keys is a mistake of
 * this node. ORIGIN names the profile in the reason. STATUS_BAD_PROFILE: not the JSON of version 1,
 * a member is missing or is of the wrong kind. STATUS_EXPIRED_CREDENTIALS. STATUS_NO_MEMORY.
 */
must_use enum status process_output_parse(const struct secret *text, const char *origin,
	int64_t now_s, struct credentials *ret_credentials, struct reason *reason);

#endif
