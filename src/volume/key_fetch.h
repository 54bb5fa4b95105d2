/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gets the passphrase from AWS through luks-ssm-aws, a program of its own without rights. The root
 * side hands over one request frame and takes one reply frame; it never parses a byte that came
 * from the network.
 */
#ifndef LUKS_SSM_VOLUME_KEY_FETCH_H
#define LUKS_SSM_VOLUME_KEY_FETCH_H

#include "base/deadline.h"
#include "base/reason.h"
#include "base/secret.h"
#include "params/params.h"

struct fetched_key {
	struct secret key;    /* owned; decoded as key_encoding says */
	unsigned int version; /* of the parameter; 0 when the service gave none */
	char region[64];      /* where it was found */
	char arn[1281];       /* of the parameter; "" when the service gave none */
	bool has_older;       /* an older version may be asked for: neither a pinned selector nor a
				 Secrets Manager reference */
	bool has_backslash;   /* under text encoding: worth a word when it opens no slot */
	unsigned int jail_gaps;     /* what of its jail the helper had to do without: bits of enum
				       wire_jail_gap */
	char warning[REASON_BYTES]; /* something to log, such as a corrected clock; "" when nothing
				     */
};

#define owned_fetched_key owned_by(fetched_key_end) struct fetched_key

/*
 * CURRENT NULL: what the configuration names. Otherwise the version that lies OLDER below CURRENT,
 * the first answer, and in its region: the numbers are others elsewhere. Every status of the groups
 * «Credentials» and «The key» in status.def, STATUS_TIMED_OUT, STATUS_NO_MEMORY.
 */
must_use enum status
key_fetch(const struct params *params, const struct fetched_key *current, unsigned int older,
	struct deadline deadline, struct fetched_key *ret_key, struct reason *reason);

void fetched_key_end(struct fetched_key *key);

#endif
