/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes in the reply of one exchange: the headers that matter, and the body up to its bound. For
 * http.c alone.
 */
#ifndef LUKS_SSM_AWS_HTTP_REPLY_H
#define LUKS_SSM_AWS_HTTP_REPLY_H

#include <curl/curl.h>

#include "aws/http.h"

struct http_intake {
	CURL *easy;
	struct http_reply *reply;
	size_t limit_bytes;
	bool too_large; /* the body passed the bound */
	bool no_memory;
	bool has_begun;  /* a status line came */
	bool head_ended; /* and the empty line behind the headers */
};

/* Makes the handle hand its reply to INTAKE, which must live as long as the exchange. */
bool http_intake_set(struct http_intake *intake);

/* Takes one header line, as it came, into the reply. Shown for its test and fuzz target. */
void http_header_take(const char *line, size_t length_bytes, struct http_reply *reply);

#endif
