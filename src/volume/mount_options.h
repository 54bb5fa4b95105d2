/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The mount options of the configuration, made ready for libmount: words that are fstab's or
 * systemd's own are taken out, so are options that a filesystem no longer knows and that never
 * changed anything. Text only; touches nothing. What is refused outright is refused by
 * params/params_check.
 */
#ifndef LUKS_SSM_VOLUME_MOUNT_OPTIONS_H
#define LUKS_SSM_VOLUME_MOUNT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/own.h"
#include "base/status.h"

/*
 * RET_OPTIONS (owned by the caller) is what goes to libmount, with ro or rw first as READ_ONLY
 * says. Words taken out that a person should know of are named in RET_DROPPED (owned,
 * comma-separated, "" for none). OPTIONS may be NULL. STATUS_NO_MEMORY.
 */
must_use enum status mount_options_make(const char *options, const char *fstype, bool read_only,
	char **ret_options, char **ret_dropped);

/* The time of x-systemd.device-timeout in ms ("90", "90s", "1min 30s"), or -1 when it is not there
 * or not a time. */
int64_t mount_options_device_timeout_ms(const char *options);

#endif
