/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LUKS devices in files, for tests: no root and no device-mapper needed. The KDF is the cheapest
 * there is. */
#ifndef LUKS_SSM_TESTS_UNIT_LUKS_FILE_H
#define LUKS_SSM_TESTS_UNIT_LUKS_FILE_H

#include <stddef.h>
#include <stdint.h>

#define LUKS_FILE_KEY "correct horse"
#define LUKS_FILE_UUID "00112233-4455-6677-8899-aabbccddeeff"
#define LUKS_FILE_UUID_STRIPPED "00112233445566778899aabbccddeeff"

struct luks_file {
	char directory[32];
	char path[64];
};

/* Makes a file with a LUKS header of VERSION 1 or 2 and LUKS_FILE_KEY in slot 0. Fails the test
 * when it cannot. */
void luks_file_make(struct luks_file *file, int version);

/* Adds KEY in SLOT; KDF_KIB 0 is pbkdf2, else argon2id with that much memory. */
void luks_file_add_key(const struct luks_file *file, int slot, const char *key, uint32_t kdf_kib);

/* Writes LENGTH bytes at OFFSET. */
void luks_file_write(const struct luks_file *file, long offset, const void *bytes, size_t length);

/* Writes LENGTH bytes of 0x5a at OFFSET. */
void luks_file_damage(const struct luks_file *file, long offset, long length);

/* The whole file, for comparing. The caller frees it. */
unsigned char *luks_file_read(const struct luks_file *file, long *ret_length);

void luks_file_end(struct luks_file *file);

#endif
