/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three filesystems, and the words that make their tools neither ask nor refuse. */
#include "cli/mkfs.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "volume/spawn.h"

struct mkfs_tool {
	const char *fstype;
	const char *package;
	const char *words[2];
};

static const struct mkfs_tool tools[] = {
	{"xfs", "xfsprogs", {"-q", "-f"}},
	{"ext4", "e2fsprogs", {"-q", "-F"}},
	{"btrfs", "btrfs-progs", {"-q", "-f"}},
};

static const struct mkfs_tool *
tool_find(const char *fstype)
{
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (strcmp(tools[i].fstype, fstype) == 0)
			return &tools[i];
	}
	return NULL;
}

/* "/usr/sbin/mkfs.xfs"; the last one tried when there is none. */
static bool
tool_path(const char *fstype, size_t room_bytes, char *ret_path)
{
	static const char *const directories[] = {"/usr/sbin", "/sbin", "/usr/bin"};

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(ret_path, room_bytes, "%s/mkfs.%s", directories[i], fstype);
		if (access(ret_path, X_OK) == 0)
			return true;
	}
	return false;
}

enum status
mkfs_check(const char *fstype, struct reason *reason)
{
	const struct mkfs_tool *tool = tool_find(fstype);
	char path[64];

	if (tool == NULL)
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"fstype=%.40s: format makes xfs, ext4 or btrfs; take one, or --no-filesystem",
			fstype);
	if (!tool_path(fstype, sizeof(path), path))
		return reason_set(reason, STATUS_MISSING_SOFTWARE,
			"mkfs.%s is not installed (%s); nothing was changed", fstype,
			tool->package);
	return STATUS_OK;
}

/* What the tool said last. */
static const char *
tool_last_line(char *text, size_t length_bytes)
{
	while (length_bytes > 0 &&
		(text[length_bytes - 1] == '\n' || text[length_bytes - 1] == ' '))
		length_bytes--;
	text[length_bytes] = '\0';
	const char *newline = strrchr(text, '\n');

	return newline != NULL ? newline + 1 : text;
}

enum status
mkfs_run(const char *fstype, const char *path, struct deadline deadline, struct reason *reason)
{
	const struct mkfs_tool *tool = tool_find(fstype);
	char program[64], name[32], output[2048];
	enum status status = mkfs_check(fstype, reason);

	if (status != STATUS_OK || !tool_path(fstype, sizeof(program), program))
		return status;
	snprintf(name, sizeof(name), "mkfs.%s", fstype);

	char *arguments[] = {name, (char *)(uintptr_t)tool->words[0],
		(char *)(uintptr_t)tool->words[1], (char *)(uintptr_t)path, NULL};
	char search[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *environment[] = {search, NULL};
	struct spawn_job job = {.path = program,
		.arguments = arguments,
		.environment = environment,
		.output = output,
		.output_room_bytes = sizeof(output) - 1,
		.with_stderr = true};
	struct spawn_result result;

	log_step("making the filesystem %s", fstype);
	status = spawn_run(&job, deadline, &result, reason);
	if (status != STATUS_OK)
		return status;
	if (result.timed_out)
		return reason_set(reason, STATUS_TIMED_OUT,
			"%s needs more time; raise --timeout and run the same command again", name);
	if (result.exit_code == 0)
		return STATUS_OK;
	return reason_set(reason, STATUS_BAD_FILESYSTEM,
		"%s ended with %d: %s; run the same command again to go on", name, result.exit_code,
		tool_last_line(output, result.output_bytes));
}
