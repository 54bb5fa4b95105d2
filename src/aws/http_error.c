/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One switch from libcurl's codes to ours. */
#include "aws/http_error.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aws/ca_fault.h"
#include "aws/proxy.h"

/* Until 8.6 libcurl said of a header beyond its bound that memory was short. */
#if LIBCURL_VERSION_NUM >= 0x080600
#define HEADER_TOO_LONG CURLE_TOO_LARGE
#else
#define HEADER_TOO_LONG CURLE_OBSOLETE40
#endif

/* What the proxy answered to CONNECT; 0 when it answered nothing or there is none. */
static long
connect_code(const struct http_failure *failure)
{
	long code = 0;

	if (failure->proxy != NULL)
		curl_easy_getinfo(failure->easy, CURLINFO_HTTP_CONNECTCODE, &code);
	return code;
}

/* Who is spoken to at the moment of failure: the proxy until it has let us through. */
static const char *
other_side(const struct http_failure *failure)
{
	return failure->proxy != NULL && connect_code(failure) / 100 != 2 ? failure->proxy->name
									  : failure->call->host;
}

static enum status
proxy_explain(const struct http_failure *failure, long code, struct reason *reason)
{
	const char *name = failure->proxy->name;

	if (code == 407 && failure->proxy->authorization.length_bytes == 0)
		return reason_set(reason, STATUS_PROXY_REFUSED,
			"%.60s: the proxy wants a login (HTTP 407); set HTTPS_PROXY with one in environment_file",
			name);
	if (code == 407)
		return reason_set(reason, STATUS_PROXY_REFUSED,
			"%.60s: the proxy refuses the login (HTTP 407); correct HTTPS_PROXY in environment_file",
			name);
	if (code >= 500)
		return reason_set(reason, STATUS_UNREACHABLE,
			"%.60s: the proxy cannot reach %.60s (HTTP %ld); look at the proxy", name,
			failure->call->host, code);
	return reason_set(reason, STATUS_PROXY_REFUSED,
		"%.60s: the proxy does not let us through to %.60s (HTTP %ld); allow it there",
		name, failure->call->host, code);
}

static enum status
certificate_explain(const struct http_failure *failure, struct reason *reason)
{
	long result = 0;
	char now[32] = "";
	time_t now_s = time(NULL);
	struct tm parts;
	bool is_proxys = failure->proxy != NULL && connect_code(failure) / 100 != 2;

	curl_easy_getinfo(failure->easy,
		is_proxys ? CURLINFO_PROXY_SSL_VERIFYRESULT : CURLINFO_SSL_VERIFYRESULT, &result);
	if (result != X509_V_ERR_CERT_NOT_YET_VALID && result != X509_V_ERR_CERT_HAS_EXPIRED)
		return reason_set(reason, STATUS_UNTRUSTED,
			"%.80s: certificate refused (%s); check ca_bundle", other_side(failure),
			result != 0 ? X509_verify_cert_error_string(result)
				    : "name does not match");
	if (gmtime_r(&now_s, &parts) != NULL)
		strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &parts);
	return reason_set(reason, STATUS_CERTIFICATE_TIME,
		"%.80s: %s, and the clock here says %s UTC; check the clock", other_side(failure),
		X509_verify_cert_error_string(result), now);
}

/*
 * OpenSSL's error number inside libcurl's message, or 0: "error:" and eight hexadecimal digits,
 * which may stand behind another "error:", as in "TLS connect error: error:0A000102:…".
 */
static unsigned long
tls_error_find(const char *message)
{
	static const char mark[] = "error:";

	while ((message = strstr(message, mark)) != NULL) {
		message += strlen(mark);
		if (strspn(message, "0123456789ABCDEFabcdef") == 8)
			return strtoul(message, NULL, 16);
	}
	return 0;
}

static enum status
handshake_explain(const struct http_failure *failure, struct reason *reason)
{
	unsigned long error = tls_error_find(failure->message);
	const char *why = ERR_reason_error_string(error);

	/*
	 * Without an error of the TLS layer, or with its word for a cut connection, the network is
	 * to blame.
	 */
	if (ERR_GET_LIB(error) != ERR_LIB_SSL ||
		ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return reason_set(reason, STATUS_UNREACHABLE,
			"%.80s: the connection broke in the TLS handshake; check routes and firewalls",
			other_side(failure));
	return reason_set(reason, STATUS_TLS_MISMATCH,
		"%.80s: no TLS 1.2 or later could be agreed on (%.50s); check the endpoint",
		other_side(failure), why != NULL ? why : "no reason given");
}

static enum status
time_explain(const struct http_failure *failure, struct reason *reason)
{
	double connected_s = 0, secured_s = 0;
	const char *what = "connected, but no answer came in time; check the endpoint";

	curl_easy_getinfo(failure->easy, CURLINFO_CONNECT_TIME, &connected_s);
	curl_easy_getinfo(failure->easy, CURLINFO_APPCONNECT_TIME, &secured_s);
	/* Behind a proxy libcurl counts as connected only what the proxy has let through. */
	if (failure->proxy != NULL && connect_code(failure) == 0)
		what = "the proxy opened no way in time; look at the proxy and at routes";
	else if (connected_s <= 0)
		what = "no connection in time; check routes and firewalls";
	else if (secured_s <= 0 && strncmp(failure->call->url, "https:", 6) == 0)
		what = "connected, but the TLS handshake did not end in time; check routes and firewalls";
	return reason_set(reason, STATUS_UNREACHABLE, "%.80s: %s", other_side(failure), what);
}

/* An exchange that broke after it had begun. */
static enum status
break_explain(const struct http_failure *failure, struct reason *reason)
{
	const struct http_intake *intake = failure->intake;
	const char *host = failure->call->host;

	if (intake->reply->malformed != NULL)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: the reply's %s is malformed; see what sits between", host,
			intake->reply->malformed);
	if (intake->too_large || failure->code == CURLE_FILESIZE_EXCEEDED)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: the reply is larger than %zu bytes; see what sits between", host,
			intake->limit_bytes);
	if (intake->no_memory)
		return reason_set(reason, STATUS_NO_MEMORY,
			"%.80s: no memory for the reply; free some on this node", host);
	if (intake->has_begun)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: the reply was cut off; see what sits between", host);
	return reason_set(reason, STATUS_UNREACHABLE,
		"%.80s: the connection was dropped before a reply; check routes and firewalls",
		other_side(failure));
}

