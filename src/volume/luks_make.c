/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and slots, through libcryptsetup. */
#include "volume/luks_make.h"

#include <errno.h>
#include <libcryptsetup.h>
#include <string.h>

#include "volume/luks.h"

#define SLOT_FINISHED 0
#define SLOT_UNFINISHED 1
/* The label of a LUKS2 header while it is being made: a slot may be moved or erased by hand, too.
 */
#define LABEL_UNFINISHED "luks-ssm unfinished"
#define VOLUME_KEY_BYTES 64
/* The hash of LUKS1 headers; libcryptsetup has no default here. */
#define LUKS1_HASH "sha512"

static enum status
stretch_set(struct luks *luks, enum luks_stretch stretch, const char *what, struct reason *reason)
{
	const struct crypt_pbkdf_type least = {.type = CRYPT_KDF_PBKDF2,
		.hash = LUKS1_HASH,
		.iterations = 1000,
		.flags = CRYPT_PBKDF_NO_BENCHMARK};
	int error = crypt_set_pbkdf_type(luks->handle,
		stretch == LUKS_STRETCH_RANDOM ? &least : NULL);

	return error == 0 ? STATUS_OK : luks_failed(luks, error, what, reason);
}

/* luks_failed words EBUSY for a mapping's name. */
static enum status
format_failed(const struct luks *luks, int error, const char *path, struct reason *reason)
{
	if (error == -EBUSY)
		return reason_set(reason, STATUS_DEVICE_IN_USE,
			"%s is in use; see who uses it with lsblk and findmnt", path);
	return luks_failed(luks, error, path, reason);
}

enum status
luks_make(const char *path, unsigned int version, const char *uuid, const struct secret *key,
	enum luks_stretch stretch, struct reason *reason)
{
	struct crypt_params_luks1 luks1 = {.hash = LUKS1_HASH};
	struct crypt_params_luks2 luks2 = {.label = LABEL_UNFINISHED};
	owned_luks luks = LUKS_EMPTY;
	enum status status = luks_begin(path, &luks, reason);

	if (status == STATUS_OK)
		status = stretch_set(&luks, stretch, path, reason);
	if (status != STATUS_OK)
		return status;

	int error = crypt_format(luks.handle, version == 1 ? CRYPT_LUKS1 : CRYPT_LUKS2, "aes",
		"xts-plain64", uuid, NULL, VOLUME_KEY_BYTES,
		version == 1 ? (void *)&luks1 : (void *)&luks2);
	if (error == 0)
		error = crypt_keyslot_add_by_volume_key(luks.handle, SLOT_UNFINISHED, NULL, 0,
			key->bytes, key->length_bytes);
	return error >= 0 ? STATUS_OK : format_failed(&luks, error, path, reason);
}

/* The header of the device itself: what is asked for here will be written. */
static enum status
header_load(const char *path, struct luks *ret_luks, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = luks_begin(path, &luks, reason);
	int error = status == STATUS_OK ? crypt_load(luks.handle, CRYPT_LUKS, NULL) : 0;

	if (status != STATUS_OK)
		return status;
	if (error != 0)
		return reason_set(reason, STATUS_NOT_LUKS,
			"%s: there is no usable LUKS header; is this the right device?", path);
	*ret_luks = luks;
	luks = LUKS_EMPTY;
	return STATUS_OK;
}

static bool
slot_is_active(const struct luks *luks, int slot)
{
	crypt_keyslot_info info = crypt_keyslot_status(luks->handle, slot);

	return info == CRYPT_SLOT_ACTIVE || info == CRYPT_SLOT_ACTIVE_LAST;
}

static bool
slots_are_empty(const struct luks *luks)
{
	int most = crypt_keyslot_max(crypt_get_type(luks->handle));

	for (int slot = 0; slot < most; slot++) {
		if (crypt_keyslot_status(luks->handle, slot) != CRYPT_SLOT_INACTIVE)
			return false;
	}
	return true;
}

static bool
header_is_luks2(const struct luks *luks)
{
	return strcmp(crypt_get_type(luks->handle), CRYPT_LUKS2) == 0;
}

static bool
label_says_unfinished(const struct luks *luks)
{
	const char *label = header_is_luks2(luks) ? crypt_get_label(luks->handle) : NULL;

	return label != NULL && strcmp(label, LABEL_UNFINISHED) == 0;
}

/* LUKS1 has no label; there the slot alone tells. */
static bool
slot_says_unfinished(const struct luks *luks, int slot)
{
	return header_is_luks2(luks)
		? label_says_unfinished(luks)
		: slot == SLOT_UNFINISHED && !slot_is_active(luks, SLOT_FINISHED);
}

