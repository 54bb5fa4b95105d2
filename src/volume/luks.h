/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LUKS device through libcryptsetup: judged on a private copy of its header, opened only by
 * start. A key is tried only on a header that passed luks_judge. Never logs what libcryptsetup says
 * above debug; never hands out a key. Reference: libcryptsetup.h of 2.6.
 */
#ifndef LUKS_SSM_VOLUME_LUKS_H
#define LUKS_SSM_VOLUME_LUKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"
#include "base/own.h"
#include "base/reason.h"
#include "base/secret.h"
#include "base/status.h"
#include "params/params.h"
#include "volume/header.h"
#include "volume/wanted.h"

struct crypt_device;

/* Size of what libcryptsetup last complained of, with its NUL. */
#define COMPLAINT_BYTES 120

struct luks {
	struct crypt_device *handle; /* owned */
	char *complaint;             /* owned; libcryptsetup's last error message, for the reason */
	bool reencrypting; /* reencryption is in progress: keys are tried on all slots at once */
};

#define LUKS_EMPTY ((struct luks){.handle = NULL, .complaint = NULL})
#define owned_luks owned_by(luks_end) struct luks

/* What a look at the header found. Warnings are for the caller to log; they stop nothing. */
struct luks_report {
	char uuid[LUKS_UUID_BYTES];
	unsigned int version;   /* 1 or 2 */
	bool copy_damaged;      /* one of LUKS2's two copies is; start's crypt_load repairs it */
	bool reencrypting;      /* clean or crashed; the library recovers under its own lock */
	unsigned int slots;     /* that a passphrase may open */
	uint64_t least_kdf_kib; /* memory that the cheapest of them needs; 0: not memory-hard */
};

/*
 * Loads the private copy: nothing is written to any device. Judges it against PIN ("" for none)
 * before any key could be tried. STATUS_NOT_LUKS, STATUS_HEADER_DAMAGED, STATUS_WRONG_UUID,
 * STATUS_HEADER_UNSUPPORTED (unknown requirement, null cipher, reencryption in an invalid state),
 * STATUS_NO_KEYSLOT, STATUS_NO_MEMORY.
 */
must_use enum status luks_judge(const struct header *header, const char *pin,
	struct luks_report *ret_report, struct reason *reason);

/*
 * For a copy: proves that the key opens a slot, with no mapping. The slots' areas are copied first.
 * STATUS_WRONG_KEY, STATUS_NO_KEYSLOT, STATUS_KDF_MEMORY, STATUS_DEVICE_IO.
 */
must_use enum status luks_try_key(struct header *header, const struct secret *key,
	struct deadline deadline, struct reason *reason);

/*
 * Start only: opens the device itself (HEADER_PATH NULL: its own header), which may repair a
 * damaged copy. STATUS_NO_DEVICE, STATUS_NOT_LUKS, STATUS_HEADER_DAMAGED, STATUS_WRONG_UUID when it
 * is not UUID any more, STATUS_HEADER_UNSUPPORTED and STATUS_NO_KEYSLOT as luks_judge,
 * STATUS_DEVICE_IO.
 */
must_use enum status luks_open(const char *device_path, const char *header_path, const char *uuid,
	struct luks *ret_luks, struct reason *reason);

/*
 * Tries the key on every slot that may be used, the cheapest first, and activates the mapping.
 * Memory-hard KDFs wait for each other without limit and udev may never answer: only a doer calls
 * this, its supervisor holds the deadline. STATUS_WRONG_KEY (try an older one), STATUS_NO_KEYSLOT,
 * STATUS_KDF_MEMORY, STATUS_NAME_TAKEN, STATUS_NO_DEVICE, STATUS_MISSING_SOFTWARE,
 * STATUS_DEVICE_IO, STATUS_DEVICE_READ_ONLY.
 */
must_use enum status luks_activate(struct luks *luks, const char *map_name,
	const struct secret *key, const struct params *params, bool read_only,
	struct deadline deadline, struct reason *reason);

/* A handle on PATH, nothing loaded; its messages go to our log. For luks_make.c. STATUS_NO_DEVICE,
 * STATUS_NO_MEMORY and what luks_failed makes of the rest. */
must_use enum status luks_begin(const char *path, struct luks *ret_luks, struct reason *reason);

void luks_end(struct luks *luks);

/* A keyslot that a passphrase may open. */
struct luks_slot {
	int number;
	int priority;     /* crypt_keyslot_priority */
	uint64_t kdf_kib; /* memory its KDF needs; 0: not memory-hard */
	bool null_cipher; /* its area is not encrypted: a crafted header, and any passphrase opens
			     it */
};

/* More than LUKS2 can have. */
#define LUKS_SLOTS 64

/* The slots that may be used, in the order they are to be tried. Returns how many. */
unsigned int
luks_slots_list(const struct luks *luks, struct luks_slot ret_slots[static LUKS_SLOTS]);

/* Whether a cipher, by libcryptsetup's name or the kernel's, leaves the data as it is. For luks.c.
 */
bool luks_cipher_is_null(const char *cipher);

/* Tries the key on the slots, with MAP_NAME NULL for the proof alone; FLAGS are CRYPT_ACTIVATE_*.
 * For luks.c. */
must_use enum status luks_unlock(struct luks *luks, const char *map_name, const struct secret *key,
	uint32_t flags, struct deadline deadline, struct reason *reason);

/* Words a negative errno of libcryptsetup as status and reason; WHAT is the object. For luks.c and
 * luks_slots.c. */
enum status
luks_failed(const struct luks *luks, int error, const char *what, struct reason *reason);

#endif
