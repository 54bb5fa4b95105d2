/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * proc(5): ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS [TAG…] - TYPE SOURCE SUPER-OPTIONS.
 * Blanks within a piece are escaped, so every blank separates; a source may be empty.
 */
#include "volume/mountinfo.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

static bool
digit_is_octal(char digit)
{
	return digit >= '0' && digit <= '7';
}

/* The kernel writes blank, tab, newline, backslash and '#' as a backslash and three octal digits.
 */
static void
text_unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from != '\0'; from++) {
		if (from[0] == '\\' && digit_is_octal(from[1]) && digit_is_octal(from[2]) &&
			digit_is_octal(from[3])) {
			*to++ = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				(from[3] - '0'));
			from += 3;
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
}

/* Past the optional tags to what follows the lone dash. */
static bool
tags_skip(char **rest)
{
	for (char *tag = strsep(rest, " "); tag != NULL; tag = strsep(rest, " ")) {
		if (strcmp(tag, "-") == 0)
			return true;
	}
	return false;
}

bool
mountinfo_cut(char *line, struct mountinfo *ret_info)
{
	struct mountinfo info = {0};
	unsigned int major_number, minor_number;
	int numbers = 0;

	/* One blank ends the numbers: a root may begin with white space that is not escaped. */
	if (sscanf(line, "%d %d %u:%u%n", &info.id, &info.parent_id, &major_number, &minor_number,
		    &numbers) != 4 ||
		line[numbers] != ' ')
		return false;

	char *rest = line + numbers + 1;

	info.number = makedev(major_number, minor_number);
	info.root = strsep(&rest, " ");
	info.directory = strsep(&rest, " ");
	info.options = strsep(&rest, " ");
	if (info.options == NULL || !tags_skip(&rest))
		return false;
	info.fstype = strsep(&rest, " ");
	info.source = strsep(&rest, " ");
	info.super_options = rest;
	if (info.super_options == NULL || info.root[0] == '\0' || info.directory[0] != '/' ||
		info.fstype[0] == '\0')
		return false;
	text_unescape(info.root);
	text_unescape(info.directory);
	text_unescape(info.source);
	*ret_info = info;
	return true;
}
