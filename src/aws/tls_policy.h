/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The site's own TLS policy, system_default in openssl.cnf: libcurl sets the protocol versions over
 * it, so it is applied once more. It can ask for more than we do, never for less than TLS 1.2.
 * For http.c alone. OpenSSL: SSL_CTX_config(3), config(5).
 */
#ifndef LUKS_SSM_AWS_TLS_POLICY_H
#define LUKS_SSM_AWS_TLS_POLICY_H

#include <curl/curl.h>
#include <stdbool.h>

/* For every connection that EASY makes until its next reset; false: out of memory. */
bool tls_policy_set(CURL *easy);

#endif
