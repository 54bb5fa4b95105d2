/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks of the values that say how AWS is reached: the endpoint, the proxy, what goes around it.
 * A value that may hold a login is never quoted.
 */
#include <stdbool.h>
#include <string.h>

#include "params/params_check.h"
#include "params/value.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define NO_PROXY_BYTES 4096

static enum status
login_reject(struct reason *reason, const char *name, const char *next)
{
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"%s: a login has no place in a parameter; %s", name, next);
}

/*
 * The host of a URL: RET_HOST begins it, brackets of an IPv6 literal included. Returns its length,
 * 0 for a bad one.
 */
static size_t
url_host(const char *rest, const char **ret_host)
{
	*ret_host = rest;
	if (*rest == '[') {
		size_t inside = strspn(rest + 1, DIGITS "abcdefABCDEF:.");

		return inside > 0 && rest[1 + inside] == ']' ? inside + 2 : 0;
	}
	return strspn(rest, LOWER UPPER DIGITS ".-");
}

/* Behind the host: nothing, a port, one slash. */
static bool
url_end_is_plain(const char *end)
{
	if (*end == ':') {
		size_t digits = strspn(end + 1, DIGITS);

		if (digits == 0 || digits > 5)
			return false;
		end += 1 + digits;
	}
	return *end == '\0' || strcmp(end, "/") == 0;
}

static bool
host_is(const char *host, size_t length_bytes, const char *name)
{
	return strlen(name) == length_bytes && strncmp(host, name, length_bytes) == 0;
}

/* 127.0.0.0/8, ::1, and the name that RFC 6761 keeps for them. */
static bool
endpoint_is_loopback(const char *host, size_t length_bytes)
{
	if (host_is(host, length_bytes, "localhost") || host_is(host, length_bytes, "[::1]"))
		return true;
	return length_bytes > 4 && strncmp(host, "127.", 4) == 0 &&
		strspn(host, DIGITS ".") >= length_bytes;
}

enum status
check_endpoint(const char *name, const char *value, struct reason *reason)
{
	bool is_https = strncmp(value, "https://", strlen("https://")) == 0;
	const char *host = NULL;

	if (strchr(value, '@') != NULL)
		return login_reject(reason, name, "an endpoint takes none");
	if (!is_https && strncmp(value, "http://", strlen("http://")) != 0)
		return value_reject(reason, name, value, "must begin with https://");

	size_t length_bytes = url_host(strstr(value, "//") + 2, &host);

	if (length_bytes == 0 || !url_end_is_plain(host + length_bytes))
		return value_reject(reason, name, value,
			"must be https://HOST or https://HOST:PORT");
	if (!is_https && !endpoint_is_loopback(host, length_bytes))
		return value_reject(reason, name, value,
			"must be https; plain http is for a loopback address only");
	return STATUS_OK;
}

enum status
check_proxy(const char *name, const char *value, struct reason *reason)
{
	bool is_https = strncmp(value, "https://", strlen("https://")) == 0;
	const char *host = NULL;

	if (strchr(value, '@') != NULL)
		return login_reject(reason, name, "set HTTPS_PROXY in environment_file instead");
	if (!is_https && strncmp(value, "http://", strlen("http://")) != 0)
		return value_reject(reason, name, value, "must begin with http:// or https://");

	size_t length_bytes = url_host(strstr(value, "//") + 2, &host);

	if (length_bytes == 0 || !url_end_is_plain(host + length_bytes))
		return value_reject(reason, name, value, "must be http://HOST:PORT");
	return STATUS_OK;
}

enum status
check_no_proxy(const char *name, const char *value, struct reason *reason)
{
	if (strlen(value) > NO_PROXY_BYTES)
		return value_reject(reason, name, value, "is longer than 4096 bytes");
	if (strspn(value, LOWER UPPER DIGITS "._-*:/[], \t") != strlen(value))
		return value_reject(reason, name, value,
			"must be hosts, domains, addresses or networks, separated by commas");
	return STATUS_OK;
}
