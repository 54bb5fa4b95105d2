/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes LUKS headers and key slots, for the administrator's command alone; start and stop never do.
 * A device that is being made has its key in slot 1, and a LUKS2 header a label that says so; once
 * everything is finished, the key is in slot 0 and the label gone. So whoever comes after a crash
 * sees how far it went, and takes no slot that was erased or moved by hand for an accident. Runs as
 * long as a key derivation takes: call it in a bounded child. Reference: libcryptsetup.h of 2.6.
 */
#ifndef LUKS_SSM_VOLUME_LUKS_MAKE_H
#define LUKS_SSM_VOLUME_LUKS_MAKE_H

#include <stdbool.h>

#include "base/reason.h"
#include "base/secret.h"
#include "base/status.h"

/* A UUID with its dashes and a NUL. */
#define UUID_TEXT_BYTES 37

/*
 * How a slot's key is stretched. A key of 256 random bits needs no stretching: the least that
 * libcryptsetup allows (PBKDF2 with 1000 iterations), set before the header is made so that its
 * digest has it, too. What a human chose gets the library's default (argon2id for LUKS2).
 */
enum luks_stretch { LUKS_STRETCH_HUMAN, LUKS_STRETCH_RANDOM };

/*
 * A new header on PATH, of VERSION 1 or 2, with the key in the slot of unfinished devices. It comes
 * there whole (header_write.h). What was there is lost. LUKS1 is made as the article made it:
 * aes-cbc-essiv:sha256, ripemd160, a volume key of 256 bits. The statuses of header_write.h,
 * STATUS_KDF_MEMORY, STATUS_NO_MEMORY.
 */
must_use enum status luks_make(const char *path, unsigned int version, const char *uuid,
	const struct secret *key, enum luks_stretch stretch, struct reason *reason);

/*
 * The same for a header that nobody keeps, with the least stretching: nothing is written, PATH is
 * only looked at. The statuses of header_device_check. STATUS_MISSING_SOFTWARE: a cipher or hash is
 * not there. STATUS_NO_MEMORY.
 */
must_use enum status
luks_make_rehearse(const char *path, unsigned int version, struct reason *reason);

/* The label of a LUKS2 header until its making is finished: nobody has stored anything behind it.
 */
#define LUKS_LABEL_UNFINISHED "luks-ssm unfinished"

/* How far a header of ours has come. */
enum luks_progress { LUKS_WITHOUT_KEY, LUKS_UNFINISHED, LUKS_FINISHED };

/*
 * Tries the key. STATUS_WRONG_KEY when there are slots and none opens. Without any slot it is
 * LUKS_WITHOUT_KEY where the label shows that nobody can have stored anything on it yet, else
 * STATUS_NO_KEYSLOT: a copy of the header may exist. A LUKS1 header cannot show it.
 */
must_use enum status luks_look_progress(const char *path, const struct secret *key,
	enum luks_progress *ret_progress, struct reason *reason);

/* The key moves from the slot of unfinished devices to slot 0. STATUS_WRONG_KEY: slot 0 is another
 * key's; nothing was changed. */
must_use enum status luks_make_finish(const char *path, const struct secret *key,
	enum luks_stretch stretch, struct reason *reason);

/* One more slot, for a key that OPENS one already; every other slot stays. STATUS_WRONG_KEY: OLD
 * opens none. STATUS_NO_KEYSLOT: no slot is free. */
must_use enum status luks_add_key(const char *path, const struct secret *old,
	const struct secret *key, enum luks_stretch stretch, struct reason *reason);

/* The same for a key of a device that is being made, whose slot 0 is kept free. */
must_use enum status luks_add_recovery_key(const char *path, const struct secret *old,
	const struct secret *key, struct reason *reason);

/* The slot that KEY opens goes again. STATUS_WRONG_KEY: it opens none. */
must_use enum status
luks_remove_key(const char *path, const struct secret *key, struct reason *reason);

/* Opens the mapping MAP_NAME on PATH, for making a filesystem. */
must_use enum status
luks_map(const char *path, const char *map_name, const struct secret *key, struct reason *reason);

/* The mapping MAP_NAME fills its device PATH; the kernel wants the key once more. HEADER_PATH is
 * NULL, or where a detached header lies. For the node where it is open for writing alone: loading
 * the header may repair it. STATUS_WRONG_KEY. */
must_use enum status luks_resize(const char *path, const char *header_path, const char *map_name,
	const struct secret *key, struct reason *reason);

/* The header with its key slots into a new file, through a copy in memory: nothing is written to
 * PATH, and what is damaged there is whole in the file. The statuses of header_copy,
 * STATUS_HEADER_DAMAGED: neither copy is whole. STATUS_BAD_PARAMETER: the file cannot be made. */
must_use enum status luks_backup(const char *path, const char *file, struct reason *reason);

/* Removes that mapping again. STATUS_OK also when there is none. */
must_use enum status luks_unmap(const char *map_name, struct reason *reason);

#endif
