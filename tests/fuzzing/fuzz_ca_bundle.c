/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bundle of certificate authorities. Of what is taken OpenSSL passes no certificate over: it
 * reads each that begins at the start of a line, or says that the bundle is damaged.
 */
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "aws/ca_fault.h"
#include "creds/ca_bundle.h"
#include "fuzz.h"

#define BEGIN "-----BEGIN CERTIFICATE-----\n"

static int
certificates_count(const struct secret *text)
{
	int count = 0;

	for (const char *at = text->bytes; (at = strstr(at, BEGIN)) != NULL; at++)
		count += at == text->bytes || at[-1] == '\n';
	return count;
}

/* How many certificates OpenSSL reads; -1: it refuses the bundle. */
static int
certificates_read(const struct secret *text)
{
	BIO *bio = BIO_new_mem_buf(text->bytes, (int)text->length_bytes);
	STACK_OF(X509_INFO) *found = bio != NULL ? PEM_X509_INFO_read_bio(bio, NULL, NULL, NULL)
						 : NULL;
	int count = found != NULL ? 0 : -1;

	for (int i = 0; i < sk_X509_INFO_num(found); i++)
		count += sk_X509_INFO_value(found, i)->x509 != NULL;
	sk_X509_INFO_pop_free(found, X509_INFO_free);
	BIO_free(bio);
	ERR_clear_error();
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_secret text = {0};
	struct reason reason = {0}, fault = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");

	enum status status = ca_bundle_check(&text, "/p", &reason);

	if (status != STATUS_OK) {
		fuzz_promise(status == STATUS_UNTRUSTED, "a bundle is untrusted");
		fuzz_reason_check(status, &reason);
		return 0;
	}

	int count = certificates_read(&text);

	fuzz_promise(count < 0 || count >= certificates_count(&text), "no certificate is lost");
	fuzz_reason_check(ca_fault_explain(text.bytes, text.length_bytes, "host", &fault), &fault);
	if (count < 0)
		fuzz_promise(strstr(fault.text, "damaged") != NULL, "what is damaged is found");
	return 0;
}
