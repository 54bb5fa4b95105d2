/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One HTTP exchange through libcurl: HTTP/1.1, TLS 1.2 or later, certificates always verified,
 * redirects never followed, the reply bounded, no proxy, no cookies, no netrc. What is sent and
 * received is not logged.
 */
#ifndef LUKS_SSM_AWS_HTTP_H
#define LUKS_SSM_AWS_HTTP_H

#include <stdint.h>

#include "aws/sigv4.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "base/secret.h"

/* A connection that is kept between the calls to one service. */
struct http_client;

#define owned_http_client owned_by(http_client_end) struct http_client *

struct http_call {
	const char *method;
	const char *url;
	const char *host;                  /* for the reason, and the Host header */
	const struct http_header *headers; /* besides Host; all of them, nothing is added */
	size_t header_count;
	const char *body; /* NULL: none */
	size_t body_bytes;
	int64_t connect_ms;
	struct deadline deadline; /* of this one exchange */
	size_t reply_limit_bytes;
};

struct http_reply {
	long status;
	char content_type[64]; /* lower case, without parameters; "" when there was none */
	char request_id[64];   /* x-amzn-requestid or x-amz-request-id */
	char error_type[128];  /* x-amzn-errortype */
	int64_t date_s;        /* of the Date header, -1 without a valid one */
	bool verified;         /* came over TLS with a verified certificate */
	struct secret body;    /* owned */
};

#define owned_http_reply owned_by(http_reply_end) struct http_reply

/*
 * CA_BUNDLE is PEM, lent for the client's life; without bytes: the system's own. STATUS_NO_MEMORY.
 */
must_use enum status
http_client_make(const char *ca_bundle, size_t ca_bundle_bytes, struct http_client **ret_client);

/*
 * STATUS_OK whatever HTTP status came. STATUS_UNREACHABLE: no name, no connection, time.
 * STATUS_UNTRUSTED, STATUS_CERTIFICATE_TIME, STATUS_TLS_MISMATCH. STATUS_BAD_REPLY: not HTTP, cut
 * off, too large. STATUS_NO_MEMORY.
 */
must_use enum status http_exchange(struct http_client *client, const struct http_call *call,
	struct http_reply *ret_reply, struct reason *reason);

void http_reply_end(struct http_reply *reply);
void http_client_end(struct http_client **client);

#endif
