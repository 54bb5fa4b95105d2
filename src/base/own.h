/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership words. `owned_by(end) type x = …` ends x with its scope; `steal` gives a pointer away
 * and leaves NULL, `steal_fd` gives a descriptor away and leaves -1. There are no release lists and
 * no goto in this tree.
 */
#ifndef LUKS_SSM_BASE_OWN_H
#define LUKS_SSM_BASE_OWN_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* END is called with a pointer to the variable when its scope is left. */
#define owned_by(end) __attribute__((cleanup(end)))

/* A heap string, a descriptor, a directory stream, a stdio stream; NULL and -1 own nothing. */
#define owned_text owned_by(text_end) char *
#define owned_fd owned_by(fd_end) int
#define owned_dir owned_by(dir_end) DIR *
#define owned_file owned_by(file_end) FILE *

/* Yields the pointer and leaves NULL behind. */
#define steal(pointer) \
	(__extension__({ \
		__typeof__(pointer) stolen_ = (pointer); \
		(pointer) = NULL; \
		stolen_; \
	}))

static inline int
steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

static inline void
text_end(char **text)
{
	free(*text);
	*text = NULL;
}

static inline void
fd_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static inline void
dir_end(DIR **dir)
{
	if (*dir != NULL)
		closedir(*dir);
	*dir = NULL;
}

static inline void
file_end(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
	*file = NULL;
}

#endif
