/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of holders: one walk over /proc, then the kernel's own. See holders.h.
 */
#include "volume/holders.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "volume/holders_process.h"
#include "volume/namespaces.h"
#include "volume/roots.h"
#include "volume/spared.h"

enum status
holder_list_add(struct holder_list *list, struct volume_user holder)
{
	struct volume_user *holders = reallocarray(list->holders, list->count + 1,
		sizeof(*holders));

	if (holders == NULL) {
		fd_end(&holder.pid_fd);
		return STATUS_NO_MEMORY;
	}
	list->holders = holders;
	list->holders[list->count++] = holder;
	return STATUS_OK;
}

void
holder_list_end(struct holder_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		fd_end(&list->holders[i].pid_fd);
	free(list->holders);
	*list = (struct holder_list){0};
}

/* How to tell that a process holds the volume. */
struct holder_search {
	const struct footprint *footprint;
	bool may_block;
	bool by_namespace; /* being in a namespace that did not let go is enough */
};

static const char *
search_use(const struct holder_search *search, const char *process)
{
	if (search->by_namespace)
		return id_set_has(&search->footprint->namespaces, namespace_of_process(process))
			? "mount namespace"
			: NULL;
	return process_use(process, search->footprint, search->may_block);
}

static bool
pid_fd_has_ended(int pid_fd)
{
	struct pollfd ended = {.fd = pid_fd, .events = POLLIN};

	return poll(&ended, 1, 0) != 0;
}

/*
 * Adds the process if it holds the volume. The evidence is read once more after the pidfd is open:
 * from then on the descriptor and the evidence speak of the same process, however often its number
 * was given away before.
 */
static enum status
holder_list_add_process(struct holder_list *list, const struct holder_search *search,
	const char *process)
{
	pid_t pid = (pid_t)atol(process);
	const char *use = search_use(search, process);

	if (use == NULL)
		return STATUS_OK;
	owned_fd pid_fd = pidfd_open(pid, 0);
	use = pid_fd >= 0 ? search_use(search, process) : NULL;
	struct volume_user holder = {.pid = pid, .use = use};
	process_describe(process, &holder);
	holder.is_spared = process_is_spared(process, holder.name);
	holder.is_udev = holder.is_spared && process_is_udev(holder.name);
	holder.is_checker = process_is_checker(holder.name);
	if (use == NULL || pid_fd_has_ended(pid_fd))
		return STATUS_OK;
	holder.pid_fd = steal_fd(&pid_fd);
	return holder_list_add(list, holder);
}

static enum status
holder_list_add_processes(struct holder_list *list, const struct holder_search *search,
	struct deadline deadline, struct reason *reason)
{
	owned_dir proc = opendir(proc_root);
	enum status status = STATUS_OK;

	if (proc == NULL)
		return reason_set(reason, STATUS_UNREADABLE, "cannot read %s: %s; is it mounted?",
			proc_root, strerror(errno));
	for (struct dirent *entry; status == STATUS_OK && (entry = readdir(proc)) != NULL;) {
		if (deadline_passed(deadline))
			break;
		if (isdigit((unsigned char)entry->d_name[0]) && atol(entry->d_name) != getpid())
			status = holder_list_add_process(list, search, entry->d_name);
	}
	return status;
}

enum status
holder_list_find(const struct footprint *footprint, bool may_block, struct deadline deadline,
	struct holder_list *ret_list, struct reason *reason)
{
	struct holder_list list = {0};
	struct holder_search search = {footprint, may_block, false};
	enum status status = holder_list_add_processes(&list, &search, deadline, reason);

	search.by_namespace = footprint->namespaces.count > 0 && list.count == 0;
	if (status == STATUS_OK && search.by_namespace)
		status = holder_list_add_processes(&list, &search, deadline, reason);
	if (status == STATUS_OK)
		status = holder_list_add_kernel(&list, footprint);
	if (status != STATUS_OK) {
		holder_list_end(&list);
		return reason_set(reason, status, "no memory for the list of users; free some");
	}
	*ret_list = list;
	return STATUS_OK;
}

static int
holder_words(const struct volume_user *holder, char *ret_text, size_t room_bytes)
{
	if (holder->pid == 0)
		return snprintf(ret_text, room_bytes, "%s", holder->name);
	if (holder->unit[0] == '\0')
		return snprintf(ret_text, room_bytes, "pid %d (%s)", (int)holder->pid,
			holder->name);
	return snprintf(ret_text, room_bytes, "pid %d (%s, %s)", (int)holder->pid, holder->name,
		holder->unit);
}

void
holder_list_words(const struct holder_list *list, char *ret_text, size_t room_bytes)
{
	size_t used = 0;

	snprintf(ret_text, room_bytes, "nobody that can be seen");
	for (size_t i = 0; i < list->count; i++) {
		char one[160];
		const char *joint = i == 0 ? "" : ", ";
		int length = holder_words(&list->holders[i], one, sizeof(one));

		/* Room is kept for how many there are beside. */
		if (i > 0 &&
			used + strlen(joint) + (size_t)length + sizeof(" and 99999 more") >
				room_bytes) {
			snprintf(ret_text + used, room_bytes - used, " and %zu more",
				list->count - i);
			return;
		}
		snprintf(ret_text + used, room_bytes - used, "%s%s", joint, one);
		used = strlen(ret_text);
	}
}
