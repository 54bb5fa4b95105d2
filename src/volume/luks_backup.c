/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A header saved by way of a copy in memory: what libcryptsetup repairs, it repairs there. */
#include <libcryptsetup.h>
#include <string.h>

#include "volume/header.h"
#include "volume/luks.h"
#include "volume/luks_make.h"

/* The key slots' areas, used or not, come into the copy as well. */
static enum status
slots_copy(const struct luks *luks, struct header *header, struct reason *reason)
{
	const char *type = crypt_get_type(luks->handle);
	uint64_t metadata_bytes = 0, slots_bytes = 0;
	enum status status = STATUS_OK;

	if (strcmp(type, CRYPT_LUKS2) == 0 &&
		crypt_get_metadata_size(luks->handle, &metadata_bytes, &slots_bytes) == 0)
		return header_copy_part(header, 2 * metadata_bytes, slots_bytes, reason);
	for (int slot = 0; status == STATUS_OK && slot < crypt_keyslot_max(type); slot++) {
		uint64_t offset_bytes = 0, length_bytes = 0;
		int error = crypt_keyslot_area(luks->handle, slot, &offset_bytes, &length_bytes);

		status = error == 0 ? header_copy_part(header, offset_bytes, length_bytes, reason)
				    : luks_failed(luks, error, "a keyslot's area", reason);
	}
	return status;
}

enum status
luks_backup(const char *path, const char *file, struct reason *reason)
{
	owned_header header = HEADER_EMPTY;
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_copy(path, &header, reason);

	if (status == STATUS_OK)
		status = luks_begin(header.copy_path, &luks, reason);
	if (status == STATUS_OK && crypt_load(luks.handle, CRYPT_LUKS, NULL) != 0)
		return reason_set(reason, STATUS_HEADER_DAMAGED,
			"the LUKS header of %.80s is damaged in both copies; there is nothing to save",
			path);
	if (status == STATUS_OK)
		status = slots_copy(&luks, &header, reason);
	if (status != STATUS_OK)
		return status;
	int error = crypt_header_backup(luks.handle, NULL, file);

	if (error == 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"the header of %.60s could not be saved in %.80s: %s; is there room?", path, file,
		strerror(-error));
}
