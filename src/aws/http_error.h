/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a failed exchange means, from libcurl's and OpenSSL's codes. For http.c alone. */
#ifndef LUKS_SSM_AWS_HTTP_ERROR_H
#define LUKS_SSM_AWS_HTTP_ERROR_H

#include "aws/http_reply.h"

/* All of it lent. */
struct http_failure {
	CURL *easy;
	CURLcode code;
	const char *message; /* libcurl's error buffer */
	const struct http_intake *intake;
	const struct http_call *call;
	const struct proxy *proxy;         /* NULL: the call went out directly */
	const struct curl_blob *ca_bundle; /* no data: the system's */
};

/* Words the reason and returns the status; see http_exchange. */
enum status http_failure_explain(const struct http_failure *failure, struct reason *reason);

#endif
