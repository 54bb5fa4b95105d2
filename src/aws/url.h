/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endpoint URLs: which hosts may be spoken to in plain text, and the Host value that is signed.
 * An endpoint is SCHEME://HOST[:PORT][/], nothing else: no user, no path, no query.
 */
#ifndef LUKS_SSM_AWS_URL_H
#define LUKS_SSM_AWS_URL_H

#include <stdbool.h>

#include "base/reason.h"

#define URL_BYTES 1100
#define URL_HOST_BYTES 280

enum url_trust {
	URL_TRUST_SERVICE,  /* https anywhere, http only to a loopback address */
	URL_TRUST_METADATA, /* http to the metadata address of an instance or a loopback address,
			       https anywhere */
	URL_TRUST_PROXY,    /* http and https anywhere: what goes through it is TLS of our own */
};

struct endpoint {
	char url[URL_BYTES];       /* with the slash at the end */
	char host[URL_HOST_BYTES]; /* as the Host header carries it: with a port unless it is the
				      scheme's own */
	bool is_https;
};

/*
 * Checks TEXT and takes it apart. WHERE names the origin of the text in the reason.
 * STATUS_BAD_PARAMETER.
 */
must_use enum status endpoint_parse(const char *text, enum url_trust trust, const char *where,
	struct endpoint *ret_endpoint, struct reason *reason);

#endif
