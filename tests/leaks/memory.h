/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search through the memory of a stopped process. */
#ifndef LUKS_SSM_TESTS_LEAKS_MEMORY_H
#define LUKS_SSM_TESTS_LEAKS_MEMORY_H

#include <stdio.h>
#include <sys/types.h>

#include "needles.h"

/*
 * Searches every page that PID has, argv and environ among them, and writes a line to LOG for each
 * find: WHEN, pid, COMM, needle, whole or part, length, address, the mapping's name, and its flags
 * as smaps has them («lo» locked, «dd» not dumped). Returns how many bytes were searched.
 */
size_t memory_search(pid_t pid, const struct needles *needles, FILE *log, const char *when,
	const char *comm);

#endif
