/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One directory, each of its files against the expectation beside it. */
#include "invalid_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"

#define PATH_BYTES 700
#define EXPECTED ".expected"
#define SECRET_MARK "HUSH"
/* Fewer would mean that the directory was not found or not meant. */
#define CASES_MIN 5

static size_t
case_read(const char *path, char text[static INVALID_CASE_BYTES])
{
	owned_file stream = fopen(path, "r");

	if (stream == NULL)
		fail_msg("%s cannot be read: a case needs its input and its " EXPECTED, path);

	size_t length_bytes = fread(text, 1, INVALID_CASE_BYTES - 1, stream);

	text[length_bytes] = '\0';
	return length_bytes;
}

static bool
name_is_expectation(const char *name)
{
	size_t length = strlen(name), suffix = strlen(EXPECTED);

	return length > suffix && strcmp(name + length - suffix, EXPECTED) == 0;
}

static void
answer_compare(const char *path, char *expected, enum status status, const struct reason *reason)
{
	char *rest = expected;
	const char *code = strsep(&rest, "\n");
	const char *words = rest != NULL ? strsep(&rest, "\n") : NULL;

	if (words == NULL || strcmp(status_code(status), code) != 0)
		fail_msg("%s: %s, expected %s; %s", path, status_code(status), code, reason->text);
	if (strstr(reason->text, words) == NULL)
		fail_msg("%s: «%s» does not say «%s»", path, reason->text, words);
	if (strstr(reason->text, SECRET_MARK) != NULL)
		fail_msg("%s: «%s» quotes a secret", path, reason->text);
	for (const char *c = reason->text; *c != '\0'; c++)
		assert_true((unsigned char)*c >= ' ');
}

static void
case_check(const char *folder, const char *name, invalid_try *try)
{
	static char text[INVALID_CASE_BYTES], expected[INVALID_CASE_BYTES];
	char path[PATH_BYTES], expected_path[PATH_BYTES + sizeof(EXPECTED)];
	struct reason reason = {0};

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(expected_path, sizeof(expected_path), "%s" EXPECTED, path);
	case_read(expected_path, expected);

	size_t length_bytes = case_read(path, text);
	enum status status = try(path, text, length_bytes, &reason);

	answer_compare(path, expected, status, &reason);
}

static void
expectation_check(const char *folder, const char *name)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%.*s", folder, (int)(strlen(name) - strlen(EXPECTED)),
		name);
	if (access(path, R_OK) != 0)
		fail_msg("%s/%s expects something of no case", folder, name);
}

void
invalid_cases_walk(const char *kind, invalid_try *try)
{
	const char *source = getenv("top_srcdir");
	char folder[600];
	unsigned int count = 0;

	snprintf(folder, sizeof(folder), "%s/tests/data/%s/invalid", source != NULL ? source : ".",
		kind);

	owned_dir directory = opendir(folder);

	if (directory == NULL)
		fail_msg("%s cannot be read", folder);
	for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
		if (entry->d_name[0] == '.')
			continue;
		if (name_is_expectation(entry->d_name)) {
			expectation_check(folder, entry->d_name);
			continue;
		}
		case_check(folder, entry->d_name, try);
		count++;
	}
	assert_true(count >= CASES_MIN);
}