/* libcurl's words for what it found wrong where we could not look: closed list, no other steers. */
static enum status
shape_explain(const struct http_failure *failure, struct reason *reason)
{
	static const struct {
		const char *words, *field;
	} shapes[] = {
		{"Content-Length", "Content-Length"},
		{"chunked-encoding", "chunk size"},
		{"Chunked-Encoded", "chunk size"},
		{"chunk hex-length", "chunk size"},
		{"HTTP/0.9", "status line"},
		{"HTTP version", "status line"},
		{"HTTP/1 subversion", "status line"},
		{"status line", "status line"},
		{"Unsupported response code", "status line"},
		{"header", "header"},
		{"Header", "header"},
	};

	/* OpenSSL's words come in the same buffer, and mean other things. */
	if (failure->code == CURLE_SSL_CONNECT_ERROR || failure->intake->too_large)
		return STATUS_OK;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (strstr(failure->message, shapes[i].words) != NULL)
			return reason_set(reason, STATUS_BAD_REPLY,
				"%.80s: the reply's %s is malformed; see what sits between",
				failure->call->host, shapes[i].field);
	}
	return STATUS_OK;
}

static enum status
connection_explain(const struct http_failure *failure, struct reason *reason)
{
	long error = 0;

	curl_easy_getinfo(failure->easy, CURLINFO_OS_ERRNO, &error);
	return reason_set(reason, STATUS_UNREACHABLE,
		"%.80s: no connection (%s); check routes and firewalls", other_side(failure),
		error != 0 ? strerror((int)error) : "refused or no route");
}

static enum status
trouble_explain(const struct http_failure *failure, struct reason *reason)
{
	switch (failure->code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return reason_set(reason, STATUS_UNREACHABLE,
			"%.80s: the name is not known; check DNS and the %s", other_side(failure),
			failure->proxy != NULL ? "proxy" : "region");
	case CURLE_COULDNT_CONNECT:
		return connection_explain(failure, reason);
	case CURLE_OPERATION_TIMEDOUT:
		return time_explain(failure, reason);
	case CURLE_SSL_CACERT_BADFILE:
		return ca_fault_explain(failure->ca_bundle->data, failure->ca_bundle->len,
			other_side(failure), reason);
	case CURLE_SSL_CONNECT_ERROR:
		return handshake_explain(failure, reason);
	case CURLE_SSL_CIPHER:
		return reason_set(reason, STATUS_TLS_MISMATCH,
			"%.80s: no common cipher; check the endpoint and openssl.cnf",
			other_side(failure));
	case HEADER_TOO_LONG:
	case CURLE_OUT_OF_MEMORY:
		if (failure->intake->has_begun)
			return reason_set(reason, STATUS_BAD_REPLY,
				"%.80s: a header is too long; see what sits between",
				failure->call->host);
		return reason_set(reason, STATUS_NO_MEMORY,
			"%.80s: no memory for the request; free some on this node",
			failure->call->host);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
	case CURLE_BAD_CONTENT_ENCODING:
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: the reply is not HTTP; see what sits between", failure->call->host);
	default:
		return break_explain(failure, reason);
	}
}

enum status
http_failure_explain(const struct http_failure *failure, struct reason *reason)
{
	long code = connect_code(failure);

	if (failure->code == CURLE_PEER_FAILED_VERIFICATION ||
		failure->code == CURLE_SSL_ISSUER_ERROR)
		return certificate_explain(failure, reason);
	/* A proxy that answers CONNECT with no success ends the call under one code or another. */
	if (code != 0 && code / 100 != 2)
		return proxy_explain(failure, code, reason);
	if (failure->intake->reply->malformed != NULL)
		return break_explain(failure, reason);
	if (shape_explain(failure, reason) != STATUS_OK)
		return STATUS_BAD_REPLY;
	return trouble_explain(failure, reason);
}
