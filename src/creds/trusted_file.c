/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open, look, read. */
#include "creds/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/wire.h"

static enum status
file_judge(const struct stat *info, const char *path, const char *what,
	enum trusted_reading reading, size_t limit_bytes, struct reason *reason)
{
	if (!S_ISREG(info->st_mode))
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s is not a file; correct the path", what, path);
	if (info->st_uid != 0 && info->st_uid != geteuid())
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s belongs to user %u; chown it to root", what, path,
			(unsigned int)info->st_uid);
	if ((info->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: others may write %.100s; chmod go-w it", what, path);
	if (reading == TRUSTED_SECRET && (info->st_mode & (S_IRGRP | S_IROTH)) != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: others may read %.100s; chmod go-r it", what, path);
	if ((size_t)info->st_size > limit_bytes)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s has more than %zu bytes; is it the right file?", what, path,
			limit_bytes);
	return STATUS_OK;
}

enum status
trusted_bytes_read(const char *path, const char *what, enum trusted_reading reading,
	size_t limit_bytes, struct secret *ret_bytes, struct reason *reason)
{
	/* Without blocking: a FIFO in place of the file must not hold us. */
	owned_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	owned_secret bytes = {0};
	struct stat info;

	if (fd < 0 || fstat(fd, &info) != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s cannot be read (%s); correct the path", what, path,
			strerror(errno));

	enum status status = file_judge(&info, path, what, reading, limit_bytes, reason);

	if (status == STATUS_OK)
		status = wire_read_all(fd, limit_bytes, &bytes);
	if (status != STATUS_OK)
		return reason_set(reason, status == STATUS_BAD_VALUE ? STATUS_BAD_PROFILE : status,
			"%s: %.100s cannot be read; see the kernel log", what, path);
	*ret_bytes = secret_steal(&bytes);
	return STATUS_OK;
}

enum status
trusted_file_read(const char *path, const char *what, enum trusted_reading reading,
	size_t limit_bytes, struct secret *ret_text, struct reason *reason)
{
	owned_secret text = {0};
	enum status status = trusted_bytes_read(path, what, reading, limit_bytes, &text, reason);

	if (status != STATUS_OK)
		return status;
	if (memchr(text.bytes, '\0', text.length_bytes) != NULL)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"%s: %.100s is not a text; is it the right file?", what, path);
	*ret_text = secret_steal(&text);
	return STATUS_OK;
}
