/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of mountinfo. Every piece lies in the line, and the pieces written as the kernel writes
 * them are cut the same way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/own.h"
#include "fuzz.h"
#include "volume/mountinfo.h"

#define FIXED_BYTES 128

/* As the kernel's mangle() writes it. */
static void
escaped_append(char *text, const char *piece)
{
	char *to = text + strlen(text);

	for (const char *c = piece; *c != '\0'; c++) {
		if (strchr(" \t\n\\#", *c) != NULL)
			to += sprintf(to, "\\%03o", (unsigned int)(unsigned char)*c);
		else
			*to++ = *c;
	}
	*to++ = ' ';
	*to = '\0';
}

static void
line_write(const struct mountinfo *info, char *text)
{
	sprintf(text, "%d %d %u:%u ", info->id, info->parent_id, major(info->number),
		minor(info->number));
	escaped_append(text, info->root);
	escaped_append(text, info->directory);
	sprintf(text + strlen(text), "%s - %s ", info->options, info->fstype);
	escaped_append(text, info->source);
	strcat(text, info->super_options);
}

/* An escaped NUL, which the kernel never writes, ends a piece early. */
static bool
info_is_whole(const struct mountinfo *info)
{
	return info->root[0] != '\0' && info->directory[0] == '/';
}

static void
info_compare(const struct mountinfo *a, const struct mountinfo *b)
{
	fuzz_promise(a->id == b->id && a->parent_id == b->parent_id && a->number == b->number,
		"numbers come back");
	fuzz_promise(strcmp(a->root, b->root) == 0 && strcmp(a->directory, b->directory) == 0 &&
			strcmp(a->source, b->source) == 0,
		"paths come back");
	fuzz_promise(strcmp(a->options, b->options) == 0 && strcmp(a->fstype, b->fstype) == 0 &&
			strcmp(a->super_options, b->super_options) == 0,
		"options come back");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text line = fuzz_text(bytes, length_bytes);
	owned_text again = malloc(4 * length_bytes + FIXED_BYTES);
	struct mountinfo info, again_info;
	size_t line_bytes = strlen(line);

	fuzz_promise(again != NULL, "there is memory");
	line[strcspn(line, "\n")] = '\0';
	if (!mountinfo_cut(line, &info) || !info_is_whole(&info))
		return 0;
	fuzz_promise(info.root > line && info.super_options <= line + line_bytes,
		"the pieces lie in the line");
	line_write(&info, again);
	fuzz_promise(mountinfo_cut(again, &again_info), "it is cut again");
	info_compare(&info, &again_info);
	return 0;
}
