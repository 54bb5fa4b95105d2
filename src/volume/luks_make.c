/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers and slots, through libcryptsetup. */
#include "volume/luks_make.h"

#include <errno.h>
#include <libcryptsetup.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/own.h"
#include "volume/dm_change.h"
#include "volume/header_write.h"
#include "volume/luks.h"

#define SLOT_FINISHED 0
#define SLOT_UNFINISHED 1
/* Of a random key's slot. The second one marks a slot of an unfinished LUKS1 device: no tool that
 * measures comes to it. */
#define ITERATIONS_LEAST 1000
#define ITERATIONS_UNFINISHED 1001
/* Of the header that is made for the rehearsal alone. */
#define REHEARSAL_UUID "00000000-0000-4000-8000-000000000000"

/* What the headers of a version are made with. */
struct header_form {
	const char *type, *cipher_mode, *hash;
	size_t volume_key_bytes;
	uint64_t room_bytes; /* where the data begins, as cryptsetup has it */
};

/* LUKS2 as cryptsetup makes it; LUKS1, for whoever knows nothing newer, as the article does. */
static const struct header_form forms[] = {
	[1] = {CRYPT_LUKS1, "cbc-essiv:sha256", "ripemd160", 32, 2ULL << 20},
	[2] = {CRYPT_LUKS2, "xts-plain64", "sha512", 64, 16ULL << 20},
};

/* A header that lies in memory. */
struct memory_header {
	int fd;           /* owned */
	struct luks luks; /* owned */
};

#define owned_memory_header owned_by(memory_header_end) struct memory_header

static void
memory_header_end(struct memory_header *header)
{
	luks_end(&header->luks);
	fd_end(&header->fd);
}

static enum status
stretch_set(struct luks *luks, enum luks_stretch stretch, const char *hash, uint32_t iterations,
	const char *what, struct reason *reason)
{
	const struct crypt_pbkdf_type least = {.type = CRYPT_KDF_PBKDF2,
		.hash = hash,
		.iterations = iterations,
		.flags = CRYPT_PBKDF_NO_BENCHMARK};
	int error = crypt_set_pbkdf_type(luks->handle,
		stretch == LUKS_STRETCH_RANDOM ? &least : NULL);

	return error == 0 ? STATUS_OK : luks_failed(luks, error, what, reason);
}

/* For a slot of a header that is there; LUKS1 takes the header's own hash. */
static enum status
slot_stretch_set(struct luks *luks, enum luks_stretch stretch, const char *what,
	struct reason *reason)
{
	return stretch_set(luks, stretch, forms[2].hash, ITERATIONS_LEAST, what, reason);
}

static enum status
memory_header_begin(const struct header_form *form, struct memory_header *ret_header,
	struct reason *reason)
{
	char header_path[40];

	*ret_header = (struct memory_header){memfd_create("luks-header", MFD_CLOEXEC), LUKS_EMPTY};
	if (ret_header->fd < 0 || ftruncate(ret_header->fd, (off_t)form->room_bytes) != 0)
		return reason_set(reason, STATUS_NO_MEMORY,
			"no memory for a LUKS header; free some");
	snprintf(header_path, sizeof(header_path), "/proc/self/fd/%d", ret_header->fd);
	return luks_begin(header_path, &ret_header->luks, reason);
}

/* PATH is only looked at, for the size of its sectors. */
static int
memory_header_make(const struct memory_header *header, const struct header_form *form,
	const char *path, const char *uuid, const struct secret *key)
{
	uint64_t room_sectors = form->room_bytes / 512;
	struct crypt_params_luks1 luks1 = {.hash = form->hash,
		.data_alignment = room_sectors,
		.data_device = path};
	struct crypt_params_luks2 luks2 = {.label = LUKS_LABEL_UNFINISHED,
		.data_alignment = room_sectors,
		.data_device = path};
	int error = crypt_format(header->luks.handle, form->type, "aes", form->cipher_mode, uuid,
		NULL, form->volume_key_bytes, form == &forms[1] ? (void *)&luks1 : (void *)&luks2);

	return error == 0 ? crypt_keyslot_add_by_volume_key(header->luks.handle, SLOT_UNFINISHED,
				    NULL, 0, key->bytes, key->length_bytes)
			  : error;
}

