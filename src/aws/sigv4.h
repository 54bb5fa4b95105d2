/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AWS Signature Version 4 for requests to "/" without a query, which is all that the services we
 * speak to need. The canonical request is hashed piece by piece and never laid out: it holds the
 * session token. Source: AWS General Reference, «Create a signed AWS API request».
 */
#ifndef LUKS_SSM_AWS_SIGV4_H
#define LUKS_SSM_AWS_SIGV4_H

#include <stdint.h>

#include "base/secret.h"

/* The most headers one request signs. */
#define SIGV4_HEADERS 16
#define SIGV4_AUTHORIZATION_BYTES 1024
#define SIGV4_DATE_BYTES 17 /* 20150830T123600Z and a NUL */

struct http_header {
	const char *name; /* in any case */
	const char *value;
};

struct sigv4_request {
	const char *method;
	const char *region;
	const char *service;
	const struct http_header *headers; /* all are signed: host, x-amz-date and the rest */
	size_t header_count;
	const char *body;
	size_t body_bytes;
	const char *access_key;
	const struct secret *secret_key;
	const char *date; /* as sigv4_date writes it; the same that is sent as x-amz-date */
};

/* SECONDS since 1970 as x-amz-date wants it. */
void sigv4_date(int64_t seconds, char ret_date[static SIGV4_DATE_BYTES]);

/*
 * The value of the Authorization header, which is no secret. Headers of one name must stand in the
 * order in which they are sent. STATUS_BAD_REQUEST for too many headers or names that do not fit,
 * STATUS_NO_MEMORY.
 */
must_use enum status sigv4_sign(const struct sigv4_request *request,
	char ret_authorization[static SIGV4_AUTHORIZATION_BYTES]);

#endif
