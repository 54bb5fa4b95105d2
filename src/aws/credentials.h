/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The credentials a request is signed with, from the plan in the request frame. Sources that are
 * asked over the network are metadata (metadata.h); the rest of the plan is read from the frame.
 */
#ifndef LUKS_SSM_AWS_CREDENTIALS_H
#define LUKS_SSM_AWS_CREDENTIALS_H

#include <stdint.h>

#include "base/deadline.h"
#include "base/reason.h"
#include "base/secret.h"

#define ACCESS_KEY_BYTES 257

struct credentials {
	char access_key[ACCESS_KEY_BYTES]; /* "": there are none yet */
	struct secret secret_key;          /* owned */
	struct secret session_token;       /* owned; no bytes: none */
	int64_t expires_s; /* as the source claims, 0 when it says nothing; never believed, only
			      told */
	bool expires_malformed; /* what it claims is no time, which is told, too */
};

#define owned_credentials owned_by(credentials_end) struct credentials

/*
 * Copies texts; TOKEN may be NULL. ORIGIN names the source in the reason. STATUS_BAD_CREDENTIALS:
 * empty or with characters no header can carry.
 */
must_use enum status
credentials_copy(const char *origin, const char *access_key, const char *secret_key,
	const char *token, struct credentials *ret_credentials, struct reason *reason);

/*
 * Reads the JSON form that metadata, containers and credential processes share (AccessKeyId,
 * SecretAccessKey, Token or SessionToken, Expiration, which is never refused). ORIGIN names the
 * source in the reason.
 * STATUS_BAD_REPLY, STATUS_NO_CREDENTIALS (the source says so itself with Code and Message).
 */
must_use enum status credentials_parse(const struct secret *text, const char *origin,
	struct credentials *ret_credentials, struct reason *reason);

/*
 * Seconds since 1970 of "2026-01-31T12:00:00Z", perhaps with a fraction, or with +02:00, +0200 or
 * nothing in place of the Z; 0 for anything else.
 */
int64_t timestamp_parse(const char *text);

void credentials_end(struct credentials *credentials);

#endif
