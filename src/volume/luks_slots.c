/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keyslots: which may be tried, in what order, and the trying. One slot at a time, so that a
 * slot whose KDF this node has no memory for costs nothing when another one opens.
 */
#include <errno.h>
#include <libcryptsetup.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "volume/kdf_memory.h"
#include "volume/luks.h"

/* Preferred slots first as libcryptsetup has it, then the cheap ones. */
static int
slot_compare(const void *left, const void *right)
{
	const struct luks_slot *a = left;
	const struct luks_slot *b = right;

	if (a->priority != b->priority)
		return a->priority > b->priority ? -1 : 1;
	if (a->kdf_kib != b->kdf_kib)
		return a->kdf_kib < b->kdf_kib ? -1 : 1;
	return a->number - b->number;
}

static bool
slot_is_usable(const struct luks *luks, int number)
{
	crypt_keyslot_info state = crypt_keyslot_status(luks->handle, number);

	return (state == CRYPT_SLOT_ACTIVE || state == CRYPT_SLOT_ACTIVE_LAST) &&
		crypt_keyslot_get_priority(luks->handle, number) >= CRYPT_SLOT_PRIORITY_NORMAL;
}

/* Anywhere in it: the name may be one of the kernel's own, as in capi:ecb(cipher_null)-plain. */
bool
luks_cipher_is_null(const char *cipher)
{
	return strstr(cipher, "null") != NULL;
}

static struct luks_slot
slot_read(const struct luks *luks, int number)
{
	struct luks_slot slot = {.number = number,
		.priority = (int)crypt_keyslot_get_priority(luks->handle, number)};
	struct crypt_pbkdf_type kdf = {0};
	size_t key_bytes = 0;
	const char *cipher = crypt_keyslot_get_encryption(luks->handle, number, &key_bytes);

	if (crypt_keyslot_get_pbkdf(luks->handle, number, &kdf) == 0 && kdf.type != NULL &&
		strncmp(kdf.type, "argon2", strlen("argon2")) == 0)
		slot.kdf_kib = kdf.max_memory_kb;
	slot.null_cipher = cipher != NULL && luks_cipher_is_null(cipher);
	return slot;
}

unsigned int
luks_slots_list(const struct luks *luks, struct luks_slot ret_slots[static LUKS_SLOTS])
{
	int most = crypt_keyslot_max(crypt_get_type(luks->handle));
	unsigned int count = 0;

	for (int number = 0; number < most && count < LUKS_SLOTS; number++) {
		if (slot_is_usable(luks, number))
			ret_slots[count++] = slot_read(luks, number);
	}
	qsort(ret_slots, count, sizeof(ret_slots[0]), slot_compare);
	return count;
}

/* What one try can say that another slot may still put right. */
static bool
error_is_of_slot(int error)
{
	return error == -EPERM || error == -ENOENT || error == -ENOMEM;
}

/*
 * Waits until the node has the memory, for up to half of what time is left: another volume's
 * derivation may hold it now, and libcryptsetup makes the two wait for each other only once they
 * have begun.
 */
static bool
memory_wait(uint64_t kdf_kib, struct deadline deadline)
{
	struct deadline enough = deadline_in_ms(deadline_left_ms(deadline) / 2);

	while (kdf_kib > kdf_memory_free_kib()) {
		if (!deadline_pause_ms(enough, 200))
			return false;
	}
	return true;
}

/* Tries each slot; what is left when none opened: no memory before a wrong key, a wrong key before
 * no slot. */
static int
slots_try(struct luks *luks, const char *map_name, const struct secret *key, uint32_t flags,
	struct deadline deadline)
{
	struct luks_slot slots[LUKS_SLOTS];
	unsigned int count = luks_slots_list(luks, slots);
	int error = -ENOENT;

	for (unsigned int i = 0; i < count; i++) {
		int result = -ENOMEM;

		if (memory_wait(slots[i].kdf_kib, deadline))
			result = crypt_activate_by_passphrase(luks->handle, map_name,
				slots[i].number, key->bytes, key->length_bytes, flags);
		log_step("keyslot %d, KDF memory %llu KiB: %s", slots[i].number,
			(unsigned long long)slots[i].kdf_kib,
			result >= 0 ? "opened" : strerror(-result));
		if (result >= 0 || !error_is_of_slot(result))
			return result;
		if (error != -ENOMEM && result != -ENOENT)
			error = result;
	}
	return error;
}

enum status
luks_unlock(struct luks *luks, const char *map_name, const struct secret *key, uint32_t flags,
	struct deadline deadline, struct reason *reason)
{
	int result;

	flags |= CRYPT_ACTIVATE_SERIALIZE_MEMORY_HARD_PBKDF;
	/* Under reencryption two volume keys are needed, which may lie in two slots: the library
	 * looks for both itself. */
	if (luks->reencrypting)
		result = crypt_activate_by_passphrase(luks->handle, map_name, CRYPT_ANY_SLOT,
			key->bytes, key->length_bytes, flags);
	else
		result = slots_try(luks, map_name, key, flags, deadline);
	return result >= 0 ? STATUS_OK : luks_failed(luks, result, "the device", reason);
}

static uint32_t
flags_make(const struct params *params, bool read_only)
{
	uint32_t flags = 0;

	flags |= read_only ? CRYPT_ACTIVATE_READONLY : 0;
	flags |= params->allow_discards ? CRYPT_ACTIVATE_ALLOW_DISCARDS : 0;
	flags |= params->no_read_workqueue ? CRYPT_ACTIVATE_NO_READ_WORKQUEUE : 0;
	flags |= params->no_write_workqueue ? CRYPT_ACTIVATE_NO_WRITE_WORKQUEUE : 0;
	flags |= params->same_cpu_crypt ? CRYPT_ACTIVATE_SAME_CPU_CRYPT : 0;
	flags |= params->submit_from_crypt_cpus ? CRYPT_ACTIVATE_SUBMIT_FROM_CRYPT_CPUS : 0;
	return flags;
}

enum status
luks_activate(struct luks *luks, const char *map_name, const struct secret *key,
	const struct params *params, bool read_only, struct deadline deadline,
	struct reason *reason)
{
	return luks_unlock(luks, map_name, key, flags_make(params, read_only), deadline, reason);
}
