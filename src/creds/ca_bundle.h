/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that says which certificate authorities are trusted. */
#ifndef LUKS_SSM_CREDS_CA_BUNDLE_H
#define LUKS_SSM_CREDS_CA_BUNDLE_H

#include "base/reason.h"
#include "base/secret.h"

/*
 * Looks at the text of the file PATH as OpenSSL will, and refuses what that would pass over without
 * a word: a certificate that does not begin or end as it should, a file without any, and a private
 * key, which is nobody else's. What a certificate says is judged by whoever uses it.
 * STATUS_UNTRUSTED: not such a text; the reason names the line, and quotes nothing of it.
 */
must_use enum status
ca_bundle_check(const struct secret *text, const char *path, struct reason *reason);

#endif
