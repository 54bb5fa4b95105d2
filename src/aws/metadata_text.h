/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three answers of instance metadata that are plain texts: a session token, the name of a role,
 * a region. None is believed beyond its form. For metadata.c.
 */
#ifndef LUKS_SSM_AWS_METADATA_TEXT_H
#define LUKS_SSM_AWS_METADATA_TEXT_H

#include "base/reason.h"
#include "base/secret.h"

#define METADATA_ROLE_BYTES 65
#define REGION_BYTES 64

/* STATUS_BAD_REPLY, by the name of HOST: what no header could carry, which the reason never quotes.
 */
must_use enum status
metadata_token_check(const struct secret *body, const char *host, struct reason *reason);

/* The first line. STATUS_BAD_REPLY, by the name of HOST: what is not the name of a role. */
must_use enum status metadata_role_take(const struct secret *body, const char *host,
	char ret_role[static METADATA_ROLE_BYTES], struct reason *reason);

/* STATUS_NO_REGION: what is not the name of a region. */
must_use enum status metadata_region_take(const struct secret *body,
	char ret_region[static REGION_BYTES], struct reason *reason);

#endif
