/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instance metadata service, version 2 only: a session token, then the role's credentials or
 * the region. Source: EC2 User Guide, «Use IMDS»; the hop limit and early-boot troubles are in the
 * reasons. Never through a proxy.
 *
 * Four tries a document, while the deadline lasts: the one place where a count ends the tries. On a
 * host that is no instance this service is not there at all, and what is missing has to be said
 * soon. The first try has two seconds, and each that they did not suffice for is followed by one
 * with twice the time: a node that starts 32 volumes at once gives each of them little of its
 * processor. A try that ended half a second after its time was not let run and does not count.
 */
#ifndef LUKS_SSM_AWS_METADATA_H
#define LUKS_SSM_AWS_METADATA_H

#include "aws/credentials.h"
#include "aws/http.h"
#include "aws/metadata_text.h"
#include "aws/url.h"

struct metadata {
	struct endpoint endpoint;
	struct http_client *client; /* owned */
	struct secret token;        /* owned; empty until it was asked for */
	int64_t exchange_ms;        /* what a question and its answer may take */
	unsigned int late_tries;    /* that did not count */
};

#define owned_metadata owned_by(metadata_end) struct metadata

/* ENDPOINT NULL: the address of EC2. STATUS_BAD_PARAMETER, STATUS_NO_MEMORY. */
must_use enum status
metadata_open(const char *endpoint, struct metadata *ret_metadata, struct reason *reason);

/*
 * The credentials of the instance's role; its Expiration is not judged. STATUS_NO_CREDENTIALS: no
 * role is attached, or the service is switched off. STATUS_METADATA_UNREACHABLE after four tries.
 * STATUS_BAD_REPLY, STATUS_NO_MEMORY.
 */
must_use enum status metadata_credentials(struct metadata *metadata, struct deadline deadline,
	struct credentials *ret_credentials, struct reason *reason);

/*
 * The region the instance runs in. As above, with STATUS_NO_REGION in place of
 * STATUS_NO_CREDENTIALS.
 */
must_use enum status metadata_region(struct metadata *metadata, struct deadline deadline,
	char ret_region[static REGION_BYTES], struct reason *reason);

void metadata_end(struct metadata *metadata);

#endif
