/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab through libmount, crypttab by the first word of its lines, units by their names. */
#include "volume/conflicts.h"

#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"

#define UNIT_BYTES 256
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:_."

bool
mount_unit_name(const char *directory, size_t room_bytes, char *ret_name)
{
	size_t length_bytes = 0;

	while (*directory == '/')
		directory++;
	for (const char *at = directory; *at != '\0'; at++) {
		bool is_plain = strchr(PLAIN, *at) != NULL && (*at != '.' || at != directory);

		/* The longest that one letter becomes, and ".mount". */
		if (length_bytes + 4 + sizeof(".mount") > room_bytes)
			return false;
		if (*at == '/' && (at[1] == '/' || at[1] == '\0'))
			continue;
		if (*at == '/' || is_plain)
			ret_name[length_bytes++] = *at == '/' ? '-' : *at;
		else
			length_bytes += (size_t)snprintf(ret_name + length_bytes,
				room_bytes - length_bytes, "\\x%02x", (unsigned char)*at);
	}
	snprintf(ret_name + length_bytes, room_bytes - length_bytes, ".mount");
	return length_bytes > 0;
}

static enum status
fstab_look(const char *path, const char *directory, struct reason *reason)
{
	struct libmnt_table *table = mnt_new_table_from_file(path);
	bool is_named = table != NULL &&
		mnt_table_find_target(table, directory, MNT_ITER_FORWARD) != NULL;

	mnt_unref_table(table);
	if (!is_named)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"%s has a line for %.60s, and systemd would mount it without a key; take it out",
		path, directory);
}

static bool
line_begins_with_word(const char *line, const char *word)
{
	size_t begin = strspn(line, " \t");
	size_t length = strcspn(line + begin, " \t\n");

	return length == strlen(word) && strncmp(line + begin, word, length) == 0;
}

static enum status
crypttab_look(const char *path, const char *map_name, struct reason *reason)
{
	owned_file in = fopen(path, "re");
	owned_text line = NULL;
	size_t room_bytes = 0;

	for (unsigned int number = 1; in != NULL && getline(&line, &room_bytes, in) >= 0;
		number++) {
		if (line_begins_with_word(line, map_name))
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"%s line %u names %.60s, and systemd would open it without a key; take it out",
				path, number, map_name);
	}
	return STATUS_OK;
}

static enum status
units_look(const char *root, const char *directory, struct reason *reason)
{
	static const char *const places[] = {"/etc/systemd/system", "/run/systemd/system",
		"/usr/local/lib/systemd/system", "/usr/lib/systemd/system"};
	char unit[UNIT_BYTES];
	char path[PATH_MAX];

	if (!mount_unit_name(directory, sizeof(unit), unit))
		return STATUS_OK;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s%s/%s", root, places[i], unit);
		if (access(path, F_OK) == 0)
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"%.100s mounts %.60s, and does so without a key; remove that unit",
				path, directory);
	}
	return STATUS_OK;
}

enum status
conflicts_find_below(const char *root, const struct wanted *wanted, struct reason *reason)
{
	const char *directory = wanted->params->directory;
	enum status status = STATUS_OK;
	char path[PATH_MAX];

	if (directory != NULL) {
		snprintf(path, sizeof(path), "%s/etc/fstab", root);
		status = fstab_look(path, directory, reason);
	}
	if (status == STATUS_OK && directory != NULL)
		status = units_look(root, directory, reason);
	if (status == STATUS_OK && wanted->map_name != NULL) {
		snprintf(path, sizeof(path), "%s/etc/crypttab", root);
		status = crypttab_look(path, wanted->map_name, reason);
	}
	return status;
}

enum status
conflicts_find(const struct wanted *wanted, struct reason *reason)
{
	return conflicts_find_below("", wanted, reason);
}
