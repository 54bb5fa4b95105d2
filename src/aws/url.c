/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endpoint URLs, taken apart by libcurl's own parser, so that what is checked is what is connected
 * to.
 */
#include "aws/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/own.h"

struct url_parts {
	CURLU *handle;
	char *scheme, *host, *port, *path; /* owned */
};

static void
url_parts_end(struct url_parts *parts)
{
	curl_free(parts->scheme);
	curl_free(parts->host);
	curl_free(parts->port);
	curl_free(parts->path);
	curl_url_cleanup(parts->handle);
}

static bool
url_has(CURLU *handle, CURLUPart part)
{
	char *text = NULL;
	bool has = curl_url_get(handle, part, &text, 0) == CURLUE_OK;

	curl_free(text);
	return has;
}

static bool
host_is_loopback(const char *host)
{
	struct in_addr address;

	/*
	 * libcurl resolves «localhost» itself to the loopback addresses, whatever the resolver says
	 * (RFC 6761).
	 */
	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

/*
 * The instance's, ECS's and EKS's addresses, which the hypervisor or the agent on the host answers.
 */
static bool
host_is_metadata(const char *host)
{
	static const char *const hosts[] = {"169.254.169.254", "[fd00:ec2::254]", "169.254.170.2",
		"169.254.170.23", "[fd00:ec2::23]"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		if (strcasecmp(host, hosts[i]) == 0)
			return true;
	}
	return false;
}

/*
 * An escape has no place in a host, and libcurl reads one only after it has looked for a number:
 * what is checked here would not be what is connected to. That refuses the zone of an IPv6
 * address, too, which libcurl would leave out of the host.
 */
static bool
url_take_apart(const char *text, struct url_parts *parts)
{
	return parts->handle != NULL && strchr(text, '%') == NULL &&
		curl_url_set(parts->handle, CURLUPART_URL, text, 0) == CURLUE_OK &&
		curl_url_get(parts->handle, CURLUPART_SCHEME, &parts->scheme, 0) == CURLUE_OK &&
		curl_url_get(parts->handle, CURLUPART_HOST, &parts->host, 0) == CURLUE_OK &&
		curl_url_get(parts->handle, CURLUPART_PORT, &parts->port, CURLU_DEFAULT_PORT) ==
		CURLUE_OK &&
		curl_url_get(parts->handle, CURLUPART_PATH, &parts->path, 0) == CURLUE_OK;
}

static bool
url_is_bare(const struct url_parts *parts)
{
	return strcmp(parts->path, "/") == 0 && !url_has(parts->handle, CURLUPART_USER) &&
		!url_has(parts->handle, CURLUPART_PASSWORD) &&
		!url_has(parts->handle, CURLUPART_QUERY) &&
		!url_has(parts->handle, CURLUPART_FRAGMENT);
}

static bool
endpoint_write(const struct url_parts *parts, struct endpoint *endpoint)
{
	bool usual_port = strcmp(parts->port, endpoint->is_https ? "443" : "80") == 0;
	int host_bytes = snprintf(endpoint->host, sizeof(endpoint->host), "%s%s%s", parts->host,
		usual_port ? "" : ":", usual_port ? "" : parts->port);
	int url_bytes = snprintf(endpoint->url, sizeof(endpoint->url), "%s://%s/", parts->scheme,
		endpoint->host);

	return host_bytes > 0 && (size_t)host_bytes < sizeof(endpoint->host) && url_bytes > 0 &&
		(size_t)url_bytes < sizeof(endpoint->url);
}

enum status
endpoint_parse(const char *text, enum url_trust trust, const char *where,
	struct endpoint *ret_endpoint, struct reason *reason)
{
	owned_by(url_parts_end) struct url_parts parts = {.handle = curl_url()};
	struct endpoint endpoint = {0};

	if (!url_take_apart(text, &parts) || !url_is_bare(&parts))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%s: the endpoint must be https://HOST[:PORT]", where);
	endpoint.is_https = strcmp(parts.scheme, "https") == 0;
	if (!endpoint.is_https && strcmp(parts.scheme, "http") != 0)
		return reason_set(reason, STATUS_BAD_PARAMETER, "%s: the endpoint is not https",
			where);
	if (!endpoint.is_https && trust != URL_TRUST_PROXY && !host_is_loopback(parts.host) &&
		!(trust == URL_TRUST_METADATA && host_is_metadata(parts.host)))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%s: the endpoint is not https; plain http is allowed to loopback only",
			where);
	if (!endpoint_write(&parts, &endpoint))
		return reason_set(reason, STATUS_BAD_PARAMETER, "%s: the endpoint is too long",
			where);
	*ret_endpoint = endpoint;
	return STATUS_OK;
}
