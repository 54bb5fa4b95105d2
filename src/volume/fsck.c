/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * e2fsck before the mount, where run_fsck asks for it. It is never killed while it writes: when
 * time is up it gets TERM, which it takes between two steps, and is left to end by itself if it
 * does not.
 */
#include "volume/fsck.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"
#include "volume/spawn.h"

/* e2fsck(8): 1 means errors were corrected, the bit 8 that it did not come to its end. */
#define FSCK_CLEAN 0
#define FSCK_CORRECTED 1
#define FSCK_REFUSED 8
/* How much of what is left to the doer is kept for the checker to end after TERM. */
#define FSCK_GRACE_MOST_MS 5000

/* Linux Documentation/filesystems/ext4/super.rst: the superblock lies at 1024 bytes, little-endian.
 */
#define SUPERBLOCK_OFFSET 1024
#define SUPERBLOCK_BYTES 1024
#define SUPER_MAGIC_AT 0x38
#define SUPER_STATE_AT 0x3a
#define SUPER_INCOMPAT_AT 0x60
#define SUPER_MAGIC 0xef53
#define STATE_VALID 0x1
#define STATE_ERROR 0x2
#define INCOMPAT_RECOVER 0x4
#define INCOMPAT_MMP 0x100

/* CLEAN: mount it. REPLAY: only the journal's replay will show. CHECK: it says so itself. */
enum fsck_need { FSCK_NEED_NONE, FSCK_NEED_REPLAY, FSCK_NEED_CHECK };

static bool
type_is_ext(const char *fstype)
{
	return strcmp(fstype, "ext4") == 0 || strcmp(fstype, "ext3") == 0 ||
		strcmp(fstype, "ext2") == 0;
}

static uint16_t
super_le16(const unsigned char *super, size_t at)
{
	return (uint16_t)(super[at] | super[at + 1] << 8);
}

static bool
super_read(const char *path, unsigned char ret_super[static SUPERBLOCK_BYTES])
{
	owned_fd device_fd = open(path, O_RDONLY | O_CLOEXEC);

	return device_fd >= 0 &&
		pread(device_fd, ret_super, SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET) ==
		SUPERBLOCK_BYTES;
}

/* Whether a node that mounts it keeps the others off: multiple mount protection. */
static bool
super_has_mmp(const char *path)
{
	unsigned char super[SUPERBLOCK_BYTES];

	return super_read(path, super) &&
		(super_le16(super, SUPER_INCOMPAT_AT) & INCOMPAT_MMP) != 0;
}

static enum status
super_read_need(const char *path, enum fsck_need *ret_need, struct reason *reason)
{
	unsigned char super[SUPERBLOCK_BYTES];

	if (!super_read(path, super))
		return reason_set(reason, STATUS_DEVICE_IO,
			"reading the superblock on %s: %s; check the disk", path, strerror(errno));
	if (super_le16(super, SUPER_MAGIC_AT) != SUPER_MAGIC)
		return reason_set(reason, STATUS_BAD_FILESYSTEM,
			"the ext4 superblock on %s is damaged; run e2fsck by hand", path);

	uint16_t state = super_le16(super, SUPER_STATE_AT);

	*ret_need = (state & STATE_VALID) == 0 || (state & STATE_ERROR) != 0     ? FSCK_NEED_CHECK
		: (super_le16(super, SUPER_INCOMPAT_AT) & INCOMPAT_RECOVER) != 0 ? FSCK_NEED_REPLAY
										 : FSCK_NEED_NONE;
	return STATUS_OK;
}

/* The checker itself, not fsck(8), which would look into fstab. */
static const char *
checker_path(void)
{
	static const char *const paths[] = {"/usr/sbin/e2fsck", "/sbin/e2fsck", NULL};
	size_t i = 0;

	while (paths[i] != NULL && access(paths[i], X_OK) != 0)
		i++;
	return paths[i];
}

/* The last line it wrote, for the log and the reason. */
static const char *
output_last_line(char *output, size_t length_bytes)
{
	while (length_bytes > 0 &&
		(output[length_bytes - 1] == '\n' || output[length_bytes - 1] == ' '))
		length_bytes--;
	output[length_bytes] = '\0';

	const char *newline = strrchr(output, '\n');

	return newline != NULL ? newline + 1 : output;
}

