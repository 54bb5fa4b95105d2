/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks down from a mapping through whatever has slaves (device-mapper, md), checking both links at
 * every step. */
#include "volume/dm_slaves.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "volume/roots.h"
#include "volume/sysfs.h"

/* Deeper stacks do not exist; a loop cannot, but a tree that changes under the walk may look like
 * one. */
#define STACK_DEPTH_MOST 16

/* One step down: the device UPPER stands on LOWER. */
struct slave_link {
	const char *lower; /* lent */
	dev_t number;      /* of LOWER; 0 when its link leads nowhere */
	bool is_alive;     /* both links are there */
};

/* How a walk ended: all seen, ended by the visitor, or cut short by what could not be read. */
enum walk { WALK_DONE, WALK_ENDED, WALK_UNREADABLE };

/* Returns false to end the walk. */
typedef bool slave_visitor(void *context, const struct slave_link *link, unsigned int depth);

static void
link_look(const char *upper, const char *lower, struct slave_link *ret_link)
{
	char path[PATH_MAX];

	*ret_link = (struct slave_link){.lower = lower};
	if (!block_number_of_name(lower, &ret_link->number))
		return;
	/* By number, not by name: a re-attached disk may have both, and has no such holder. */
	snprintf(path, sizeof(path), "%s/dev/block/%u:%u/holders/%s", sysfs_root,
		major(ret_link->number), minor(ret_link->number), upper);
	ret_link->is_alive = access(path, F_OK) == 0;
}

static bool
link_is_stacked(const struct slave_link *link)
{
	return strncmp(link->lower, "dm-", 3) == 0 || strncmp(link->lower, "md", 2) == 0;
}

/*
 * Visits what UPPER stands on, and what that stands on. A disk or partition has no slaves and ends
 * the way down, and so does a device that goes away meanwhile (ENOENT); any other error hides what
 * is there.
 */
static enum walk
slaves_walk(const char *upper, unsigned int depth, slave_visitor *visit, void *context)
{
	char path[PATH_MAX];
	enum walk walk = WALK_DONE;

	snprintf(path, sizeof(path), "%s/class/block/%s/slaves", sysfs_root, upper);
	errno = ELOOP;
	owned_dir dir = depth < STACK_DEPTH_MOST ? opendir(path) : NULL;

	if (dir == NULL)
		return errno == ENOENT ? WALK_DONE : WALK_UNREADABLE;
	while (walk == WALK_DONE) {
		struct slave_link link;

		errno = 0;
		const struct dirent *entry = readdir(dir);

		if (entry == NULL)
			return errno == 0 || errno == ENOENT ? WALK_DONE : WALK_UNREADABLE;
		if (entry->d_name[0] == '.')
			continue;
		link_look(upper, entry->d_name, &link);
		if (!visit(context, &link, depth))
			walk = WALK_ENDED;
		else if (link_is_stacked(&link))
			walk = slaves_walk(link.lower, depth + 1, visit, context);
	}
	return walk;
}

static void
kernel_name_of(const struct dm_device *mapping, char ret_name[static DISK_NAME_BYTES])
{
	snprintf(ret_name, DISK_NAME_BYTES, "dm-%u", minor(mapping->number));
}

static bool
slave_note(void *context, const struct slave_link *link, unsigned int depth)
{
	struct dm_device *mapping = context;

	if (depth == 0 && mapping->slave_name[0] == '\0') {
		snprintf(mapping->slave_name, sizeof(mapping->slave_name), "%.*s",
			DISK_NAME_BYTES - 1, link->lower);
		mapping->slave_number = link->number;
		mapping->slave = DM_SLAVE_ALIVE;
	}
	if (!link->is_alive)
		mapping->slave = DM_SLAVE_DEAD;
	return true;
}

void
dm_slaves_look(struct dm_device *mapping)
{
	char name[DISK_NAME_BYTES];

	mapping->slave = DM_SLAVE_NONE;
	if (!mapping->has_table)
		return;
	kernel_name_of(mapping, name);
	if (slaves_walk(name, 0, slave_note, mapping) == WALK_UNREADABLE)
		mapping->slave = DM_SLAVE_UNREADABLE;
	/* The table needs a device and sysfs shows none: its link went with the disk. */
	if (mapping->slave == DM_SLAVE_NONE)
		mapping->slave = DM_SLAVE_DEAD;
}

struct slave_search {
	const struct dm_list *list;
	dev_t number;
	unsigned int closed_depth; /* deeper than this nothing counts: it belongs to a LUKS mapping
				      further down */
	enum dm_below below;
};

static bool
slave_compare(void *context, const struct slave_link *link, unsigned int depth)
{
	struct slave_search *search = context;
	dev_t disk;

	if (depth > search->closed_depth || !link->is_alive)
		return true;
	search->closed_depth = UINT_MAX;
	if (link->number == search->number)
		search->below = DM_BELOW;
	else if (block_disk_of_partition(link->lower, &disk) && disk == search->number)
		search->below = DM_BELOW_AS_DISK;
	const struct dm_device *lower = dm_list_find_number(search->list, link->number);

	if (lower != NULL && lower->luks_uuid[0] != '\0')
		search->closed_depth = depth;
	return search->below != DM_BELOW;
}

enum dm_below
dm_device_below(const struct dm_list *list, const struct dm_device *mapping, dev_t number)
{
	char name[DISK_NAME_BYTES];
	struct slave_search search = {.list = list, .number = number, .closed_depth = UINT_MAX};

	kernel_name_of(mapping, name);
	if (slaves_walk(name, 0, slave_compare, &search) == WALK_UNREADABLE)
		return DM_BELOW_UNREADABLE;
	return search.below;
}
