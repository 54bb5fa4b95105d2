/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A LUKS header through libcryptsetup: loaded, judged, and worded when it fails. Whoever can write
 * the disk can write the header, so what it says is checked before a key comes near it.
 */
#include "volume/luks.h"

#include <errno.h>
#include <libcryptsetup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Called by libcryptsetup for each message. It never holds key material; its last error goes into
 * the reason. */
static void
luks_hear(int level, const char *message, void *complaint)
{
	size_t length = strcspn(message, "\n");

	log_debug("libcryptsetup: %.*s", (int)length, message);
	if (level == CRYPT_LOG_ERROR)
		snprintf(complaint, COMPLAINT_BYTES, "%.*s", (int)length, message);
}

enum status
luks_failed(const struct luks *luks, int error, const char *what, struct reason *reason)
{
	const char *said = luks->complaint != NULL && luks->complaint[0] != '\0' ? luks->complaint
										 : strerror(-error);

	switch (-error) {
	case EPERM:
		return reason_set(reason, STATUS_WRONG_KEY,
			"the key opens no keyslot of %s; store the right one", what);
	case ENOENT:
		return reason_set(reason, STATUS_NO_KEYSLOT,
			"%s has no keyslot that a passphrase can open; see cryptsetup luksDump",
			what);
	case EEXIST:
	case EBUSY:
		return reason_set(reason, STATUS_NAME_TAKEN,
			"%s: %s; see who uses it with dmsetup ls and lsblk", what, said);
	case ENODEV:
	case ENXIO:
		return reason_set(reason, STATUS_NO_DEVICE, "%s: %s; check that it is attached",
			what, said);
	case ENOMEM:
		return reason_set(reason, STATUS_KDF_MEMORY,
			"%s: not enough memory for the key derivation; free some or add a cheaper keyslot",
			what);
	case ENOTSUP:
		return reason_set(reason, STATUS_MISSING_SOFTWARE,
			"%s: %s; is dm-crypt with this cipher there?", what, said);
	case EROFS:
	case EACCES:
		return reason_set(reason, STATUS_DEVICE_READ_ONLY,
			"%s: %s; make it writable or set read_only=yes", what, said);
	case EIO:
		return reason_set(reason, STATUS_DEVICE_IO, "%s: %s; check the disk", what, said);
	default:
		return reason_set(reason, STATUS_INTERNAL, "%s: %s; see the log", what, said);
	}
}

/* A handle on what was crypt_init-ed, with the messages going to our log. */
static enum status
luks_adopt(int error, struct crypt_device *handle, const char *what, struct luks *ret_luks,
	struct reason *reason)
{
	owned_luks luks = {.handle = error == 0 ? handle : NULL,
		.complaint = calloc(1, COMPLAINT_BYTES)};

	if (luks.complaint == NULL)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for %s; free some", what);
	if (error != 0)
		return luks_failed(&luks, error, what, reason);
	crypt_set_log_callback(luks.handle, luks_hear, luks.complaint);
	*ret_luks = luks;
	luks = LUKS_EMPTY;
	return STATUS_OK;
}

/* The magic was there, so what cannot be loaded is damaged; luks_failed words the rest. */
static enum status
luks_load(struct luks *luks, const char *what, struct reason *reason)
{
	int error = crypt_load(luks->handle, CRYPT_LUKS, NULL);

	if (error == -EINVAL || error == -ENOENT)
		return reason_set(reason, STATUS_HEADER_DAMAGED,
			"the LUKS header of %s is damaged (%s); restore it from a backup", what,
			luks->complaint[0] != '\0' ? luks->complaint
						   : "it cannot be read as LUKS1 or LUKS2");
	if (error != 0)
		return luks_failed(luks, error, what, reason);
	luks->reencrypting = crypt_reencrypt_status(luks->handle, NULL) != CRYPT_REENCRYPT_NONE;
	return STATUS_OK;
}

static enum status
luks_check_uuid(const struct luks *luks, const char *pin, char ret_uuid[static LUKS_UUID_BYTES],
	struct reason *reason)
{
	const char *found = crypt_get_uuid(luks->handle);

	if (found == NULL || !luks_uuid_parse(found, ret_uuid))
		return reason_set(reason, STATUS_HEADER_DAMAGED,
			"the LUKS header carries no usable UUID; restore it from a backup");
	if (pin[0] != '\0' && strcmp(pin, ret_uuid) != 0)
		return reason_set(reason, STATUS_WRONG_UUID,
			"the device has LUKS UUID %s, luks_uuid asks for %s; no key was tried",
			found, pin);
	return STATUS_OK;
}

static enum status
luks_check_requirements(const struct luks *luks, struct reason *reason)
{
	uint32_t requirements = 0;

	if (strcmp(crypt_get_type(luks->handle), CRYPT_LUKS2) != 0)
		return STATUS_OK;
	if (crypt_persistent_flags_get(luks->handle, CRYPT_FLAGS_REQUIREMENTS, &requirements) !=
			0 ||
		(requirements & ~(uint32_t)CRYPT_REQUIREMENT_ONLINE_REENCRYPT) != 0)
		return reason_set(reason, STATUS_HEADER_UNSUPPORTED,
			"the LUKS2 header has a requirement this libcryptsetup does not meet; "
			"see cryptsetup luksDump");
	if (crypt_reencrypt_status(luks->handle, NULL) == CRYPT_REENCRYPT_INVALID)
		return reason_set(reason, STATUS_HEADER_UNSUPPORTED,
			"the reencryption recorded in the LUKS2 header is invalid; "
			"see cryptsetup luksDump");
	return STATUS_OK;
}

