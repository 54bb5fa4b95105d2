/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listings of SSM, from the service's reply to the command's rows. Whatever a text of the service
 * holds, a row stays one row of all columns, and the command reads as many as were written.
 */
#include <string.h>

#include "aws/json.h"
#include "aws/listing.h"
#include "cli/store.h"
#include "fuzz.h"

#define LISTING_BYTES 4096

static size_t
bytes_count(const struct secret *text, char byte)
{
	size_t count = 0;

	for (size_t i = 0; i < text->length_bytes; i++)
		count += text->bytes[i] == byte;
	return count;
}

static void
rows_check(const struct secret *listing)
{
	owned_store_rows rows = {0};
	size_t lines = bytes_count(listing, '\n');

	for (size_t i = 0; i < listing->length_bytes; i++)
		fuzz_promise(strchr("\t\n", listing->bytes[i]) != NULL ||
				((unsigned char)listing->bytes[i] >= ' ' &&
					listing->bytes[i] != 0x7f),
			"no control characters");
	fuzz_promise(bytes_count(listing, '\t') == lines * (STORE_COLUMNS - 1),
		"a row has all columns");
	fuzz_promise(listing->length_bytes == 0 ||
			listing->bytes[listing->length_bytes - 1] == '\n',
		"a row is whole");
	fuzz_promise(store_rows_parse(listing->bytes, listing->length_bytes, &rows) == STATUS_OK,
		"there is memory");
	fuzz_promise(rows.count == lines, "each row is read");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_secret text = {0}, listing = {0};
	owned_json object = NULL;
	owned_store_rows rows = {0};

	fuzz_promise(secret_copy(bytes, length_bytes, &text) == STATUS_OK, "there is memory");
	fuzz_promise(secret_make(&listing, LISTING_BYTES) == STATUS_OK, "there is memory");
	/* The command believes the helper nothing. */
	fuzz_promise(store_rows_parse(text.bytes, text.length_bytes, &rows) == STATUS_OK,
		"there is memory");
	if (json_parse(&text, &object) != STATUS_OK)
		return 0;
	/* A second page goes behind the first. */
	for (int page = 0; page < 2; page++) {
		(void)listing_append(object, &listing);
		rows_check(&listing);
	}
	return 0;
}
