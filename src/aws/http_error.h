/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a failed exchange means, from libcurl's and OpenSSL's codes. For http.c alone. */
#ifndef LUKS_SSM_AWS_HTTP_ERROR_H
#define LUKS_SSM_AWS_HTTP_ERROR_H

#include "aws/http_reply.h"

/* Words the reason and returns the status; see http_exchange. MESSAGE is libcurl's error buffer. */
enum status http_error_explain(CURL *easy, CURLcode code, const char *message,
	const struct http_intake *intake, const struct http_call *call, struct reason *reason);

#endif
