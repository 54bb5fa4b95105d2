/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One HTTP exchange through libcurl: HTTP/1.1, TLS 1.2 or later, certificates always verified,
 * redirects never followed, the reply bounded, no cookies, no netrc, no proxy but the one that the
 * client is given. What is sent and received is not logged.
 */
#ifndef LUKS_SSM_AWS_HTTP_H
#define LUKS_SSM_AWS_HTTP_H

#include <stdint.h>

#include "aws/proxy.h"
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
	int64_t retry_after_s; /* of Retry-After as seconds, -1 without */
	int64_t retry_at_s;    /* of Retry-After as a date, -1 without */
	int64_t length_bytes;  /* of Content-Length, -1 without a valid one */
	bool date_is_malformed, retry_after_is_malformed;
	const char *malformed; /* a header without which the body cannot be read; NULL: none */
	bool verified;         /* came over TLS with a verified certificate */
	struct secret body;    /* owned */
};

#define owned_http_reply owned_by(http_reply_end) struct http_reply

/*
 * CA_BUNDLE is PEM, lent for the client's life; without bytes: the system's own. STATUS_NO_MEMORY.
 */
must_use enum status
http_client_make(const char *ca_bundle, size_t ca_bundle_bytes, struct http_client **ret_client);

/* From now on calls go through PROXY, which is lent for the client's life, where it is meant. */
void http_client_proxy_use(struct http_client *client, const struct proxy *proxy);

/*
 * STATUS_OK whatever HTTP status came. STATUS_UNREACHABLE: no name, no connection, time.
 * STATUS_UNTRUSTED, STATUS_CERTIFICATE_TIME, STATUS_TLS_MISMATCH. STATUS_PROXY_REFUSED: no login,
 * a wrong one, or the proxy does not let us through. STATUS_BAD_REPLY: not HTTP, malformed, cut
 * off, too large. STATUS_NO_MEMORY.
 */
must_use enum status http_exchange(struct http_client *client, const struct http_call *call,
	struct http_reply *ret_reply, struct reason *reason);

/* The reply as it is before anything came. */
#define HTTP_REPLY_NONE \
	{ \
		.date_s = -1, .retry_after_s = -1, .retry_at_s = -1, .length_bytes = -1 \
	}

/*
 * How long the other side asks us to wait before the next try, 0 when it does not; a date counts
 * from the reply's own Date, without one from NOW_S.
 */
int64_t http_reply_pause_ms(const struct http_reply *reply, int64_t now_s);

void http_reply_end(struct http_reply *reply);
void http_client_end(struct http_client **client);

#endif
