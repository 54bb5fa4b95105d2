/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who keeps the volume busy: processes, found by what they hold and not by path, and objects of the
 * kernel that no process stands for (swap, loop devices, mappings on top). Reads /proc and sysfs
 * and opens nothing else; asks the filesystems nothing that they would have to ask a disk for.
 */
#ifndef LUKS_SSM_VOLUME_HOLDERS_H
#define LUKS_SSM_VOLUME_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/deadline.h"
#include "base/own.h"
#include "base/reason.h"
#include "base/status.h"
#include "volume/footprint.h"

struct volume_user {
	pid_t pid;  /* 0: an object of the kernel */
	int pid_fd; /* owned; opened before the evidence was read again, so it is this process; -1:
		       the kernel's */
	char name[64];   /* command, or "loop0", "swap on /dev/dm-0" */
	char unit[64];   /* the last part of its cgroup, mostly a unit of systemd; "" when there is
			    none */
	const char *use; /* how it holds the volume: "open file", "working directory", … */
	bool is_spared;  /* never to be signalled (spared.h) */
	bool is_udev;    /* reads the device and lets go of it by itself */
	bool is_checker; /* a filesystem checker: it gets time to end by itself */
};

struct holder_list {
	struct volume_user *holders; /* owned */
	size_t count;
};

#define owned_holder_list owned_by(holder_list_end) struct holder_list

/*
 * All that can be found before DEADLINE. Memory maps are read under a lock of the process that
 * looks at them: those of a process with a thread in uninterruptible sleep only with MAY_BLOCK. A
 * process that nothing ties to the volume but a mount namespace that did not let go of it
 * (footprint->namespaces) counts when nobody else was found. STATUS_UNREADABLE without /proc,
 * STATUS_NO_MEMORY.
 */
must_use enum status holder_list_find(const struct footprint *footprint, bool may_block,
	struct deadline deadline, struct holder_list *ret_list, struct reason *reason);

/* The objects of the kernel alone; added to LIST. STATUS_NO_MEMORY. */
must_use enum status
holder_list_add_kernel(struct holder_list *list, const struct footprint *footprint);

/* Takes over the descriptor in HOLDER, also on failure. STATUS_NO_MEMORY. */
must_use enum status holder_list_add(struct holder_list *list, struct volume_user holder);

/* "pid 812 (postgres, postgresql.service), loop0 and 2 more"; cut to the room. "nobody that can be
 * seen" when empty. */
void holder_list_words(const struct holder_list *list, char *ret_text, size_t room_bytes);

void holder_list_end(struct holder_list *list);

#endif
