/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mount options, one by one, before the kernel that would have to take them. */
#include "volume/option_check.h"

#include <errno.h>
#include <libmount.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/own.h"
#include "params/params_check.h"

/* SELinux labels: libmount takes them out where there is no SELinux, and the kernel asks its policy
 * only at the mount. */
static bool
word_is_label(const char *word)
{
	size_t key_length = strcspn(word, "=");
	static const char ending[] = "context";

	return strcmp(word, "seclabel") == 0 ||
		(key_length >= strlen(ending) &&
			memcmp(word + key_length - strlen(ending), ending, strlen(ending)) == 0);
}

/* One option as fsconfig(2) wants it: a word alone is a flag, KEY=VALUE a string. */
static enum status
option_ask(int context_fd, const char *fstype, char *word, struct reason *reason)
{
	char *value = strchr(word, '=');

	if (value != NULL)
		*value++ = '\0';

	int result = value != NULL ? fsconfig(context_fd, FSCONFIG_SET_STRING, word, value, 0)
				   : fsconfig(context_fd, FSCONFIG_SET_FLAG, word, NULL, 0);

	/* Other errors are the value's or the moment's; the mount will word them. */
	if (result == 0 || errno != EINVAL)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_MOUNT_OPTION,
		"%s of this kernel does not take the mount option \"%s%s%s\"; take it out of options",
		fstype, word, value != NULL ? "=" : "", value != NULL ? value : "");
}

enum status
option_check(const char *fstype, const char *options, struct reason *reason)
{
	owned_text of_filesystem = NULL;
	enum status status = STATUS_OK;

	/* What is left when libmount has taken its own options and the VFS's. */
	if (mnt_split_optstr(options, NULL, NULL, &of_filesystem, 0, 0) != 0)
		return reason_set(reason, STATUS_BAD_MOUNT_OPTION,
			"the mount options \"%s\" cannot be read; correct options", options);

	owned_fd context_fd = fsopen(fstype, FSOPEN_CLOEXEC);
	const char *rest = of_filesystem != NULL ? of_filesystem : "";
	const char *word;

	for (size_t length; context_fd >= 0 && status == STATUS_OK &&
		(length = option_list_next(&rest, &word)) > 0;) {
		owned_text copy = strndup(word, length);

		if (copy == NULL)
			return reason_set(reason, STATUS_NO_MEMORY,
				"no memory to look at the mount options; free some");
		if (word_is_label(copy))
			continue;
		status = option_ask(context_fd, fstype, copy, reason);
	}
	return status;
}
