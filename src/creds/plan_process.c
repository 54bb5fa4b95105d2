/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * credential_process: root runs the program, because it must, and passes on what it prints without
 * a look, because parsing is the helper's part.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "creds/plan_source.h"
#include "creds/program.h"
#include "creds/words.h"

#define PROCESS_VARIABLES 128
/* Of the time that is left, so that a program that hung can be run again, and for AWS itself. */
#define PROCESS_PART 2

#define PROCESS_PATH "/usr/sbin:/usr/bin:/sbin:/bin"

/* The environment of the program, in which keys may be. */
struct process_environment {
	struct secret texts;               /* owned; each NAME=VALUE with its NUL */
	char *list[PROCESS_VARIABLES + 1]; /* lent by TEXTS; NULL behind the last */
	size_t count;
};

static void
environment_end(struct process_environment *environment)
{
	secret_end(&environment->texts);
}

/* The first of a name counts; what has no room is left out. */
static void
environment_add(struct process_environment *environment, const char *name, size_t name_bytes,
	const char *value)
{
	struct secret *texts = &environment->texts;
	char *text = texts->bytes + texts->length_bytes;

	for (size_t i = 0; i < environment->count; i++) {
		if (strncmp(environment->list[i], name, name_bytes) == 0 &&
			environment->list[i][name_bytes] == '=')
			return;
	}
	if (environment->count < PROCESS_VARIABLES &&
		secret_append(texts, name, name_bytes) == STATUS_OK &&
		secret_append(texts, "=", 1) == STATUS_OK &&
		secret_append(texts, value, strlen(value) + 1) == STATUS_OK)
		environment->list[environment->count++] = text;
}

/* Room for each variable of the two and for the path. */
static size_t
environment_room_bytes(const struct settings *settings)
{
	const struct variables *own = &settings->environment;
	size_t room_bytes = sizeof("PATH=" PROCESS_PATH);

	for (size_t i = 0; i < own->count; i++)
		room_bytes += strlen(own->rows[i].name) + own->rows[i].value.length_bytes + 2;
	for (char **row = environ; settings->params->inherit_environment && *row != NULL; row++)
		room_bytes += strlen(*row) + 1;
	return room_bytes;
}

/*
 * The resource's own variables, then the process environment where it counts, then a path. Keys and
 * tokens among them are passed on, because botocore's programs inherit them, too, and some begin
 * with them: the program is root's, and so is its environ. STATUS_NO_MEMORY.
 */
static enum status
environment_fill(const struct settings *settings, struct process_environment *environment)
{
	const struct variables *own = &settings->environment;

	if (secret_make(&environment->texts, environment_room_bytes(settings)) != STATUS_OK)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < own->count; i++)
		environment_add(environment, own->rows[i].name, strlen(own->rows[i].name),
			own->rows[i].value.bytes != NULL ? own->rows[i].value.bytes : "");
	for (char **row = environ; settings->params->inherit_environment && *row != NULL; row++) {
		size_t name_bytes = strcspn(*row, "=");

		if ((*row)[name_bytes] == '=')
			environment_add(environment, *row, name_bytes, *row + name_bytes + 1);
	}
	environment_add(environment, "PATH", 4, PROCESS_PATH);
	return STATUS_OK;
}

static enum status
program_judge(const char *profile, const char *path, struct reason *reason)
{
	struct stat info;

	if (path == NULL || path[0] != '/')
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: credential_process is no full path; begin it with the full path of a program",
			profile);
	if (stat(path, &info) != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: credential_process %.60s cannot be run (%s); correct the profile",
			profile, path, strerror(errno));
	if (!S_ISREG(info.st_mode) || access(path, X_OK) != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: credential_process %.60s is not a program; correct the profile",
			profile, path);
	if (info.st_uid != 0 && info.st_uid != geteuid())
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: credential_process %.60s belongs to user %u; chown it to root",
			profile, path, (unsigned int)info.st_uid);
	if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: others may write credential_process %.60s; chmod go-w it",
			profile, path);
	return STATUS_OK;
}

static enum status
process_end_judge(const char *profile, const char *path, const struct program_end *end,
	struct reason *reason)
{
	if (end->timed_out)
		return reason_set(reason, STATUS_SLOW_CREDENTIALS,
			"profile %.60s: credential_process %.60s did not end in time; see what it waits for",
			profile, path);
	if (end->exit_code != 0)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: credential_process %.60s failed (%s %d); run it by hand",
			profile, path, end->exit_code > 0 ? "exit code" : "signal, code",
			end->exit_code);
	return STATUS_OK;
}

enum status
source_take_process(struct plan *plan, const char *profile, struct reason *reason)
{
	const char *line = settings_profile_text(&plan->settings, profile, "credential_process");
	owned_words words = {0};
	owned_by(environment_end) struct process_environment environment = {0};
	struct program_end end;
	int64_t left_ms = deadline_left_ms(plan->deadline);
	enum status status = words_split(line, &words);

	if (status == STATUS_BAD_VALUE)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: credential_process has an open quote, a backslash at its end, or too many words; correct it",
			profile);
	if (status == STATUS_OK)
		status = program_judge(profile, words.list[0], reason);
	if (status != STATUS_OK)
		return status;
	status = environment_fill(&plan->settings, &environment);
	if (status != STATUS_OK)
		return status;
	status = program_run(words.list, environment.list, deadline_in_ms(left_ms / PROCESS_PART),
		&plan->process_output, &end);
	if (status == STATUS_BAD_VALUE)
		return reason_set(reason, STATUS_BAD_PROFILE,
			"profile %.60s: credential_process %.60s prints more than %d bytes; it is to print one JSON document",
			profile, words.list[0], PROGRAM_OUTPUT_BYTES);
	if (status == STATUS_OK)
		status = process_end_judge(profile, words.list[0], &end, reason);
	if (status != STATUS_OK)
		return status;
	plan->source = SOURCE_PROCESS;
	snprintf(plan->origin, sizeof(plan->origin), "profile %.60s", profile);
	return STATUS_OK;
}
