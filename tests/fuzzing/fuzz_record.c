/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of a start. The file is included, because its parser is its own; what is taken can be
 * written, and is the same text again.
 */
#include <stdlib.h>

#include "fuzz.h"
#include "volume/record.c"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);
	owned_text again = malloc(RECORD_TEXT_BYTES);
	char boot_id[BOOT_ID_BYTES], again_id[BOOT_ID_BYTES];
	struct record record, again_record;

	fuzz_promise(again != NULL, "there is memory");
	if (!record_parse(text, &record, boot_id))
		return 0;
	fuzz_promise(record_is_writable(&record), "what was read can be written");

	/* As record_write lays it out; small_file_read takes the last line break off. */
	int length = snprintf(again, RECORD_TEXT_BYTES,
		"boot=%s\nname=%s\nuuid=%s\nerrors=%ld\ndevice=%s\ndirectory=%s\nend", boot_id,
		record.map_name, record.luks_uuid, record.ext4_errors, record.device,
		record.directory);

	fuzz_promise(length > 0 && length < RECORD_TEXT_BYTES, "it fits");
	fuzz_promise(record_parse(again, &again_record, again_id), "it is read again");
	fuzz_promise(strcmp(boot_id, again_id) == 0 &&
			strcmp(record.map_name, again_record.map_name) == 0 &&
			strcmp(record.luks_uuid, again_record.luks_uuid) == 0 &&
			strcmp(record.device, again_record.device) == 0 &&
			strcmp(record.directory, again_record.directory) == 0 &&
			record.ext4_errors == again_record.ext4_errors,
		"each line comes back");
	return 0;
}
