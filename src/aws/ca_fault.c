/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Block by block, in the way in which libcurl reads a bundle whole: it tells that it failed, but
 * not where.
 */
#include "aws/ca_fault.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <string.h>

#include "base/own.h"

#define BLOCK_BEGIN "-----BEGIN "

static void
bio_end(BIO **bio)
{
	BIO_free(*bio);
}

static bool
block_is_readable(const char *block, size_t length_bytes)
{
	owned_by(bio_end) BIO *bio = BIO_new_mem_buf(block,
		length_bytes < INT_MAX ? (int)length_bytes : INT_MAX);

	if (bio == NULL)
		return true;

	STACK_OF(X509_INFO) *found = PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL);

	ERR_clear_error();
	if (found == NULL)
		return false;
	sk_X509_INFO_pop_free(found, X509_INFO_free);
	return true;
}

/* The line on which the first block begins that cannot be read; 0: each one can. */
static unsigned int
fault_line_find(const char *bundle, size_t bundle_bytes)
{
	const char *end = bundle + bundle_bytes, *block = NULL;
	unsigned int line = 0, block_line = 0;

	for (const char *at = bundle, *next = NULL; at < end; at = next) {
		const char *line_end = memchr(at, '\n', (size_t)(end - at));

		next = line_end != NULL ? line_end + 1 : end;
		line++;
		if ((size_t)(next - at) < strlen(BLOCK_BEGIN) ||
			memcmp(at, BLOCK_BEGIN, strlen(BLOCK_BEGIN)) != 0)
			continue;
		if (block != NULL && !block_is_readable(block, (size_t)(at - block)))
			return block_line;
		block = at;
		block_line = line;
	}
	return block != NULL && !block_is_readable(block, (size_t)(end - block)) ? block_line : 0;
}

enum status
ca_fault_explain(const char *bundle, size_t bundle_bytes, const char *host, struct reason *reason)
{
	unsigned int line = 0;

	if (bundle == NULL)
		return reason_set(reason, STATUS_UNTRUSTED,
			"%.80s: the system's certificate authorities cannot be loaded; install ca-certificates",
			host);
	line = fault_line_find(bundle, bundle_bytes);
	if (line > 0)
		return reason_set(reason, STATUS_UNTRUSTED,
			"ca_bundle: the certificate that begins on line %u is damaged; replace it",
			line);
	return reason_set(reason, STATUS_UNTRUSTED,
		"%.80s: no certificate authority could be loaded; check ca_bundle", host);
}
