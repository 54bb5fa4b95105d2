/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this boot knows of an open volume beside its configuration file, so that it can be closed
 * when the file was spoiled or removed meanwhile: the record of the start, and for a file that
 * alone names its volume (--luks-mount) a note of which one that was. Both in /run/luks-ssm/NAME.
 */
#ifndef LUKS_SSM_CLI_OPENED_H
#define LUKS_SSM_CLI_OPENED_H

#include <limits.h>
#include <stdbool.h>

#include "base/status.h"
#include "creds/variables.h"

/* Before a start: the volume INSTANCE comes from the file PATH. A note that cannot be written is a
 * warning. */
void opened_note(const char *instance, const char *path);

/* The one volume with a record of this boot that was opened from PATH. False: none, or several. */
bool opened_find(const char *path, char ret_instance[static NAME_MAX + 1]);

/*
 * Sets in VARIABLES what the record says: map_name, luks_uuid, device, directory. STATUS_NOT_ACTIVE
 * without a record of this boot. STATUS_NO_MEMORY.
 */
must_use enum status opened_recall(const char *instance, struct variables *variables);

/* After the volume is gone. */
void opened_forget(const char *instance);

#endif
