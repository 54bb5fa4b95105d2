/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other mount namespaces: finding them, entering them. See namespaces.h.
 */
#include "volume/namespaces.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "volume/bounded.h"
#include "volume/mounts.h"
#include "volume/roots.h"
#include "volume/unmount.h"

/* How long one namespace may take; a filesystem that hangs in one must not keep us from the others.
 */
#define ENTER_MS 10000

/* "mnt:[4026531841]", as the link in /proc and the root of an nsfs mount show it. 0 when it is
 * something else. */
static uint64_t
namespace_parse(const char *text)
{
	unsigned long inode = 0;

	return sscanf(text, "mnt:[%lu]", &inode) == 1 ? inode : 0;
}

uint64_t
namespace_of_process(const char *process)
{
	char path[64];
	char link[64];

	snprintf(path, sizeof(path), "%s/%.20s/ns/mnt", proc_root, process);
	ssize_t length = readlink(path, link, sizeof(link) - 1);
	if (length <= 0)
		return 0;
	link[length] = '\0';
	return namespace_parse(link);
}

static bool
namespace_list_has(const struct namespace_list *list, uint64_t inode)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->namespaces[i].inode == inode)
			return true;
	}
	return false;
}

/* A path that cannot be opened any more is a namespace that is going away, or one that the next
 * process shows again. */
static enum status
namespace_list_add(struct namespace_list *list, uint64_t inode, const char *path, pid_t pid)
{
	owned_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct mount_namespace *namespaces;

	if (fd < 0)
		return STATUS_OK;
	namespaces = reallocarray(list->namespaces, list->count + 1, sizeof(*namespaces));
	if (namespaces == NULL)
		return STATUS_NO_MEMORY;
	list->namespaces = namespaces;
	list->namespaces[list->count++] = (struct mount_namespace){inode, steal_fd(&fd), pid};
	return STATUS_OK;
}

static enum status
namespace_list_add_processes(struct namespace_list *list, uint64_t own, struct reason *reason)
{
	owned_dir proc = opendir(proc_root);
	enum status status = STATUS_OK;

	if (proc == NULL)
		return reason_set(reason, STATUS_UNREADABLE, "cannot read %s: %s; is it mounted?",
			proc_root, strerror(errno));
	for (struct dirent *entry; status == STATUS_OK && (entry = readdir(proc)) != NULL;) {
		uint64_t inode = isdigit((unsigned char)entry->d_name[0])
			? namespace_of_process(entry->d_name)
			: 0;
		char path[64];

		if (inode == 0 || inode == own || namespace_list_has(list, inode))
			continue;
		snprintf(path, sizeof(path), "%s/%.20s/ns/mnt", proc_root, entry->d_name);
		status = namespace_list_add(list, inode, path, (pid_t)atol(entry->d_name));
	}
	return status;
}

/* `unshare --mount=FILE` and its likes: the namespace lives in a mount of type nsfs, with or
 * without processes. */
static enum status
namespace_list_add_pinned(struct namespace_list *list, uint64_t own, struct reason *reason)
{
	owned_mount_list mounts = {0};
	enum status status = mount_list_read("/proc/self/mountinfo", 0, &mounts, reason);

	for (size_t i = 0; i < mounts.count && status == STATUS_OK; i++) {
		const struct mount *mount = &mounts.mounts[i];
		uint64_t inode = strcmp(mount->fstype, "nsfs") == 0 ? namespace_parse(mount->root)
								    : 0;

		if (inode != 0 && inode != own && !namespace_list_has(list, inode))
			status = namespace_list_add(list, inode, mount->directory, 0);
	}
	return status;
}

enum status
namespace_list_read(struct namespace_list *ret_list, struct reason *reason)
{
	struct namespace_list list = {0};
	uint64_t own = namespace_of_process("self");
	enum status status = namespace_list_add_processes(&list, own, reason);

	if (status == STATUS_OK)
		status = namespace_list_add_pinned(&list, own, reason);
	if (status != STATUS_OK) {
		namespace_list_end(&list);
		return reason_set(reason, status,
			"no memory for the list of mount namespaces; free some");
	}
	*ret_list = list;
	return STATUS_OK;
}

