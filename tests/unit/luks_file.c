/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LUKS devices in files, made with libcryptsetup itself. Linked into the unit tests of the LUKS
 * side. */
#include "luks_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libcryptsetup.h>

#define FILE_BYTES (20L * 1024 * 1024)

static void
log_nothing(int level, const char *message, void *context)
{
	(void)level;
	(void)message;
	(void)context;
}

void
luks_file_make(struct luks_file *file, int version)
{
	const struct crypt_pbkdf_type kdf = {.type = CRYPT_KDF_PBKDF2,
		.hash = "sha256",
		.iterations = 1000,
		.flags = CRYPT_PBKDF_NO_BENCHMARK};
	struct crypt_params_luks1 luks1 = {.hash = "sha256"};
	struct crypt_params_luks2 luks2 = {.pbkdf = &kdf, .sector_size = 512};
	struct crypt_device *handle = NULL;

	strcpy(file->directory, "/tmp/luks-ssm-XXXXXX");
	assert_non_null(mkdtemp(file->directory));
	snprintf(file->path, sizeof(file->path), "%s/device", file->directory);

	FILE *made = fopen(file->path, "we");

	assert_non_null(made);
	assert_int_equal(ftruncate(fileno(made), FILE_BYTES), 0);
	fclose(made);
	crypt_set_log_callback(NULL, log_nothing, NULL);
	assert_int_equal(crypt_init(&handle, file->path), 0);
	assert_int_equal(crypt_set_pbkdf_type(handle, &kdf), 0);
	assert_int_equal(crypt_format(handle, version == 1 ? CRYPT_LUKS1 : CRYPT_LUKS2, "aes",
				 "xts-plain64", LUKS_FILE_UUID, NULL, 64,
				 version == 1 ? (void *)&luks1 : (void *)&luks2),
		0);
	assert_int_equal(crypt_keyslot_add_by_volume_key(handle, 0, NULL, 0, LUKS_FILE_KEY,
				 strlen(LUKS_FILE_KEY)),
		0);
	crypt_free(handle);
}

void
luks_file_add_key(const struct luks_file *file, int slot, const char *key, uint32_t kdf_kib)
{
	const struct crypt_pbkdf_type argon2 = {.type = CRYPT_KDF_ARGON2ID,
		.iterations = 4,
		.max_memory_kb = kdf_kib,
		.parallel_threads = 1,
		.flags = CRYPT_PBKDF_NO_BENCHMARK};
	const struct crypt_pbkdf_type pbkdf2 = {.type = CRYPT_KDF_PBKDF2,
		.hash = "sha256",
		.iterations = 1000,
		.flags = CRYPT_PBKDF_NO_BENCHMARK};
	struct crypt_device *handle = NULL;

	assert_int_equal(crypt_init(&handle, file->path), 0);
	assert_int_equal(crypt_load(handle, CRYPT_LUKS, NULL), 0);
	assert_int_equal(crypt_set_pbkdf_type(handle, kdf_kib > 0 ? &argon2 : &pbkdf2), 0);
	assert_int_equal(crypt_keyslot_add_by_passphrase(handle, slot, LUKS_FILE_KEY,
				 strlen(LUKS_FILE_KEY), key, strlen(key)),
		slot);
	crypt_free(handle);
}

void
luks_file_write(const struct luks_file *file, long offset, const void *bytes, size_t length)
{
	FILE *device = fopen(file->path, "r+e");

	assert_non_null(device);
	assert_int_equal(fseek(device, offset, SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, length, device), length);
	assert_int_equal(fclose(device), 0);
}

void
luks_file_damage(const struct luks_file *file, long offset, long length)
{
	unsigned char bytes[1024];

	assert_in_range(length, 1, sizeof(bytes));
	memset(bytes, 0x5a, sizeof(bytes));
	luks_file_write(file, offset, bytes, (size_t)length);
}

unsigned char *
luks_file_read(const struct luks_file *file, long *ret_length)
{
	FILE *device = fopen(file->path, "re");
	unsigned char *bytes = malloc(FILE_BYTES);

	assert_non_null(device);
	assert_non_null(bytes);
	*ret_length = (long)fread(bytes, 1, FILE_BYTES, device);
	fclose(device);
	return bytes;
}

void
luks_file_end(struct luks_file *file)
{
	unlink(file->path);
	rmdir(file->directory);
}
