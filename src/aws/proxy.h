/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proxy that calls to AWS's services go through: HTTP CONNECT, in plain text or over TLS, with
 * a login (Basic, RFC 7617) or without. Never for instance metadata or container credentials: their
 * clients are not given one. User and password lie in a secret; no reason and no log names them.
 */
#ifndef LUKS_SSM_AWS_PROXY_H
#define LUKS_SSM_AWS_PROXY_H

#include <stdbool.h>

#include "aws/url.h"
#include "base/secret.h"

struct proxy {
	char url[URL_BYTES];         /* SCHEME://HOST:PORT, without a login; "": no proxy */
	char name[URL_HOST_BYTES];   /* HOST:PORT, for reasons */
	struct secret authorization; /* owned; the header line with the login; no bytes: none */
	const char *exceptions;      /* lent; see no_proxy.h; NULL: none */
};

#define owned_proxy owned_by(proxy_end) struct proxy

/*
 * Takes [SCHEME://][USER:PASSWORD@]HOST:PORT apart; SCHEME is http (when none is named) or https,
 * user and password may be percent-encoded. TEXT NULL: no proxy. EXCEPTIONS is lent for the proxy's
 * life. STATUS_BAD_PARAMETER without quoting the text. STATUS_NO_MEMORY.
 */
must_use enum status proxy_parse(const char *text, const char *exceptions, struct proxy *ret_proxy,
	struct reason *reason);

/* Whether a call to URL with the Host value HOST goes through it; PROXY may be NULL. */
bool proxy_is_used(const struct proxy *proxy, const char *url, const char *host);

void proxy_end(struct proxy *proxy);

#endif
