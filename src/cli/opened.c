/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A note of one line beside the record. */
#include "cli/opened.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"
#include "volume/instance_dir.h"
#include "volume/record.h"
#include "volume/roots.h"
#include "volume/sysfs.h"

#define NOTE_FILE "opened-from"

static bool
note_write(const char *note, const char *path)
{
	owned_file out = fopen(note, "we");

	return out != NULL && fprintf(out, "%s\n", path) > 0 && fflush(out) == 0;
}

void
opened_note(const char *instance, const char *path)
{
	char note[PATH_MAX];

	if (instance_dir_make(instance, NULL) != STATUS_OK ||
		!instance_path(instance, NOTE_FILE, note) || !note_write(note, path))
		log_warning(
			"which volume %.100s names could not be noted in %s: %s; keep it as it is until the volume is closed",
			path, run_root, strerror(errno));
}

static bool
note_is_of(const char *instance, const char *path)
{
	char note[PATH_MAX], text[PATH_MAX];
	struct record record;

	return instance_path(instance, NOTE_FILE, note) &&
		small_file_read(note, text, sizeof(text)) == STATUS_OK && strcmp(text, path) == 0 &&
		record_read(instance, &record) == STATUS_OK;
}

bool
opened_find(const char *path, char ret_instance[static NAME_MAX + 1])
{
	owned_dir dir = opendir(run_root);
	unsigned int count = 0;

	if (dir == NULL)
		return false;
	for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
		if (!note_is_of(entry->d_name, path))
			continue;
		snprintf(ret_instance, NAME_MAX + 1, "%s", entry->d_name);
		count++;
	}
	return count == 1;
}

enum status
opened_recall(const char *instance, struct variables *variables)
{
	struct record record;
	enum status status = record_read(instance, &record);
	char uuid[40] = "";
	const char *digits = record.luks_uuid;
	const struct {
		const char *name, *text;
	} rows[] = {{"map_name", record.map_name}, {"luks_uuid", uuid}, {"device", record.device},
		{"directory", record.directory}};

	/* As parameters have it. */
	if (status == STATUS_OK && strlen(digits) == LUKS_UUID_BYTES - 1)
		snprintf(uuid, sizeof(uuid), "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8,
			digits + 12, digits + 16, digits + 20);
	for (size_t i = 0; status == STATUS_OK && i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].text[0] != '\0')
			status = variables_set(variables, rows[i].name, rows[i].text,
				strlen(rows[i].text));
	}
	return status;
}

void
opened_forget(const char *instance)
{
	char note[PATH_MAX];

	if (instance_path(instance, NOTE_FILE, note))
		unlink(note);
}
