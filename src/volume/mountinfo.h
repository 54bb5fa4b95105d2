/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line of /proc/PID/mountinfo, as proc(5) describes it. By hand and not through libmount: the
 * agent's monitor runs every few seconds on every node, and loading libmount with what it links
 * costs more than all else that monitor does. Used by mounts.c alone.
 */
#ifndef LUKS_SSM_VOLUME_MOUNTINFO_H
#define LUKS_SSM_VOLUME_MOUNTINFO_H

#include <stdbool.h>
#include <sys/types.h>

/* The texts lie in the line itself; root, directory and source are without the kernel's escapes. */
struct mountinfo {
	int id;
	int parent_id;
	dev_t number;
	char *root;
	char *directory;
	char *options; /* of the mount */
	char *fstype;
	char *source;
	char *super_options; /* of the superblock */
};

/* Cuts LINE (without its newline) into pieces, in place. False when it is not of that form. */
bool mountinfo_cut(char *line, struct mountinfo *ret_info);

#endif
