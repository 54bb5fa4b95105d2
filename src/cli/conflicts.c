/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab(5): the second word is the directory; crypttab(5): the first one is the mapping. */
#include "cli/conflicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

/* Whether the word number FIELD of LINE, which is taken apart, is WORD. */
static bool
line_has_word(char *line, unsigned int field, const char *word)
{
	char *rest = NULL;
	char *found = strtok_r(line, " \t\n", &rest);

	if (found == NULL || found[0] == '#')
		return false;
	for (unsigned int i = 0; found != NULL && i < field; i++)
		found = strtok_r(NULL, " \t\n", &rest);
	return found != NULL && strcmp(found, word) == 0;
}

enum status
conflicts_find_in(const char *path, unsigned int field, const char *word, struct reason *reason)
{
	owned_file in = fopen(path, "re");
	owned_text line = NULL;
	size_t room_bytes = 0;

	if (in == NULL)
		return STATUS_OK;
	for (unsigned int number = 1; getline(&line, &room_bytes, in) >= 0; number++) {
		if (!line_has_word(line, field, word))
			continue;
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"%s line %u names %.60s, too, and systemd would bring it up without a key; take it out",
			path, number, word);
	}
	return STATUS_OK;
}

enum status
conflicts_find(const struct wanted *wanted, struct reason *reason)
{
	enum status status = STATUS_OK;

	if (wanted->params->directory != NULL)
		status = conflicts_find_in("/etc/fstab", 1, wanted->params->directory, reason);
	if (status == STATUS_OK && wanted->map_name != NULL)
		status = conflicts_find_in("/etc/crypttab", 0, wanted->map_name, reason);
	return status;
}
