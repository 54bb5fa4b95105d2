/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Called by libcurl when its TLS context is finished and before the handshake. */
#include "aws/tls_policy.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

static CURLcode
tls_policy_apply(CURL *easy, void *tls_context, void *nothing)
{
	SSL_CTX *context = tls_context;
	int verify_mode = SSL_CTX_get_verify_mode(context);
	SSL_verify_cb verify = SSL_CTX_get_verify_callback(context);

	(void)easy;
	(void)nothing;
	/* A site without a policy is no error, and must not look like one afterwards. */
	ERR_set_mark();
	SSL_CTX_config(context, "system_default");
	ERR_pop_to_mark();
	/* Certificates are always verified, whatever else stands there. */
	SSL_CTX_set_verify(context, verify_mode, verify);
	if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION &&
		SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1)
		return CURLE_SSL_CONNECT_ERROR;
	return CURLE_OK;
}

bool
tls_policy_set(CURL *easy)
{
	return curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, tls_policy_apply) == CURLE_OK;
}