enum status
luks_make(const char *path, unsigned int version, const char *uuid, const struct secret *key,
	enum luks_stretch stretch, struct reason *reason)
{
	const struct header_form *form = &forms[version];
	owned_fd device_fd = -1;
	owned_memory_header header = {-1, LUKS_EMPTY};
	enum status status = header_device_open(path, form->room_bytes, &device_fd, reason);

	if (status == STATUS_OK)
		status = memory_header_begin(form, &header, reason);
	if (status == STATUS_OK)
		status = stretch_set(&header.luks, stretch, form->hash,
			version == 1 ? ITERATIONS_UNFINISHED : ITERATIONS_LEAST, path, reason);
	if (status != STATUS_OK)
		return status;
	int error = memory_header_make(&header, form, path, uuid, key);

	return error >= 0 ? header_write(header.fd, form->room_bytes, device_fd, path, reason)
			  : luks_failed(&header.luks, error, path, reason);
}

enum status
luks_make_rehearse(const char *path, unsigned int version, struct reason *reason)
{
	const struct header_form *form = &forms[version];
	owned_memory_header header = {-1, LUKS_EMPTY};
	owned_secret key = {0};
	enum status status = header_device_check(path, form->room_bytes, reason);
	int error = 0;

	if (status != STATUS_OK)
		return status;
	status = secret_copy(REHEARSAL_UUID, strlen(REHEARSAL_UUID), &key);
	if (status == STATUS_OK)
		status = memory_header_begin(form, &header, reason);
	if (status != STATUS_OK)
		return reason_set(reason, status, "no memory for a key; free some");
	if (stretch_set(&header.luks, LUKS_STRETCH_RANDOM, form->hash, ITERATIONS_LEAST, path,
		    NULL) == STATUS_OK)
		error = memory_header_make(&header, form, path, REHEARSAL_UUID, &key);
	else
		error = -ENOTSUP;
	if (error >= 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_MISSING_SOFTWARE,
		"%s cannot be made with aes-%s and %s here: %s%s", form->type, form->cipher_mode,
		form->hash,
		header.luks.complaint[0] != '\0' ? header.luks.complaint : strerror(-error),
		version == 1 ? "; FIPS mode has no ripemd160: leave --luks1 out" : "");
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

	return label != NULL && strcmp(label, LUKS_LABEL_UNFINISHED) == 0;
}

/* LUKS1 has no label; there the slot tells, and not by its place alone: luksChangeKey may move a
 * key there. */
static bool
slot_says_unfinished(const struct luks *luks, int slot)
{
	struct crypt_pbkdf_type made = {0};

	if (header_is_luks2(luks))
		return label_says_unfinished(luks);
	return slot == SLOT_UNFINISHED && !slot_is_active(luks, SLOT_FINISHED) &&
		crypt_keyslot_get_pbkdf(luks->handle, slot, &made) == 0 &&
		made.iterations == ITERATIONS_UNFINISHED;
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
		status = slot_stretch_set(&luks, stretch, path, reason);
	if (status != STATUS_OK)
		return status;

	int error = slot_is_active(&luks, SLOT_FINISHED)
		? 0
		: crypt_keyslot_add_by_passphrase(luks.handle, SLOT_FINISHED, key->bytes,
			  key->length_bytes, key->bytes, key->length_bytes);

	/* The other slot goes only when this one is known to have the key. */
	if (error >= 0)
		error = crypt_activate_by_passphrase(luks.handle, NULL, SLOT_FINISHED, key->bytes,
			key->length_bytes, 0);
	if (error >= 0 && slot_is_active(&luks, SLOT_UNFINISHED))
		error = crypt_keyslot_destroy(luks.handle, SLOT_UNFINISHED);
	/* Last of all. */
	if (error >= 0 && label_says_unfinished(&luks))
		error = crypt_set_label(luks.handle, NULL, NULL);
	return error >= 0 ? STATUS_OK : luks_failed(&luks, error, path, reason);
}

