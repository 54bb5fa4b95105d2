/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left for a memory-hard key derivation: of the node, and of the cgroup this process is in.
 */
#include "volume/kdf_memory.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/own.h"

/* One number from a one-line file; UINT64_MAX for "max", an absent file, or anything else. */
static uint64_t
number_read(const char *path)
{
	owned_file file = fopen(path, "re");
	uint64_t number;

	if (file == NULL || fscanf(file, "%" SCNu64, &number) != 1)
		return UINT64_MAX;
	return number;
}

/* MemAvailable and SwapFree do not add up to what can be had: a derivation that swaps misses every
 * deadline. */
static uint64_t
meminfo_available_kib(void)
{
	owned_file file = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t available_kib;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (sscanf(line, "MemAvailable: %" SCNu64 " kB", &available_kib) == 1)
			return available_kib;
	}
	return UINT64_MAX;
}

/* The unified hierarchy's path of this process ("0::/system.slice/…"), or "". */
static void
cgroup_path_read(char path[static PATH_MAX])
{
	owned_file file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];

	path[0] = '\0';
	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(path, PATH_MAX, "%s", line + 3);
	}
}

static uint64_t
cgroup_left_kib(const char *group)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.max", group);
	uint64_t most_bytes = number_read(path);

	if (most_bytes == UINT64_MAX)
		return UINT64_MAX;
	snprintf(path, sizeof(path), "/sys/fs/cgroup%s/memory.current", group);
	uint64_t used_bytes = number_read(path);

	if (used_bytes == UINT64_MAX)
		return UINT64_MAX;
	return used_bytes < most_bytes ? (most_bytes - used_bytes) / 1024 : 0;
}

uint64_t
kdf_memory_free_kib(void)
{
	uint64_t free_kib = meminfo_available_kib();
	char group[PATH_MAX];

	/* Each group above may have a limit of its own. */
	for (cgroup_path_read(group); strlen(group) > 1; *strrchr(group, '/') = '\0') {
		uint64_t left_kib = cgroup_left_kib(group);

		free_kib = left_kib < free_kib ? left_kib : free_kib;
	}
	return free_kib;
}