void
namespace_list_end(struct namespace_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		fd_end(&list->namespaces[i].fd);
	free(list->namespaces);
	*list = (struct namespace_list){0};
}

/* What the child that enters a namespace is given. */
struct entering {
	int namespace_fd;
	int proc_fd; /* our /proc: the namespace may have none, or another one */
	const struct footprint *footprint;
};

static enum status
entered_unmount(void *context, struct reason *reason)
{
	const struct entering *entering = context;

	if (setns(entering->namespace_fd, CLONE_NEWNS) != 0)
		return reason_set(reason, STATUS_UNREADABLE,
			"cannot enter a mount namespace: %s; see lsns -t mnt", strerror(errno));
	/* setns left us in the root of the namespace; only a relative path still leads to our own
	 * /proc. */
	if (fchdir(entering->proc_fd) != 0)
		return reason_set(reason, STATUS_UNREADABLE,
			"cannot go to /proc: %s; is it mounted?", strerror(errno));
	return unmount_all("./self/mountinfo", entering->footprint, NULL, reason);
}

/* Whether a mount of ours is seen in that namespace through its process; the footprint gains it. */
static enum status
namespace_look(const struct mount_namespace *space, struct footprint *footprint, bool *ret_has_ours)
{
	owned_mount_list list = {0};
	char path[64];

	*ret_has_ours = false;
	if (space->pid == 0)
		return STATUS_OK;
	snprintf(path, sizeof(path), "%s/%d/mountinfo", proc_root, (int)space->pid);
	/* Unreadable is as good as unseen: the removal of the mapping decides, and the next round
	 * enters it. */
	if (mount_list_read(path, footprint->mapping, &list, NULL) != STATUS_OK)
		return STATUS_OK;
	for (size_t i = 0; i < list.count && !*ret_has_ours; i++)
		*ret_has_ours = footprint_has_mount(footprint, &list.mounts[i]);
	return footprint_add_mounts(footprint, &list);
}

/*
 * Its processes may be signalled for what the footprint then says of it, so only what is known
 * counts: it was seen with a mount of ours, or was left with one. One that merely could not be
 * looked into is somebody else's.
 */
static enum status
namespace_unmount(const struct mount_namespace *space, bool has_ours, int proc_fd,
	struct footprint *footprint, struct deadline deadline)
{
	struct entering entering = {space->fd, proc_fd, footprint};
	struct deadline patience = deadline_sooner(deadline, deadline_in_ms(ENTER_MS));
	struct reason reason = {0};
	enum status status = bounded_run(entered_unmount, "a mount namespace", &entering,
		sizeof(entering), patience, &reason);

	if (status == STATUS_OK)
		return STATUS_OK;
	log_debug("mount namespace %lu of process %d: %s", (unsigned long)space->inode,
		(int)space->pid, reason.text);
	if ((has_ours || status == STATUS_BUSY) &&
		id_set_add(&footprint->namespaces, space->inode) != STATUS_OK)
		return STATUS_NO_MEMORY;
	return STATUS_BUSY;
}

enum status
namespaces_unmount(struct footprint *footprint, bool enter_all, struct deadline deadline,
	struct reason *reason)
{
	owned_namespace_list list = {0};
	owned_fd proc_fd = open(proc_root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	enum status status = namespace_list_read(&list, reason);
	bool busy = false;

	for (size_t i = 0; i < list.count && status == STATUS_OK; i++) {
		bool has_ours = false;

		status = namespace_look(&list.namespaces[i], footprint, &has_ours);
		if (status == STATUS_OK && (has_ours || enter_all || list.namespaces[i].pid == 0))
			status = namespace_unmount(&list.namespaces[i], has_ours, proc_fd,
				footprint, deadline);
		busy = busy || status == STATUS_BUSY;
		status = status == STATUS_BUSY ? STATUS_OK : status;
	}
	if (status != STATUS_OK)
		return reason_set(reason, status,
			"cannot look through the mount namespaces; see lsns -t mnt");
	return busy ? reason_set(reason, STATUS_BUSY,
			      "another mount namespace keeps it; see lsns -t mnt")
		    : STATUS_OK;
}
