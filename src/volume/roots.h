/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the kernel's trees begin. Constants of the program; the unit tests link their own, so that
 * a made-up tree can be looked at without a switch in what is installed. Nothing reads an
 * environment variable for this.
 */
#ifndef LUKS_SSM_VOLUME_ROOTS_H
#define LUKS_SSM_VOLUME_ROOTS_H

extern const char sysfs_root[]; /* "/sys" */
extern const char proc_root[];  /* "/proc" */
extern const char run_root[];   /* "/run/luks-ssm" */
extern const char dev_root[];   /* "/dev" */

#endif
