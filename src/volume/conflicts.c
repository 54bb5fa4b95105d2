/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab through libmount, crypttab by the first two words of its lines, units by their names. */
#include "volume/conflicts.h"

#include <libmount.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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
fstab_look(const char *path, const char *directory, const char *map_name, struct reason *reason)
{
	struct libmnt_table *table = mnt_new_table_from_file(path);
	char source[PATH_MAX];
	const char *found = NULL;

	snprintf(source, sizeof(source), "/dev/mapper/%.200s", map_name != NULL ? map_name : "");
	if (table != NULL && directory != NULL &&
		mnt_table_find_target(table, directory, MNT_ITER_FORWARD) != NULL)
		found = directory;
	else if (table != NULL && map_name != NULL &&
		mnt_table_find_srcpath(table, source, MNT_ITER_FORWARD) != NULL)
		found = source;
	mnt_unref_table(table);
	if (found == NULL)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_PARAMETER,
		"%s has a line for %.60s, and systemd would mount it without a key; take it out",
		path, found);
}

/* The field at AT, and where what follows it begins. */
static const char *
field_take(const char *at, size_t *ret_bytes)
{
	at += strspn(at, " \t");
	*ret_bytes = strcspn(at, " \t\n");
	return at;
}

static bool
entry_is(const char *word, size_t word_bytes, const char *text)
{
	return text != NULL && word_bytes == strlen(text) &&
		strncasecmp(word, text, word_bytes) == 0;
}

/* "name device …", and the device as a path or as UUID=… (crypttab(5)). */
static bool
crypttab_line_is_ours(const char *line, const struct wanted *wanted)
{
	size_t name_bytes = 0, device_bytes = 0;
	const char *name = field_take(line, &name_bytes);
	const char *device = field_take(name + name_bytes, &device_bytes);

	if (*name == '#')
		return false;
	if (device_bytes > 5 && strncmp(device, "UUID=", 5) == 0 &&
		entry_is(device + 5, device_bytes - 5, wanted->params->luks_uuid))
		return true;
	return entry_is(name, name_bytes, wanted->map_name) ||
		entry_is(device, device_bytes, wanted->params->device);
}

static enum status
crypttab_look(const char *path, const struct wanted *wanted, struct reason *reason)
{
	owned_file in = fopen(path, "re");
	owned_text line = NULL;
	size_t room_bytes = 0;

	for (unsigned int number = 1; in != NULL && getline(&line, &room_bytes, in) >= 0;
		number++) {
		if (crypttab_line_is_ours(line, wanted))
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"%s line %u names %.60s, and systemd would open it without a key; take it out",
				path, number,
				wanted->map_name != NULL ? wanted->map_name
							 : wanted->params->device);
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

	snprintf(path, sizeof(path), "%s/etc/fstab", root);
	status = fstab_look(path, directory, wanted->map_name, reason);
	if (status == STATUS_OK && directory != NULL)
		status = units_look(root, directory, reason);
	if (status != STATUS_OK)
		return status;
	snprintf(path, sizeof(path), "%s/etc/crypttab", root);
	return crypttab_look(path, wanted, reason);
}

enum status
conflicts_find(const struct wanted *wanted, struct reason *reason)
{
	return conflicts_find_below("", wanted, reason);
}
