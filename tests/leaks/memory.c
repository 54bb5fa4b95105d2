/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smaps for the mappings, pagemap for the pages that are there, mem for what is in them. */
#include "memory.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE_BYTES 4096u
#define RUN_BYTES_MAX (32u << 20)
/* pagemap: in memory, or in swap. */
#define PAGE_IS_THERE (3ULL << 62)

struct mapping {
	uint64_t start, end;
	char name[128];
	char flags[128];
};

struct search {
	pid_t pid;
	const struct needles *needles;
	FILE *log;
	const char *when, *comm;
	const struct mapping *mapping;
	uint64_t run_start;
	int mem_fd, pagemap_fd;
	size_t searched_bytes;
};

static void
find_write(void *context, const char *name, size_t at, size_t length_bytes, int is_whole)
{
	const struct search *search = context;

	fprintf(search->log, "%s\t%d\t%s\t%s\t%s\t%zu\t%#llx\t%s\t%s\n", search->when, search->pid,
		search->comm, name, is_whole ? "whole" : "part", length_bytes,
		(unsigned long long)(search->run_start + at), search->mapping->name,
		search->mapping->flags);
}

static void
run_search(struct search *search, uint64_t start, uint64_t end)
{
	size_t length_bytes = (size_t)(end - start);
	unsigned char *bytes = malloc(length_bytes);
	ssize_t got = bytes != NULL ? pread(search->mem_fd, bytes, length_bytes, (off_t)start) : 0;

	if (got > 0) {
		search->run_start = start;
		search->searched_bytes += (size_t)got;
		needles_search(search->needles, bytes, (size_t)got, find_write, search);
		explicit_bzero(bytes, length_bytes);
	}
	free(bytes);
}

static int
page_is_there(const struct search *search, uint64_t address)
{
	uint64_t entry = 0;

	return pread(search->pagemap_fd, &entry, sizeof(entry),
		       (off_t)(address / PAGE_BYTES * sizeof(entry))) == sizeof(entry) &&
		(entry & PAGE_IS_THERE) != 0;
}

/* Pages that lie side by side are searched together: a find may cross their border. */
static void
mapping_search(struct search *search)
{
	uint64_t run = 0;

	for (uint64_t page = search->mapping->start; page < search->mapping->end;
		page += PAGE_BYTES) {
		int there = page_is_there(search, page);

		if (there && run == 0)
			run = page;
		if (run != 0 && (!there || page - run >= RUN_BYTES_MAX)) {
			run_search(search, run, page);
			run = there ? page : 0;
		}
	}
	if (run != 0)
		run_search(search, run, search->mapping->end);
}

/* The next mapping of smaps: its head line and its flags. */
static int
mapping_next(FILE *smaps, struct mapping *mapping)
{
	static char line[4608];
	unsigned long long start, end;
	int name_at;

	while (fgets(line, sizeof(line), smaps) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "%llx-%llx %*s %*s %*s %*s %n", &start, &end, &name_at) == 2) {
			mapping->start = start;
			mapping->end = end;
			snprintf(mapping->name, sizeof(mapping->name), "%.120s", line + name_at);
		}
		if (strncmp(line, "VmFlags: ", 9) == 0) {
			snprintf(mapping->flags, sizeof(mapping->flags), "%.120s", line + 9);
			return 1;
		}
	}
	return 0;
}

size_t
memory_search(pid_t pid, const struct needles *needles, FILE *log, const char *when,
	const char *comm)
{
	struct mapping mapping;
	struct search search = {.pid = pid,
		.needles = needles,
		.log = log,
		.when = when,
		.comm = comm,
		.mapping = &mapping};
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	search.mem_fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", pid);
	search.pagemap_fd = open(path, O_RDONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);

	FILE *smaps = fopen(path, "re");

	while (smaps != NULL && mapping_next(smaps, &mapping)) {
		if (strcmp(mapping.name, "[vsyscall]") != 0 && strcmp(mapping.name, "[vvar]") != 0)
			mapping_search(&search);
	}
	if (smaps != NULL)
		fclose(smaps);
	close(search.mem_fd);
	close(search.pagemap_fd);
	return search.searched_bytes;
}
