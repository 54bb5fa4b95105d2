/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OpenSSL's secure heap as the home of struct secret in the helper. For main.c. */
#ifndef LUKS_SSM_AWS_SECRET_OPENSSL_H
#define LUKS_SSM_AWS_SECRET_OPENSSL_H

#include <stdbool.h>

/*
 * Makes the heap; to be called before the first secret. False: there is none, and every secret gets
 * locked pages.
 */
bool secret_heap_open(void);

#endif