static enum status
slot_add(struct luks *luks, int slot, const struct secret *old, const struct secret *key,
	const char *path, struct reason *reason)
{
	int error = crypt_keyslot_add_by_passphrase(luks->handle, slot, old->bytes,
		old->length_bytes, key->bytes, key->length_bytes);

	if (error == -EINVAL)
		return reason_set(reason, STATUS_NO_KEYSLOT,
			"%s has no free keyslot; see cryptsetup luksDump", path);
	return error >= 0 ? STATUS_OK : luks_failed(luks, error, path, reason);
}

enum status
luks_add_key(const char *path, const struct secret *old, const struct secret *key,
	enum luks_stretch stretch, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);

	if (status == STATUS_OK)
		status = slot_stretch_set(&luks, stretch, path, reason);
	return status == STATUS_OK ? slot_add(&luks, CRYPT_ANY_SLOT, old, key, path, reason)
				   : status;
}

enum status
luks_add_recovery_key(const char *path, const struct secret *old, const struct secret *key,
	struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);
	int slot = SLOT_UNFINISHED + 1;

	if (status == STATUS_OK)
		status = slot_stretch_set(&luks, LUKS_STRETCH_HUMAN, path, reason);
	if (status != STATUS_OK)
		return status;
	while (crypt_keyslot_status(luks.handle, slot) != CRYPT_SLOT_INACTIVE &&
		slot < crypt_keyslot_max(crypt_get_type(luks.handle)))
		slot++;
	return slot_add(&luks, slot, old, key, path, reason);
}

enum status
luks_remove_key(const char *path, const struct secret *key, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(path, &luks, reason);

	if (status != STATUS_OK)
		return status;
	int slot = crypt_activate_by_passphrase(luks.handle, NULL, CRYPT_ANY_SLOT, key->bytes,
		key->length_bytes, 0);

	if (slot >= 0)
		slot = crypt_keyslot_destroy(luks.handle, slot);
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

/* Without a device there is no handle to hear libcryptsetup's messages, and it prints them. */
static void
message_drop(int level, const char *message, void *unused)
{
	(void)level;
	(void)message;
	(void)unused;
}

enum status
luks_unmap(const char *map_name, struct reason *reason)
{
	crypt_set_log_callback(NULL, message_drop, NULL);
	int error = crypt_deactivate(NULL, map_name);

	if (error == 0)
		return STATUS_OK;
	/* One that was killed before it had its table is none to libcryptsetup. */
	if (error == -ENODEV)
		return mapping_remove(map_name, reason);
	return reason_set(reason, STATUS_BUSY, "%s cannot be closed: %s; cryptsetup close it",
		map_name, strerror(-error));
}

enum status
luks_resize(const char *path, const char *header_path, const char *map_name,
	const struct secret *key, struct reason *reason)
{
	owned_luks luks = LUKS_EMPTY;
	enum status status = header_load(header_path != NULL ? header_path : path, &luks, reason);

	if (status != STATUS_OK)
		return status;
	int error = header_path != NULL ? crypt_set_data_device(luks.handle, path) : 0;

	if (error == 0)
		error = crypt_activate_by_passphrase(luks.handle, NULL, CRYPT_ANY_SLOT, key->bytes,
			key->length_bytes, CRYPT_ACTIVATE_KEYRING_KEY);
	if (error >= 0)
		error = crypt_resize(luks.handle, map_name, 0);
	return error >= 0 ? STATUS_OK : luks_failed(&luks, error, map_name, reason);
}