static enum status
checker_judge(const struct spawn_result *result, const char *path, const char *output,
	const char *line, struct reason *reason)
{
	if (result->timed_out || result->stuck)
		return reason_set(reason, STATUS_TIMED_OUT,
			"e2fsck on %s needs more time%s; raise the start timeout", path,
			result->stuck ? " and is still running" : "");
	if (result->exit_code == FSCK_CLEAN || result->exit_code == FSCK_CORRECTED)
		return STATUS_OK;
	/* Its last line is advice for a damaged superblock then. */
	if (result->exit_code > 0 && (result->exit_code & FSCK_REFUSED) != 0 &&
		strstr(output, "MMP: ") != NULL && super_has_mmp(path))
		return reason_set(reason, STATUS_FILESYSTEM_IN_USE,
			"%.60s is active on another node (MMP), or left so by a crash; stop it "
			"there, or tune2fs -f -E clear_mmp if none uses it",
			path);
	return reason_set(reason, STATUS_NEEDS_FSCK,
		"e2fsck -p on %s ended with %d: %s; run e2fsck by hand", path, result->exit_code,
		line);
}

static enum status
checker_run(const char *path, bool force, const struct doer *doer, struct reason *reason)
{
	char *force_arguments[] = {(char[]){"e2fsck"}, (char[]){"-f"}, (char[]){"-p"},
		(char *)(uintptr_t)path, NULL};
	char *arguments[] = {(char[]){"e2fsck"}, (char[]){"-p"}, (char *)(uintptr_t)path, NULL};
	char output[2048];
	int64_t left_ms = deadline_left_ms(doer->deadline);
	int64_t grace_ms = left_ms / 4 < FSCK_GRACE_MOST_MS ? left_ms / 4 : FSCK_GRACE_MOST_MS;
	struct spawn_job job = {
		.path = checker_path(),
		.arguments = force ? force_arguments : arguments,
		.output = output,
		.output_room_bytes = sizeof(output) - 1,
		.with_stderr = true,
		.kept_fds = &doer->children_fd,
		.kept_count = doer->children_fd >= 0 ? 1 : 0,
		.death_signal = SIGTERM,
		.end_signal = SIGTERM,
		.end_grace_ms = (int)grace_ms,
		.never_kill = true,
	};
	struct spawn_result result = {0};

	if (job.path == NULL)
		return reason_set(reason, STATUS_MISSING_SOFTWARE,
			"e2fsck is needed and not there; install e2fsprogs");
	log_info("checking %s with e2fsck%s -p", path, force ? " -f" : "");

	enum status status = spawn_run(&job, deadline_in_ms(left_ms - grace_ms), &result, reason);

	if (status != STATUS_OK)
		return status;

	const char *line = output_last_line(output, result.output_bytes);

	log_info("e2fsck ended with %d: %s", result.exit_code, line);
	return checker_judge(&result, path, output, line, reason);
}

/*
 * Mounted already, in another mount namespace: a live superblock looks unclean, and no checker may
 * touch it. open(2): O_EXCL on a block device fails with EBUSY while the system uses it.
 */
static bool
device_is_in_use(const char *path)
{
	owned_fd device_fd = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);

	return device_fd < 0 && errno == EBUSY;
}

enum status
fsck_check_policy(const char *policy, const char *fstype, struct reason *reason)
{
	if (strcmp(policy, "force") == 0 && !type_is_ext(fstype))
		return reason_set(reason, STATUS_BAD_PARAMETER,
			"run_fsck=force: %s is not repaired by start; set run_fsck=auto", fstype);
	return STATUS_OK;
}

enum status
fsck_look(const char *fstype, const char *path, bool *ret_is_unclean, struct reason *reason)
{
	enum fsck_need need = FSCK_NEED_NONE;
	enum status status = type_is_ext(fstype) ? super_read_need(path, &need, reason) : STATUS_OK;

	if (status == STATUS_OK)
		*ret_is_unclean = need == FSCK_NEED_CHECK;
	return status;
}

enum status
fsck_run(const char *policy, const char *fstype, const char *path, bool read_only,
	const struct doer *doer, struct reason *reason)
{
	enum fsck_need need = FSCK_NEED_NONE;
	enum status status = fsck_check_policy(policy, fstype, reason);

	if (status != STATUS_OK || !type_is_ext(fstype))
		return status;
	if (device_is_in_use(path)) {
		log_warning("%s is in use already and is mounted without a check", path);
		return STATUS_OK;
	}
	if (strcmp(policy, "force") == 0)
		return checker_run(path, true, doer, reason);
	status = super_read_need(path, &need, reason);
	if (status != STATUS_OK || need == FSCK_NEED_NONE)
		return status;
	if (read_only) {
		log_warning("%s is not clean and is mounted read-only without a check", path);
		return STATUS_OK;
	}
	if (strcmp(policy, "auto") == 0)
		return checker_run(path, false, doer, reason);
	if (need == FSCK_NEED_REPLAY)
		return STATUS_OK;
	if (super_has_mmp(path))
		return reason_set(reason, STATUS_NEEDS_FSCK,
			"%s has errors, or is active on another node (MMP), and run_fsck=no; set "
			"run_fsck=auto",
			path);
	return reason_set(reason, STATUS_NEEDS_FSCK,
		"%s has errors and run_fsck=no; run e2fsck by hand", path);
}
