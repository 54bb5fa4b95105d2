/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Under systemd: the mount's unit, which systemd makes by itself, is ordered behind the service
 * that mounts it, so that at shutdown the service is stopped after the mount and can free what
 * keeps it busy. By a drop-in in /run. What goes wrong is a warning: the volume is up all the same.
 */
#ifndef LUKS_SSM_CLI_UNIT_ORDER_H
#define LUKS_SSM_CLI_UNIT_ORDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"
#include "base/reason.h"

/* systemd.exec(5), SYSTEMD_EXEC_PID: systemd itself started this process. */
bool systemd_is_caller(void);

/* Before the mount. Does nothing unless systemd is the caller. */
void unit_order_write(const char *directory);

/* After the mount: has systemd read it? If its unit was known before, systemd is told to. */
void unit_order_prove(const char *directory, struct deadline deadline);

/* After the volume is gone, or was never there. */
void unit_order_remove(const char *directory);

/* The unit in the last component of the line of systemd's own hierarchy in TEXT, /proc/self/cgroup.
 */
bool service_unit_name(const char *text, size_t room_bytes, char *ret_name);

/*
 * A unit file that comes before the packaged one of the same name, looked for below the directory
 * ROOT ("": the host's): that of INSTANCE of luks-ssm@, or luks-mount.service for INSTANCE NULL. A
 * link to a packaged file hides nothing; one to /dev/null does. STATUS_BAD_PARAMETER names it.
 */
must_use enum status unit_find_hider(const char *root, const char *instance, struct reason *reason);

#endif
