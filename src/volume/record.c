/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record: a few lines "word=value", closed by "end", so that a cut one is seen. */
#include "volume/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"
#include "volume/instance_dir.h"
#include "volume/sysfs.h"

#define RECORD_FILE "record"
#define RECORD_NEW_FILE "record.new"
#define RECORD_TEXT_BYTES (2 * PATH_MAX + 512)

/* Takes "WORD=value\n" at CURSOR and moves it behind; false when something else stands there or it
 * does not fit. */
static bool
record_line_take(const char **cursor, const char *word, char *ret_value, size_t room_bytes)
{
	size_t length = strlen(word);

	if (strncmp(*cursor, word, length) != 0 || (*cursor)[length] != '=')
		return false;
	const char *value = *cursor + length + 1;
	const char *end = strchr(value, '\n');

	if (end == NULL || (size_t)(end - value) >= room_bytes)
		return false;
	memcpy(ret_value, value, (size_t)(end - value));
	ret_value[end - value] = '\0';
	*cursor = end + 1;
	return true;
}

static bool
record_parse(const char *text, struct record *ret_record, char ret_boot_id[static BOOT_ID_BYTES])
{
	const char *cursor = text;
	char errors[24], *end;

	if (!record_line_take(&cursor, "boot", ret_boot_id, BOOT_ID_BYTES) ||
		!record_line_take(&cursor, "name", ret_record->map_name,
			sizeof(ret_record->map_name)) ||
		!record_line_take(&cursor, "uuid", ret_record->luks_uuid,
			sizeof(ret_record->luks_uuid)) ||
		!record_line_take(&cursor, "errors", errors, sizeof(errors)) ||
		!record_line_take(&cursor, "device", ret_record->device,
			sizeof(ret_record->device)) ||
		!record_line_take(&cursor, "directory", ret_record->directory,
			sizeof(ret_record->directory)))
		return false;
	ret_record->ext4_errors = strtol(errors, &end, 10);
	return errors[0] != '\0' && *end == '\0' && strcmp(cursor, "end") == 0;
}

enum status
record_read(const char *instance, struct record *ret_record)
{
	char path[PATH_MAX], text[RECORD_TEXT_BYTES];
	char recorded_boot[BOOT_ID_BYTES], this_boot[BOOT_ID_BYTES];
	struct record record;

	if (!instance_path(instance, RECORD_FILE, path) ||
		small_file_read(path, text, sizeof(text)) != STATUS_OK ||
		!record_parse(text, &record, recorded_boot))
		return STATUS_NOT_ACTIVE;
	boot_id_read(this_boot);
	if (this_boot[0] == '\0' || strcmp(this_boot, recorded_boot) != 0)
		return STATUS_NOT_ACTIVE;
	*ret_record = record;
	return STATUS_OK;
}

static bool
record_is_writable(const struct record *record)
{
	return strchr(record->map_name, '\n') == NULL && strchr(record->luks_uuid, '\n') == NULL &&
		strchr(record->device, '\n') == NULL && strchr(record->directory, '\n') == NULL;
}

static bool
file_write(const char *path, const char *text, size_t text_bytes)
{
	owned_fd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		S_IRUSR | S_IWUSR);

	return fd >= 0 && write(fd, text, text_bytes) == (ssize_t)text_bytes;
}

enum status
record_write(const char *instance, const struct record *record, struct reason *reason)
{
	char path[PATH_MAX], new_path[PATH_MAX], text[RECORD_TEXT_BYTES], boot_id[BOOT_ID_BYTES];
	enum status status = instance_dir_make(instance, reason);

	if (status != STATUS_OK)
		return status;
	if (!record_is_writable(record) || !instance_path(instance, RECORD_FILE, path) ||
		!instance_path(instance, RECORD_NEW_FILE, new_path))
		return reason_set(reason, STATUS_NO_RECORD,
			"a name for the record is too long or has a line break; correct device or directory");
	boot_id_read(boot_id);
	int length = snprintf(text, sizeof(text),
		"boot=%s\nname=%s\nuuid=%s\nerrors=%ld\ndevice=%s\ndirectory=%s\nend\n", boot_id,
		record->map_name, record->luks_uuid, record->ext4_errors, record->device,
		record->directory);

	errno = 0;
	if (length < 0 || (size_t)length >= sizeof(text) ||
		!file_write(new_path, text, (size_t)length) || rename(new_path, path) != 0) {
		int error = errno;

		unlink(new_path);
		return reason_set(reason, STATUS_NO_RECORD,
			"cannot write %s: %s; make room on /run", path,
			error != 0 ? strerror(error) : "no space");
	}
	return STATUS_OK;
}

void
record_remove(const char *instance)
{
	char path[PATH_MAX];

	if (instance_path(instance, RECORD_FILE, path) && unlink(path) != 0 && errno != ENOENT)
		log_warning("cannot remove %s: %s; it does no harm", path, strerror(errno));
}