/* Under the null cipher any passphrase opens a device, and what is written to it is in clear: only
 * an attacker wants it. */
static enum status
luks_check_cipher(const struct luks *luks, struct reason *reason)
{
	const char *cipher = crypt_get_cipher(luks->handle);
	struct luks_slot slots[LUKS_SLOTS];
	unsigned int count = luks_slots_list(luks, slots);
	bool null_cipher = cipher == NULL || luks_cipher_is_null(cipher);

	for (unsigned int i = 0; i < count; i++)
		null_cipher |= slots[i].null_cipher;
	if (null_cipher)
		return reason_set(reason, STATUS_HEADER_UNSUPPORTED,
			"the LUKS header names the null cipher, which encrypts nothing; "
			"who wrote this header?");
	if (count == 0)
		return luks_failed(luks, -ENOENT, "the LUKS header", reason);
	return STATUS_OK;
}

static void
report_make(const struct luks *luks, struct luks_report *report)
{
	struct luks_slot slots[LUKS_SLOTS];

	report->version = strcmp(crypt_get_type(luks->handle), CRYPT_LUKS2) == 0 ? 2 : 1;
	report->reencrypting = luks->reencrypting;
	report->slots = luks_slots_list(luks, slots);
	report->least_kdf_kib = UINT64_MAX;
	for (unsigned int i = 0; i < report->slots; i++) {
		if (slots[i].kdf_kib < report->least_kdf_kib)
			report->least_kdf_kib = slots[i].kdf_kib;
	}
}

/* Loads a private copy; what libcryptsetup writes then, it writes into memory. */
static enum status
luks_load_copy(const struct header *header, struct luks *ret_luks, struct reason *reason)
{
	struct crypt_device *handle = NULL;
	owned_luks luks = LUKS_EMPTY;
	int error = crypt_init(&handle, header->copy_path);
	enum status status = luks_adopt(error, handle, "the LUKS header's copy", &luks, reason);

	if (status == STATUS_OK)
		status = luks_load(&luks, "the device", reason);
	if (status != STATUS_OK)
		return status;
	*ret_luks = luks;
	luks = LUKS_EMPTY;
	return STATUS_OK;
}

enum status
luks_judge(const struct header *header, const char *pin, struct luks_report *ret_report,
	struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	struct luks_report report = {0};
	enum status status = luks_load_copy(header, &luks, reason);

	if (status == STATUS_OK)
		status = luks_check_uuid(&luks, pin, report.uuid, reason);
	if (status == STATUS_OK)
		status = luks_check_requirements(&luks, reason);
	if (status == STATUS_OK)
		status = luks_check_cipher(&luks, reason);
	if (status == STATUS_OK)
		status = header_is_repaired(header, &report.copy_damaged);
	if (status != STATUS_OK)
		return reason_set(reason, status,
			"comparing the LUKS header with its copy failed; check the disk");
	report_make(&luks, &report);
	*ret_report = report;
	return STATUS_OK;
}

/* The areas that hold the slots' key material, which header_copy leaves out. */
static enum status
luks_copy_areas(const struct luks *luks, struct header *header, struct reason *reason)
{
	struct luks_slot slots[LUKS_SLOTS];
	unsigned int count = luks_slots_list(luks, slots);

	for (unsigned int i = 0; i < count; i++) {
		uint64_t offset_bytes = 0;
		uint64_t length_bytes = 0;
		int error = crypt_keyslot_area(luks->handle, slots[i].number, &offset_bytes,
			&length_bytes);

		if (error != 0)
			return luks_failed(luks, error, "a keyslot's area", reason);

		enum status status = header_copy_part(header, offset_bytes, length_bytes, reason);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

enum status
luks_try_key(struct header *header, const struct secret *key, struct deadline deadline,
	struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = luks_load_copy(header, &luks, reason);

	if (status == STATUS_OK)
		status = luks_copy_areas(&luks, header, reason);
	if (status == STATUS_OK)
		status = luks_unlock(&luks, NULL, key, 0, deadline, reason);
	return status;
}

enum status
luks_open(const char *device_path, const char *header_path, const char *uuid, struct luks *ret_luks,
	struct reason *reason)
{
	struct crypt_device *handle = NULL;
	owned_luks luks = LUKS_EMPTY;
	char found[LUKS_UUID_BYTES];
	int error = header_path != NULL ? crypt_init_data_device(&handle, header_path, device_path)
					: crypt_init(&handle, device_path);
	enum status status = luks_adopt(error, handle, device_path, &luks, reason);

	if (status == STATUS_OK)
		status = luks_load(&luks, device_path, reason);
	if (status == STATUS_OK)
		status = luks_check_uuid(&luks, uuid, found, reason);
	/* This header and not the copy is what the key will be tried on. */
	if (status == STATUS_OK)
		status = luks_check_requirements(&luks, reason);
	if (status == STATUS_OK)
		status = luks_check_cipher(&luks, reason);
	if (status != STATUS_OK)
		return status;
	*ret_luks = luks;
	luks = LUKS_EMPTY;
	return STATUS_OK;
}

enum status
luks_begin(const char *path, struct luks *ret_luks, struct reason *reason)
{
	struct crypt_device *handle = NULL;
	int error = crypt_init(&handle, path);

	return luks_adopt(error, handle, path, ret_luks, reason);
}

void
luks_end(struct luks *luks)
{
	if (luks->handle != NULL)
		crypt_free(luks->handle);
	free(luks->complaint);
	*luks = LUKS_EMPTY;
}
