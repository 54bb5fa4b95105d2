/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Searches files for traces: search_files NEEDLES, with the paths on stdin, one a line. Prints a
 * line for each find and, at the end, how much was read. A file that vanished meanwhile is passed
 * over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "needles.h"

#define CHUNK_BYTES (4u << 20)
/* What two chunks share, so that no find is cut in two. */
#define SHARED_BYTES 8192u

static unsigned char chunk[CHUNK_BYTES];

struct place {
	const char *path;
	unsigned long long chunk_at;
};

static void
found_print(void *context, const char *name, size_t at, size_t length_bytes, int is_whole)
{
	const struct place *place = context;

	printf("found\t%s\t%s\t%zu\t%s\t%llu\n", name, is_whole ? "whole" : "part", length_bytes,
		place->path, place->chunk_at + at);
}

static unsigned long long
file_search(const struct needles *needles, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	struct place place = {path, 0};
	size_t kept_bytes = 0;
	ssize_t got;

	if (fd < 0)
		return 0;
	while ((got = read(fd, chunk + kept_bytes, CHUNK_BYTES - kept_bytes)) > 0) {
		size_t here_bytes = kept_bytes + (size_t)got;

		needles_search(needles, chunk, here_bytes, found_print, &place);
		kept_bytes = here_bytes < SHARED_BYTES ? here_bytes : SHARED_BYTES;
		memmove(chunk, chunk + here_bytes - kept_bytes, kept_bytes);
		place.chunk_at += here_bytes - kept_bytes;
	}
	close(fd);
	return place.chunk_at + kept_bytes;
}

int
main(int argc, char **argv)
{
	const struct needles *needles = argc == 2 ? needles_read(argv[1]) : NULL;
	unsigned long long total_bytes = 0, files = 0;
	static char path[4096];

	if (needles == NULL) {
		fputs("search_files NEEDLES < paths: the needles cannot be read\n", stderr);
		return 2;
	}
	while (fgets(path, sizeof(path), stdin) != NULL) {
		path[strcspn(path, "\n")] = '\0';
		total_bytes += file_search(needles, path);
		files++;
	}
	printf("read\t%llu files\t%llu bytes\n", files, total_bytes);
	return 0;
}
