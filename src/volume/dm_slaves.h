/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a mapping stands on, by the slaves and holders links of sysfs. Called by dm.c; reads sysfs
 * only. */
#ifndef LUKS_SSM_VOLUME_DM_SLAVES_H
#define LUKS_SSM_VOLUME_DM_SLAVES_H

#include <stdbool.h>

#include "volume/dm.h"

/* Fills slave, slave_number and slave_name of a mapping whose other fields are filled. */
void dm_slaves_look(struct dm_device *mapping);

#endif
