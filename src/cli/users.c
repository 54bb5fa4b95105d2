/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The look that stop takes when it is refused, without what stop then does. */
#include "cli/users.h"

#include <ctype.h>
#include <stdio.h>

#include "volume/footprint.h"
#include "volume/holders.h"
#include "volume/mounts.h"
#include "volume/namespaces.h"

/* Of one namespace, through a process in it. */
static enum status
users_look_in(const struct mount_namespace *namespace, struct footprint *footprint,
	struct json_object *list, struct reason *reason)
{
	owned_mount_list mounts = {0};
	char path[64];

	/* One that a file pins has no mountinfo to read: the refused removal would be the proof. */
	if (namespace->pid == 0)
		return STATUS_OK;
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)namespace->pid);
	if (mount_list_read(path, footprint->mapping, &mounts, NULL) != STATUS_OK)
		return STATUS_OK;
	for (size_t i = 0; i < mounts.count; i++) {
		if (!footprint_has_mount(footprint, &mounts.mounts[i]))
			continue;
		struct json_object *row = answer_row(list);

		answer_number(row, "namespace_of_pid", namespace->pid);
		answer_text(row, "directory", mounts.mounts[i].directory);
	}
	if (footprint_add_mounts(footprint, &mounts) != STATUS_OK)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory for the list of mounts");
	return STATUS_OK;
}

static enum status
mounts_look(struct footprint *footprint, struct json_object *list, struct reason *reason)
{
	owned_mount_list own = {0};
	owned_namespace_list namespaces = {0};
	enum status status = mount_list_read("/proc/self/mountinfo", footprint->mapping, &own,
		reason);

	if (status == STATUS_OK)
		status = footprint_add_mounts(footprint, &own);
	if (status == STATUS_OK)
		status = namespace_list_read(&namespaces, reason);
	for (size_t i = 0; status == STATUS_OK && i < namespaces.count; i++)
		status = users_look_in(&namespaces.namespaces[i], footprint, list, reason);
	return status == STATUS_OK ? status
				   : reason_set(reason, status, "no memory for the list of mounts");
}

void
answer_state(struct json_object *object, enum state state)
{
	char word[32];

	snprintf(word, sizeof(word), "%s", state_word(state));
	for (char *c = word; *c != '\0'; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	answer_text(object, "state", word);
}

static void
user_tell(const struct volume_user *user, struct json_object *row)
{
	if (user->pid > 0)
		answer_number(row, "pid", user->pid);
	else
		answer_text(row, "pid", "kernel");
	answer_text(row, "name", user->name);
	answer_text(row, "unit", user->unit);
	answer_text(row, "holds", user->use);
	if (user->pid > 0)
		answer_flag(row, "may_be_signalled", !user->is_spared);
}

enum status
users_tell(const struct dm_device *mapping, struct deadline deadline, struct json_object *object,
	struct reason *reason)
{
	owned_footprint footprint = {.mapping = mapping->number};
	owned_holder_list list = {0};
	enum status status = mounts_look(&footprint, answer_list(object, "mounts_elsewhere"),
		reason);
	struct json_object *rows = answer_list(object, "users");

	if (status == STATUS_OK)
		status = holder_list_find(&footprint, true, deadline, &list, reason);
	for (size_t i = 0; status == STATUS_OK && i < list.count; i++)
		user_tell(&list.holders[i], answer_row(rows));
	return status;
}