enum status
luks_look_progress(const char *path, const struct secret *key, enum luks_progress *ret_progress,
	struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);

	if (status != STATUS_OK)
		return status;
	if (slots_are_empty(&luks)) {
		/* Erased by hand, perhaps, and a copy of the header would bring it all back. */
		if (!label_says_unfinished(&luks))
			return reason_set(reason, STATUS_NO_KEYSLOT,
				"%s has no keyslot left; restore its header, or give all of it up with --overwrite",
				path);
		*ret_progress = LUKS_WITHOUT_KEY;
		return STATUS_OK;
	}
	int slot = crypt_activate_by_passphrase(luks.handle, NULL, CRYPT_ANY_SLOT, key->bytes,
		key->length_bytes, CRYPT_ACTIVATE_SERIALIZE_MEMORY_HARD_PBKDF);

	if (slot < 0)
		return luks_failed(&luks, slot, path, reason);
	*ret_progress = slot_says_unfinished(&luks, slot) ? LUKS_UNFINISHED : LUKS_FINISHED;
	return STATUS_OK;
}

enum status
luks_make_finish(const char *path, const struct secret *key, enum luks_stretch stretch,
	struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);

	if (status == STATUS_OK)
		status = stretch_set(&luks, stretch, path, reason);
	if (status != STATUS_OK)
		return status;

	int error = SLOT_FINISHED;

	if (!slot_is_active(&luks, SLOT_FINISHED))
		error = crypt_keyslot_add_by_passphrase(luks.handle, SLOT_FINISHED, key->bytes,
			key->length_bytes, key->bytes, key->length_bytes);
	if (error >= 0 && slot_is_active(&luks, SLOT_UNFINISHED))
		error = crypt_keyslot_destroy(luks.handle, SLOT_UNFINISHED);
	/* Last of all. */
	if (error >= 0 && label_says_unfinished(&luks))
		error = crypt_set_label(luks.handle, NULL, NULL);
	return error >= 0 ? STATUS_OK : luks_failed(&luks, error, path, reason);
}

enum status
luks_add_key(const char *path, const struct secret *old, const struct secret *key,
	enum luks_stretch stretch, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);

	if (status == STATUS_OK)
		status = stretch_set(&luks, stretch, path, reason);
	if (status != STATUS_OK)
		return status;

	int slot = crypt_keyslot_add_by_passphrase(luks.handle, CRYPT_ANY_SLOT, old->bytes,
		old->length_bytes, key->bytes, key->length_bytes);

	if (slot == -EINVAL)
		return reason_set(reason, STATUS_NO_KEYSLOT,
			"%s has no free keyslot; see cryptsetup luksDump", path);
	return slot >= 0 ? STATUS_OK : luks_failed(&luks, slot, path, reason);
}

enum status
luks_map(const char *path, const char *map_name, const struct secret *key, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);

	if (status != STATUS_OK)
		return status;
	int slot = crypt_activate_by_passphrase(luks.handle, map_name, CRYPT_ANY_SLOT, key->bytes,
		key->length_bytes, 0);

	return slot >= 0 ? STATUS_OK : luks_failed(&luks, slot, map_name, reason);
}

enum status
luks_unmap(const char *map_name, struct reason *reason)
{
	int error = crypt_deactivate(NULL, map_name);

	if (error == 0 || error == -ENODEV)
		return STATUS_OK;
	return reason_set(reason, STATUS_BUSY, "%s cannot be closed: %s; cryptsetup close it",
		map_name, strerror(-error));
}

enum status
luks_resize(const char *path, const char *map_name, const struct secret *key, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);

	if (status != STATUS_OK)
		return status;
	int error = crypt_activate_by_passphrase(luks.handle, NULL, CRYPT_ANY_SLOT, key->bytes,
		key->length_bytes, CRYPT_ACTIVATE_KEYRING_KEY);

	if (error >= 0)
		error = crypt_resize(luks.handle, map_name, 0);
	return error >= 0 ? STATUS_OK : luks_failed(&luks, error, map_name, reason);
}

enum status
luks_backup(const char *path, const char *file, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = luks_begin(path, &luks, reason);

	if (status != STATUS_OK)
		return status;
	int error = crypt_header_backup(luks.handle, NULL, file);

	if (error == 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"the header of %.60s could not be saved in %.80s: %s; is it LUKS, and is there room?",
		path, file, strerror(-error));
}
