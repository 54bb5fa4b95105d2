/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look: the lists, whose is what, the verdict. */
#include "volume/view.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "volume/identity.h"
#include "volume/record.h"
#include "volume/roots.h"
#include "volume/view_judge.h"

/* How long a suspended mapping may take to come back, and how often it is looked at. */
#define SETTLE_MS 2000
#define SETTLE_PAUSE_MS 100

static size_t
ours_count(const struct mount_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->mounts[i].is_ours ? 1 : 0;
	return count;
}

/* Whether init lives in another mount namespace than we do. Who may not look at init is not root,
 * and judges its own. */
static bool
namespace_is_private(void)
{
	char path[PATH_MAX];
	struct stat own, of_init;

	snprintf(path, sizeof(path), "%s/self/ns/mnt", proc_root);
	if (stat(path, &own) != 0)
		return false;
	snprintf(path, sizeof(path), "%s/1/ns/mnt", proc_root);
	return stat(path, &of_init) == 0 &&
		(own.st_ino != of_init.st_ino || own.st_dev != of_init.st_dev);
}

static enum status
mounts_read(struct view *view)
{
	dev_t device = view->ours != NULL ? view->ours->number : 0;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/self/mountinfo", proc_root);
	enum status status = mount_list_read(path, device, &view->mounts, &view->reason);

	view->is_private = namespace_is_private();
	if (status == STATUS_OK && view->is_private) {
		snprintf(path, sizeof(path), "%s/1/mountinfo", proc_root);
		status = mount_list_read(path, device, &view->init_mounts, &view->reason);
	}
	view->ours_mounted = ours_count(&view->mounts) + ours_count(&view->init_mounts);
	return status;
}

/* Nothing of ours. A stranger in our place matters to who expects us here, and to a start. */
static enum state
judge_absence(const char *directory, struct view *view)
{
	if (directory != NULL)
		view->on_directory = mount_list_top(view_home_mounts(view), directory);
	if (view->stranger != NULL) {
		reason_set(&view->reason, STATUS_NAME_TAKEN,
			"mapping %s is not ours (%s); close it or set another map_name",
			view->stranger->name,
			view->stranger->uuid[0] != '\0' ? view->stranger->uuid : "no dm uuid");
		return STATE_TAKEN;
	}
	if (view->on_directory != NULL) {
		reason_set(&view->reason, STATUS_MOUNT_POINT_TAKEN,
			"%s from %s is mounted on %s; unmount it", view->on_directory->fstype,
			view->on_directory->source, directory);
		return STATE_TAKEN;
	}
	reason_set(&view->reason, STATUS_NOT_ACTIVE,
		"neither open nor mounted on this node; start it if it should be");
	return STATE_ABSENT;
}

static enum state
view_judge(const struct wanted *wanted, const struct record *record, struct view *view)
{
	const char *directory = wanted->params->directory;

	if (directory == NULL && record != NULL)
		directory = record->directory;
	if (view->ours == NULL)
		return judge_absence(directory, view);
	enum state state = view_judge_mapping(wanted, view);

	if (state == STATE_ACTIVE)
		return view_judge_mount(wanted, directory, record, view);
	if (directory != NULL)
		view->on_directory = mount_list_top(view_home_mounts(view), directory);
	return state;
}

void
view_take(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	struct record read_record;
	const struct record *record = record_read(wanted->instance, &read_record) == STATUS_OK
		? &read_record
		: NULL;
	const char *known_uuid = wanted->pin[0] != '\0' || record == NULL ? wanted->pin
									  : record->luks_uuid;
	struct view view = {.state = STATE_UNREADABLE, .ext4_errors = -1};

	if (dm_list_read(&view.devices, &view.reason) == STATUS_OK) {
		bool is_decided = identity_decide(wanted, known_uuid, &view);

		if (mounts_read(&view) == STATUS_OK)
			view.state = is_decided ? view_judge(wanted, record, &view) : STATE_DOUBT;
	}
	/* None of these reads waits for a disk; should the machine itself have stood still, the
	 * answer comes too late. */
	if (deadline_passed(deadline) && view.state == STATE_ABSENT) {
		view.state = STATE_UNREADABLE;
		reason_clear(&view.reason);
		reason_set(&view.reason, STATUS_TIMED_OUT,
			"looking at the kernel's state took too long; see what keeps this node busy");
	}
	*ret_view = view;
}

void
view_take_settled(const struct wanted *wanted, struct deadline deadline, struct view *ret_view)
{
	struct deadline settle = deadline_sooner(deadline, deadline_in_ms(SETTLE_MS));

	view_take(wanted, deadline, ret_view);
	while (ret_view->reason.status == STATUS_SUSPENDED &&
		deadline_pause_ms(settle, SETTLE_PAUSE_MS)) {
		view_end(ret_view);
		view_take(wanted, deadline, ret_view);
	}
}

bool
view_is_gone(const struct view *view)
{
	return view->state == STATE_ABSENT || view->state == STATE_TAKEN;
}

void
view_end(struct view *view)
{
	dm_devices_end(&view->devices);
	mount_list_end(&view->mounts);
	mount_list_end(&view->init_mounts);
	memset(view, 0, sizeof(*view));
	view->state = STATE_UNREADABLE;
	view->ext4_errors = -1;
}
