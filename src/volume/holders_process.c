/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evidence that a process uses the volume. See holders_process.h.
 */
#include "volume/holders_process.h"

#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "volume/roots.h"
#include "volume/sysfs.h"

enum evidence { EVIDENCE_NONE, EVIDENCE_FILE, EVIDENCE_DEVICE };

/*
 * By mount, for btrfs whose files carry numbers of their subvolume; by superblock, for what umount
 * -l took out of every list; by device number, for whoever opened the mapping itself.
 */
static enum evidence
link_evidence(const char *path, const struct footprint *footprint)
{
	struct statx seen;

	if (statx(AT_FDCWD, path, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		    STATX_BASIC_STATS | STATX_MNT_ID, &seen) != 0)
		return EVIDENCE_NONE;
	if (S_ISBLK(seen.stx_mode) &&
		makedev(seen.stx_rdev_major, seen.stx_rdev_minor) == footprint->mapping)
		return EVIDENCE_DEVICE;
	if ((seen.stx_mask & STATX_MNT_ID) != 0 && id_set_has(&footprint->mounts, seen.stx_mnt_id))
		return EVIDENCE_FILE;
	if (makedev(seen.stx_dev_major, seen.stx_dev_minor) == footprint->mapping)
		return EVIDENCE_FILE;
	return EVIDENCE_NONE;
}

static enum evidence
files_evidence(const char *task, const struct footprint *footprint)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%.40s/fd", proc_root, task);
	owned_dir fds = opendir(path);
	enum evidence evidence = EVIDENCE_NONE;

	if (fds == NULL)
		return EVIDENCE_NONE;
	for (struct dirent *entry; evidence == EVIDENCE_NONE && (entry = readdir(fds)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.40s/fd/%.20s", proc_root, task, entry->d_name);
		evidence = link_evidence(path, footprint);
	}
	return evidence;
}

static bool
map_line_is_ours(const char *line, const struct footprint *footprint)
{
	unsigned int major_number, minor_number;

	if (sscanf(line, "%*s %*s %*s %x:%x", &major_number, &minor_number) != 2)
		return false;
	dev_t number = makedev(major_number, minor_number);
	/* Shared memory and other anonymous objects are files of tmpfs: only a superblock that was
	 * seen counts. */
	return number != 0 &&
		(number == footprint->mapping || id_set_has(&footprint->superblocks, number));
}

static bool
maps_are_ours(const char *process, const struct footprint *footprint)
{
	char path[64];
	owned_text line = NULL;
	size_t room = 0;

	snprintf(path, sizeof(path), "%s/%.20s/maps", proc_root, process);
	owned_file maps = fopen(path, "re");
	while (maps != NULL && getline(&line, &room, maps) > 0) {
		if (map_line_is_ours(line, footprint))
			return true;
	}
	return false;
}

/* The letter after the command's closing bracket, which the command itself cannot end: it is the
 * last one. */
static char
task_state(const char *path)
{
	char text[1024];

	if (small_file_read(path, text, sizeof(text)) != STATUS_OK)
		return '\0';
	const char *bracket = strrchr(text, ')');
	return bracket != NULL && bracket[1] == ' ' ? bracket[2] : '\0';
}

/*
 * Reading the maps takes the lock of the address space, and a thread in uninterruptible sleep may
 * be holding that: the reader would join it.
 */
static bool
process_may_hold_us(const char *process)
{
	char path[PATH_MAX];
	bool is_asleep = false;

	snprintf(path, sizeof(path), "%s/%.20s/task", proc_root, process);
	owned_dir tasks = opendir(path);
	for (struct dirent *entry;
		tasks != NULL && !is_asleep && (entry = readdir(tasks)) != NULL;) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%.20s/task/%.20s/stat", proc_root, process,
			entry->d_name);
		is_asleep = task_state(path) == 'D';
	}
	return is_asleep;
}

/* TASK is "812", or "812/task/813" for one thread. */
static const char *
task_use_of_links(const char *task, const struct footprint *footprint)
{
	static const struct {
		const char *link;
		const char *use;
	} links[] = {{"cwd", "working directory"}, {"root", "root directory"}, {"exe", "program"}};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		char path[96];

		snprintf(path, sizeof(path), "%s/%.40s/%s", proc_root, task, links[i].link);
		if (link_evidence(path, footprint) != EVIDENCE_NONE)
			return links[i].use;
	}
	return NULL;
}

static const char *
task_use_of_files(const char *task, const struct footprint *footprint)
{
	switch (files_evidence(task, footprint)) {
	case EVIDENCE_FILE:
		return "open file";
	case EVIDENCE_DEVICE:
		return "open device";
	case EVIDENCE_NONE:
		break;
	}
	return NULL;
}

/*
 * Threads may have directories of their own; and when the first thread has ended, only the others
 * still show the files.
 */
static const char *
threads_use(const char *process, const struct footprint *footprint)
{
	char path[96];
	const char *use = NULL;

	snprintf(path, sizeof(path), "%s/%.20s/stat", proc_root, process);
	bool has_lost_its_first = task_state(path) == 'Z';
	snprintf(path, sizeof(path), "%s/%.20s/task", proc_root, process);
	owned_dir tasks = opendir(path);
	for (struct dirent *entry;
		tasks != NULL && use == NULL && (entry = readdir(tasks)) != NULL;) {
		char task[64];

		if (entry->d_name[0] == '.' || strcmp(entry->d_name, process) == 0)
			continue;
		snprintf(task, sizeof(task), "%.20s/task/%.20s", process, entry->d_name);
		use = task_use_of_links(task, footprint);
		if (use == NULL && has_lost_its_first)
			use = task_use_of_files(task, footprint);
	}
	return use;
}

const char *
process_use(const char *process, const struct footprint *footprint, bool may_block)
{
	const char *use = task_use_of_links(process, footprint);

	if (use == NULL)
		use = task_use_of_files(process, footprint);
	if (use == NULL)
		use = threads_use(process, footprint);
	if (use != NULL || (!may_block && process_may_hold_us(process)))
		return use;
	return maps_are_ours(process, footprint) ? "memory map" : NULL;
}

/* "0::/system.slice/postgresql.service" or, before cgroup v2, "1:name=systemd:/system.slice/…". */
static void
unit_read(const char *process, char *ret_unit, size_t room_bytes)
{
	char path[64];
	char text[4096];

	snprintf(path, sizeof(path), "%s/%.20s/cgroup", proc_root, process);
	ret_unit[0] = '\0';
	if (small_file_read(path, text, sizeof(text)) != STATUS_OK)
		return;
	/* The last line is that of the unified hierarchy, or of systemd's own. */
	const char *line = strrchr(text, '\n');
	const char *part = strrchr(line != NULL ? line : text, '/');
	if (part != NULL)
		snprintf(ret_unit, room_bytes, "%s", part + 1);
}

void
process_describe(const char *process, struct volume_user *holder)
{
	char path[64];

	/* Not cmdline, which lies in the memory of the process, behind the lock that maps needs
	 * too. */
	snprintf(path, sizeof(path), "%s/%.20s/comm", proc_root, process);
	if (small_file_read(path, holder->name, sizeof(holder->name)) != STATUS_OK)
		snprintf(holder->name, sizeof(holder->name), "?");
	unit_read(process, holder->unit, sizeof(holder->unit));
}
