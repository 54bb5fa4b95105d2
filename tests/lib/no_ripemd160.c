/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preloaded into a command: OpenSSL has no ripemd160, as in FIPS mode. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <strings.h>

struct evp_md_st;
struct ossl_lib_ctx_st;

struct evp_md_st *
EVP_MD_fetch(struct ossl_lib_ctx_st *context, const char *name, const char *properties)
{
	struct evp_md_st *(*next)(struct ossl_lib_ctx_st *, const char *, const char *);

	if (strcasecmp(name, "ripemd160") == 0 || strcasecmp(name, "rmd160") == 0)
		return NULL;
	*(void **)&next = dlsym(RTLD_NEXT, "EVP_MD_fetch");
	return next(context, name, properties);
}
