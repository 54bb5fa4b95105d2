/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A made-up kernel in a temporary directory, which becomes the working directory: fake_tree.c gives
 * the roots of volume/roots.h as "sys", "proc", "run" and "dev" below it, and takes the place of
 * what asks the real kernel (dm_kernel_read, block_node_number, directory_look). A device node is a
 * file that holds "MAJOR:MINOR".
 */
#ifndef LUKS_SSM_TESTS_UNIT_FAKE_TREE_H
#define LUKS_SSM_TESTS_UNIT_FAKE_TREE_H

#include "volume/directory_look.h"
#include "volume/dm.h"

/* The kernel's answers, emptied by fake_tree_begin. */
struct fake_kernel {
	struct dm_device devices[8];
	size_t device_count;
	enum status dm_status; /* what reading the list comes to */
	struct directory_look look;
	char looked_at[256]; /* the path of the last look, "" for none */
};

extern struct fake_kernel fake_kernel;

/* cmocka's setup and teardown. */
int fake_tree_begin(void **state);
int fake_tree_end(void **state);

/* Makes a file with its directories, or a symbolic link that leads to TARGET as it stands. */
void fake_file(const char *path, const char *text);
void fake_link(const char *target, const char *path);

/* A disk in sysfs and a node in dev; number MAJOR:MINOR. A partition lies below its disk. */
void fake_disk(const char *name, unsigned int major_number, unsigned int minor_number);
void fake_partition(const char *disk, const char *name, unsigned int major_number,
	unsigned int minor_number);

/* UPPER stands on LOWER: both links. fake_unhold takes the holders link away, as a detached disk
 * does. */
void fake_stack(const char *upper, const char *lower, unsigned int major_number,
	unsigned int minor_number);
void fake_unhold(const char *upper, unsigned int major_number, unsigned int minor_number);

/*
 * A device-mapper device 254:MINOR with a live table, in the kernel's list and in sysfs. UUID is
 * the whole dm/uuid; a LUKS UUID in it is taken out. Returns it, to be changed.
 */
struct dm_device *fake_mapping(const char *name, unsigned int minor_number, const char *uuid);

/* proc/self/mountinfo, and the same for init. The namespaces are one unless fake_private was
 * called. */
void fake_mounts(const char *mountinfo);
void fake_private(const char *init_mountinfo);

#endif
