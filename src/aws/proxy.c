/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The login is cut off by hand, so that it lies in secrets only; the rest goes through libcurl's
 * own URL parser.
 */
#include "aws/proxy.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "aws/no_proxy.h"

#define LOGIN_BYTES 1024
#define HEADER "Proxy-Authorization: Basic "

static int
hex_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/* Appends TEXT with its escapes resolved; false for a broken escape or a control character. */
static bool
part_decode(const char *text, size_t length_bytes, struct secret *login)
{
	for (size_t i = 0; i < length_bytes; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == '%') {
			int high = i + 2 < length_bytes ? hex_value(text[i + 1]) : -1;
			int low = i + 2 < length_bytes ? hex_value(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			byte = (unsigned char)(high << 4 | low);
			i += 2;
		}
		if (byte < ' ' || byte == 0x7f || secret_append(login, &byte, 1) != STATUS_OK)
			return false;
	}
	return true;
}

/* USER[:PASSWORD] as the header's USER:PASSWORD; a user's name holds no colon (RFC 7617). */
static bool
login_decode(const char *text, size_t length_bytes, struct secret *login)
{
	const char *colon = memchr(text, ':', length_bytes);
	size_t user_bytes = colon != NULL ? (size_t)(colon - text) : length_bytes;

	if (user_bytes == 0 || !part_decode(text, user_bytes, login) ||
		memchr(login->bytes, ':', login->length_bytes) != NULL ||
		secret_append(login, ":", 1) != STATUS_OK)
		return false;
	return colon == NULL || part_decode(colon + 1, length_bytes - user_bytes - 1, login);
}

static enum status
authorization_write(const struct secret *login, struct secret *authorization)
{
	size_t head_bytes = strlen(HEADER), digits = (login->length_bytes + 2) / 3 * 4;
	enum status status = secret_make(authorization, head_bytes + digits);

	if (status == STATUS_OK)
		status = secret_append(authorization, HEADER, head_bytes);
	if (status != STATUS_OK)
		return status;
	/* It ends with a NUL, for which a secret has room. */
	EVP_EncodeBlock((unsigned char *)authorization->bytes + head_bytes,
		(const unsigned char *)login->bytes, (int)login->length_bytes);
	authorization->length_bytes = head_bytes + digits;
	return STATUS_OK;
}

static enum status
login_take(const char *text, size_t length_bytes, struct secret *authorization,
	struct reason *reason)
{
	owned_secret login = {0};

	if (secret_make(&login, LOGIN_BYTES) != STATUS_OK)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the proxy's login");
	if (!login_decode(text, length_bytes, &login))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"https_proxy: the login must be USER:PASSWORD, percent-encoded; correct it in environment_file");
	if (authorization_write(&login, authorization) != STATUS_OK)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the proxy's login");
	return STATUS_OK;
}

/* The scheme with its "://", http's when TEXT names none; RET_REST is what follows it. */
static const char *
scheme_take(const char *text, const char **ret_rest)
{
	static const char *const schemes[] = {"http://", "https://"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0) {
			*ret_rest = text + strlen(schemes[i]);
			return schemes[i];
		}
	}
	*ret_rest = text;
	return strstr(text, "://") == NULL ? schemes[0] : NULL;
}

static enum status
proxy_place_take(const char *scheme, const char *rest, struct proxy *proxy, struct reason *reason)
{
	struct endpoint endpoint;
	char url[URL_BYTES];
	int length = snprintf(url, sizeof(url), "%s%s", scheme, rest);

	if (length < 0 || (size_t)length >= sizeof(url))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"https_proxy: the URL is too long; correct it");

	enum status status = endpoint_parse(url, URL_TRUST_PROXY, "https_proxy", &endpoint, reason);

	if (status != STATUS_OK)
		return status;

	/* libcurl's own default is 1080, everybody else's the scheme's. */
	const char *colon = strrchr(endpoint.host, ':');
	bool has_port = colon != NULL && strchr(colon, ']') == NULL;

	snprintf(proxy->name, sizeof(proxy->name), "%.270s%s", endpoint.host,
		has_port                    ? ""
			: endpoint.is_https ? ":443"
					    : ":80");
	snprintf(proxy->url, sizeof(proxy->url), "%s%s", scheme, proxy->name);
	return STATUS_OK;
}

enum status
proxy_parse(const char *text, const char *exceptions, struct proxy *ret_proxy,
	struct reason *reason)
{
	owned_proxy proxy = {.exceptions = exceptions};
	const char *rest = NULL;

	if (text == NULL)
		return STATUS_OK;

	const char *scheme = scheme_take(text, &rest);

	if (scheme == NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"https_proxy: must be http://HOST:PORT or https://HOST:PORT; other kinds of proxy are not spoken");

	/* A password may hold an @ of its own, a host cannot. */
	const char *at = strrchr(rest, '@');
	enum status status = STATUS_OK;

	if (at != NULL)
		status = login_take(rest, (size_t)(at - rest), &proxy.authorization, reason);
	if (status == STATUS_OK)
		status = proxy_place_take(scheme, at != NULL ? at + 1 : rest, &proxy, reason);
	if (status != STATUS_OK)
		return status;
	*ret_proxy = proxy;
	proxy.authorization = (struct secret){0};
	return STATUS_OK;
}

bool
proxy_is_used(const struct proxy *proxy, const char *url, const char *host)
{
	/* Plain HTTP goes to this host's own addresses only, which no proxy can reach for us. */
	return proxy != NULL && proxy->url[0] != '\0' && strncmp(url, "https:", 6) == 0 &&
		!no_proxy_covers(proxy->exceptions, host);
}

void
proxy_end(struct proxy *proxy)
{
	secret_end(&proxy->authorization);
	proxy->url[0] = '\0';
}
