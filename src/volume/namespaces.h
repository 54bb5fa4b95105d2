/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mount namespaces of this node but our own: umount(2) succeeds while another one still shows
 * the filesystem, and then only the mapping tells that it is held. Each namespace is looked at
 * once, through one of its processes or through the file that pins it, and entered in a child,
 * which starts no program and loads no library there. A namespace that only an open descriptor
 * keeps is not found: the refused removal of the mapping is then what remains.
 */
#ifndef LUKS_SSM_VOLUME_NAMESPACES_H
#define LUKS_SSM_VOLUME_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/footprint.h"

struct mount_namespace {
	uint64_t inode; /* its number, as /proc/PID/ns/mnt shows it */
	int fd;         /* owned; pins it: end the list before the mapping is to be removed */
	pid_t pid;      /* a process in it; 0: pinned by a file */
};

struct namespace_list {
	struct mount_namespace *namespaces; /* owned */
	size_t count;
};

#define owned_namespace_list owned_by(namespace_list_end) struct namespace_list

/* All that can be found, each once. What vanishes meanwhile is left out. STATUS_UNREADABLE without
 * /proc, STATUS_NO_MEMORY. */
must_use enum status namespace_list_read(struct namespace_list *ret_list, struct reason *reason);

void namespace_list_end(struct namespace_list *list);

/* The number of the mount namespace of a process ("self" or its number); 0 when it cannot be told.
 */
uint64_t namespace_of_process(const char *process);

/*
 * Unmounts ours in every other namespace that shows it; ENTER_ALL: looks also from the inside,
 * since a chrooted process shows only a part of its namespace. FOOTPRINT gains the mounts that were
 * seen and the namespaces that did not let go. STATUS_OK: none is left in those that could be
 * looked at. STATUS_BUSY: some namespace did not let go of it, or did not answer in time.
 * STATUS_UNREADABLE, STATUS_NO_MEMORY.
 */
must_use enum status namespaces_unmount(struct footprint *footprint, bool enter_all,
	struct deadline deadline, struct reason *reason);

#endif
