/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer: hash of the canonical request, string to sign, derived key, signature. */
#include "aws/sigv4.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define HASH_BYTES 32
#define HEX_BYTES (2 * HASH_BYTES + 1)
#define SIGNED_NAMES_BYTES 512
#define SCOPE_BYTES 256
#define ALGORITHM "AWS4-HMAC-SHA256"

struct canonical {
	EVP_MD_CTX *hash; /* owned */
	bool failed;
};

static void
canonical_end(struct canonical *canonical)
{
	EVP_MD_CTX_free(canonical->hash);
}

static void
canonical_add(struct canonical *canonical, const char *bytes, size_t length_bytes)
{
	if (EVP_DigestUpdate(canonical->hash, bytes, length_bytes) != 1)
		canonical->failed = true;
}

static void
canonical_add_text(struct canonical *canonical, const char *text)
{
	canonical_add(canonical, text, strlen(text));
}

static void
hex_write(const unsigned char hash[static HASH_BYTES], char ret_hex[static HEX_BYTES])
{
	for (size_t i = 0; i < HASH_BYTES; i++)
		snprintf(ret_hex + 2 * i, 3, "%02x", hash[i]);
}

void
sigv4_date(int64_t seconds, char ret_date[static SIGV4_DATE_BYTES])
{
	struct tm parts = {0};
	time_t when = (time_t)seconds;

	gmtime_r(&when, &parts);
	if (strftime(ret_date, SIGV4_DATE_BYTES, "%Y%m%dT%H%M%SZ", &parts) == 0)
		ret_date[0] = '\0';
}

static bool
character_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A value with its outer blanks gone and every inner run of blanks as one space. */
static void
canonical_add_value(struct canonical *canonical, const char *value)
{
	bool begun = false, gap = false;

	for (const char *c = value; *c != '\0'; c++) {
		if (character_is_blank(*c)) {
			gap = begun;
			continue;
		}
		if (gap)
			canonical_add(canonical, " ", 1);
		canonical_add(canonical, c, 1);
		begun = true;
		gap = false;
	}
}

static void
canonical_add_name(struct canonical *canonical, const char *name)
{
	for (const char *c = name; *c != '\0'; c++) {
		char lower = (char)tolower((unsigned char)*c);

		canonical_add(canonical, &lower, 1);
	}
}

/* By name; an insertion sort keeps the order of equal names, and there are few. */
static void
headers_sort(const struct sigv4_request *request,
	const struct http_header *sorted[static SIGV4_HEADERS])
{
	for (size_t i = 0; i < request->header_count; i++) {
		size_t at = i;

		for (; at > 0 && strcasecmp(sorted[at - 1]->name, request->headers[i].name) > 0;
			at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &request->headers[i];
	}
}

static bool
header_continues(const struct http_header *const *sorted, size_t i)
{
	return i > 0 && strcasecmp(sorted[i - 1]->name, sorted[i]->name) == 0;
}

static void
canonical_add_headers(struct canonical *canonical, const struct http_header *const *sorted,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (header_continues(sorted, i)) {
			canonical_add(canonical, ",", 1);
		} else {
			canonical_add_text(canonical, i > 0 ? "\n" : "");
			canonical_add_name(canonical, sorted[i]->name);
			canonical_add(canonical, ":", 1);
		}
		canonical_add_value(canonical, sorted[i]->value);
	}
	canonical_add_text(canonical, "\n\n");
}

static bool
signed_names_write(const struct http_header *const *sorted, size_t count,
	char ret_names[static SIGNED_NAMES_BYTES])
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		if (header_continues(sorted, i))
			continue;
		int wrote = snprintf(ret_names + used, SIGNED_NAMES_BYTES - used, "%s%s",
			used > 0 ? ";" : "", sorted[i]->name);

		if (wrote < 0 || (size_t)wrote >= SIGNED_NAMES_BYTES - used)
			return false;
		used += (size_t)wrote;
	}
	for (char *c = ret_names; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return true;
}

static bool
body_hash_write(const struct sigv4_request *request, char ret_hex[static HEX_BYTES])
{
	unsigned char hash[HASH_BYTES];

	if (EVP_Digest(request->body, request->body_bytes, hash, NULL, EVP_sha256(), NULL) != 1)
		return false;
	hex_write(hash, ret_hex);
	return true;
}

