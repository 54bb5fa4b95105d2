/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An unnamed file opened for writing, in a bounded child. */
#include "volume/writable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"
#include "volume/bounded.h"

/* A filesystem that takes this long to make an unnamed file is no better than one that refuses. */
#define WRITABLE_WAIT_MS 5000

struct writable_question {
	char directory[PATH_MAX];
};

static enum status
unnamed_file_open(void *context, struct reason *reason)
{
	const struct writable_question *question = context;
	owned_fd fd = open(question->directory, O_TMPFILE | O_WRONLY | O_CLOEXEC,
		S_IRUSR | S_IWUSR);

	if (fd < 0 && (errno == EROFS || errno == EIO))
		return reason_set(reason, STATUS_TURNED_READ_ONLY,
			"the filesystem on %s refuses writes: %s; see dmesg, run fsck",
			question->directory, strerror(errno));
	return STATUS_OK;
}

enum status
writable_check(const char *directory, struct deadline deadline, struct reason *reason)
{
	struct writable_question question;
	int length = snprintf(question.directory, sizeof(question.directory), "%s", directory);

	if (length < 0 || (size_t)length >= sizeof(question.directory))
		return STATUS_OK;
	return bounded_run(unnamed_file_open, "the filesystem", &question, sizeof(question),
		deadline_sooner(deadline, deadline_in_ms(WRITABLE_WAIT_MS)), reason);
}
