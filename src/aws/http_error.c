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

static enum status
certificate_explain(CURL *easy, const struct http_call *call, struct reason *reason)
{
	long result = 0;
	char now[32] = "";
	time_t now_s = time(NULL);
	struct tm parts;

	curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &result);
	if (result != X509_V_ERR_CERT_NOT_YET_VALID && result != X509_V_ERR_CERT_HAS_EXPIRED)
		return reason_set(reason, STATUS_UNTRUSTED,
			"%.80s: certificate refused (%s); check ca_bundle", call->host,
			result != 0 ? X509_verify_cert_error_string(result)
				    : "name does not match");
	if (gmtime_r(&now_s, &parts) != NULL)
		strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &parts);
	return reason_set(reason, STATUS_CERTIFICATE_TIME,
		"%.80s: %s, and the clock here says %s UTC; check the clock", call->host,
		X509_verify_cert_error_string(result), now);
}

/* OpenSSL's error number inside libcurl's message ("error:0A000102:…"), or 0. */
static unsigned long
tls_error_find(const char *message)
{
	const char *mark = strstr(message, "error:");

	return mark != NULL ? strtoul(mark + strlen("error:"), NULL, 16) : 0;
}

static enum status
handshake_explain(const char *message, const struct http_call *call, struct reason *reason)
{
	unsigned long error = tls_error_find(message);

	/*
	 * Without an error of the TLS layer, or with its word for a cut connection, the network is
	 * to blame.
	 */
	if (ERR_GET_LIB(error) != ERR_LIB_SSL ||
		ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return reason_set(reason, STATUS_UNREACHABLE,
			"%.80s: the connection broke in the TLS handshake", call->host);
	return reason_set(reason, STATUS_TLS_MISMATCH,
		"%.80s: no TLS 1.2 or later could be agreed on (%s); "
		"check the endpoint",
		call->host, ERR_reason_error_string(error));
}

static enum status
time_explain(CURL *easy, const struct http_call *call, struct reason *reason)
{
	double connected_s = 0;

	curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME, &connected_s);
	return reason_set(reason, STATUS_UNREACHABLE, "%.80s: %s", call->host,
		connected_s > 0 ? "connected, but no answer came in time"
				: "no connection or handshake in time; check routes");
}

/* An exchange that broke after it had begun. */
static enum status
break_explain(const struct http_intake *intake, const struct http_call *call, struct reason *reason)
{
	if (intake->too_large)
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: the reply is larger than %zu bytes; something sits between",
			call->host, intake->limit_bytes);
	if (intake->no_memory)
		return reason_set(reason, STATUS_NO_MEMORY, "%.80s: no memory for the reply",
			call->host);
	if (intake->has_begun)
		return reason_set(reason, STATUS_BAD_REPLY, "%.80s: the reply was cut off",
			call->host);
	return reason_set(reason, STATUS_UNREACHABLE,
		"%.80s: the connection was dropped before a reply", call->host);
}

enum status
http_error_explain(CURL *easy, CURLcode code, const char *message, const struct http_intake *intake,
	const struct http_call *call, struct reason *reason)
{
	long error = 0;

	curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
		return reason_set(reason, STATUS_UNREACHABLE,
			"%.80s: the name is not known; check DNS and the region", call->host);
	case CURLE_COULDNT_CONNECT:
		return reason_set(reason, STATUS_UNREACHABLE, "%.80s: no connection (%s)",
			call->host, error != 0 ? strerror((int)error) : "refused or no route");
	case CURLE_OPERATION_TIMEDOUT:
		return time_explain(easy, call, reason);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		return certificate_explain(easy, call, reason);
	case CURLE_SSL_CACERT_BADFILE:
		return reason_set(reason, STATUS_UNTRUSTED,
			"%.80s: no certificate authority could be loaded; check ca_bundle",
			call->host);
	case CURLE_SSL_CONNECT_ERROR:
		return handshake_explain(message, call, reason);
	case CURLE_SSL_CIPHER:
		return reason_set(reason, STATUS_TLS_MISMATCH, "%.80s: no common cipher",
			call->host);
	case CURLE_OUT_OF_MEMORY:
		return reason_set(reason, STATUS_NO_MEMORY, "%.80s: no memory for the request",
			call->host);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_HTTP2:
	case CURLE_BAD_CONTENT_ENCODING:
		return reason_set(reason, STATUS_BAD_REPLY,
			"%.80s: the reply is not HTTP; something sits between", call->host);
	default:
		return break_explain(intake, call, reason);
	}
}
