/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the certificate authorities could not be loaded. For http_error.c. */
#ifndef LUKS_SSM_AWS_CA_FAULT_H
#define LUKS_SSM_AWS_CA_FAULT_H

#include <stddef.h>

#include "base/reason.h"

/*
 * Words the reason and returns STATUS_UNTRUSTED. BUNDLE is what was given to trust, in PEM, NULL
 * where it was the system's own. HOST: who was to be spoken to.
 */
enum status
ca_fault_explain(const char *bundle, size_t bundle_bytes, const char *host, struct reason *reason);

#endif
