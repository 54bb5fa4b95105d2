/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom stop never signals, whatever the policy says: itself and its ancestors, process 1, kernel
 * threads, and the daemons of the cluster, of systemd and of udev, whose end would cost more than a
 * stop that fails. Used for processes that hold the volume; reads /proc alone.
 */
#ifndef LUKS_SSM_VOLUME_SPARED_H
#define LUKS_SSM_VOLUME_SPARED_H

#include <stdbool.h>

/*
 * PROCESS is its number, COMMAND its name in the kernel. A daemon is known by the name of its
 * executable; one that an interpreter runs (pcsd) by its command. A process that cannot be looked
 * at is spared.
 */
bool process_is_spared(const char *process, const char *command);

/* Whether it checks or repairs a filesystem: it ends by itself after SIGTERM, and being killed may
 * cost the filesystem. */
bool process_is_checker(const char *command);

/* Whether it is udev's, which lets go of a device by itself once it has read what it reads. Worth
 * something only for a process that is spared: anybody can take a name. */
bool process_is_udev(const char *command);

#endif