static bool
canonical_hash_write(const struct sigv4_request *request, const struct http_header *const *sorted,
	const char *names, char ret_hex[static HEX_BYTES])
{
	owned_by(canonical_end) struct canonical canonical = {.hash = EVP_MD_CTX_new()};
	char body_hash[HEX_BYTES];
	unsigned char hash[HASH_BYTES];

	if (canonical.hash == NULL || EVP_DigestInit_ex(canonical.hash, EVP_sha256(), NULL) != 1 ||
		!body_hash_write(request, body_hash))
		return false;
	canonical_add_text(&canonical, request->method);
	canonical_add_text(&canonical, "\n/\n\n");
	canonical_add_headers(&canonical, sorted, request->header_count);
	canonical_add_text(&canonical, names);
	canonical_add_text(&canonical, "\n");
	canonical_add_text(&canonical, body_hash);
	if (canonical.failed || EVP_DigestFinal_ex(canonical.hash, hash, NULL) != 1)
		return false;
	hex_write(hash, ret_hex);
	return true;
}

static bool
hmac_step(const void *key, size_t key_bytes, const char *text,
	unsigned char ret_hash[static HASH_BYTES])
{
	return HMAC(EVP_sha256(), key, (int)key_bytes, (const unsigned char *)text, strlen(text),
		       ret_hash, NULL) != NULL;
}

/* The key of one day, region and service, then the signature with it. */
static enum status
signature_as_hex(const struct sigv4_request *request, const char *string_to_sign,
	char ret_hex[static HEX_BYTES])
{
	owned_secret first = {0}, chain = {0};
	char day[9];
	unsigned char signature[HASH_BYTES];
	enum status status = secret_make(&first, request->secret_key->length_bytes + 4);

	if (status == STATUS_OK)
		status = secret_make(&chain, HASH_BYTES);
	if (status == STATUS_OK)
		status = secret_append(&first, "AWS4", 4);
	if (status == STATUS_OK)
		status = secret_append(&first, request->secret_key->bytes,
			request->secret_key->length_bytes);
	if (status != STATUS_OK)
		return status;

	unsigned char *key = (unsigned char *)chain.bytes;

	snprintf(day, sizeof(day), "%.8s", request->date);
	if (!hmac_step(first.bytes, first.length_bytes, day, key) ||
		!hmac_step(key, HASH_BYTES, request->region, key) ||
		!hmac_step(key, HASH_BYTES, request->service, key) ||
		!hmac_step(key, HASH_BYTES, "aws4_request", key) ||
		!hmac_step(key, HASH_BYTES, string_to_sign, signature))
		return STATUS_NO_MEMORY;
	hex_write(signature, ret_hex);
	return STATUS_OK;
}

enum status
sigv4_sign(const struct sigv4_request *request,
	char ret_authorization[static SIGV4_AUTHORIZATION_BYTES])
{
	const struct http_header *sorted[SIGV4_HEADERS] = {NULL};
	char names[SIGNED_NAMES_BYTES] = "", scope[SCOPE_BYTES], hash[HEX_BYTES],
	     signature[HEX_BYTES];
	char string_to_sign[SCOPE_BYTES + HEX_BYTES + sizeof(ALGORITHM) + SIGV4_DATE_BYTES + 4];

	if (request->header_count > SIGV4_HEADERS)
		return STATUS_BAD_REQUEST;
	headers_sort(request, sorted);

	int wrote = snprintf(scope, sizeof(scope), "%.8s/%s/%s/aws4_request", request->date,
		request->region, request->service);

	if (wrote < 0 || (size_t)wrote >= sizeof(scope) ||
		!signed_names_write(sorted, request->header_count, names))
		return STATUS_BAD_REQUEST;
	if (!canonical_hash_write(request, sorted, names, hash))
		return STATUS_NO_MEMORY;
	snprintf(string_to_sign, sizeof(string_to_sign), ALGORITHM "\n%s\n%s\n%s", request->date,
		scope, hash);

	enum status status = signature_as_hex(request, string_to_sign, signature);

	if (status != STATUS_OK)
		return status;
	wrote = snprintf(ret_authorization, SIGV4_AUTHORIZATION_BYTES,
		ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s", request->access_key,
		scope, names, signature);
	return wrote < 0 || wrote >= SIGV4_AUTHORIZATION_BYTES ? STATUS_BAD_REQUEST : STATUS_OK;
}
