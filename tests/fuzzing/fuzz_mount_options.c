/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mount options and the waiting time of x-systemd.device-timeout. The result begins as read_only
 * says, holds no word of fstab's, and made again stays what it is.
 */
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "fuzz.h"
#include "params/params_check.h"
#include "volume/mount_options.h"

#define WEEK_MS (INT64_C(7) * 24 * 3600 * 1000)

static void
words_check(const char *options)
{
	const char *rest = options, *word;
	static const char *const silent[] = {"nofail", "noauto", "auto", "defaults"};

	for (size_t length; (length = option_list_next(&rest, &word)) > 0;)
		fuzz_promise(strncmp(word, "x-systemd.", strlen("x-systemd.")) != 0,
			"no word of systemd's goes on");
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		fuzz_promise(!option_list_has(options, silent[i]), "no word of fstab's goes on");
}

static void
options_check(const char *text, const char *fstype, bool read_only)
{
	owned_text made = NULL;
	owned_text dropped = NULL;
	owned_text again = NULL;
	owned_text again_dropped = NULL;

	fuzz_promise(mount_options_make(text, fstype, read_only, &made, &dropped) == STATUS_OK,
		"there is memory");
	fuzz_promise(strncmp(made, read_only ? "ro" : "rw", 2) == 0 &&
			(made[2] == '\0' || made[2] == ','),
		"the result begins as read_only says");
	words_check(made);
	fuzz_promise(mount_options_make(made, fstype, read_only, &again, &again_dropped) ==
			STATUS_OK,
		"there is memory");
	fuzz_promise(strcmp(made, again) == 0 && again_dropped[0] == '\0',
		"made again it stays what it is");
}

static void
timeout_check(const char *text)
{
	int64_t timeout_ms = mount_options_device_timeout_ms(text);

	fuzz_promise(timeout_ms >= -1 && timeout_ms <= WEEK_MS, "a wait is at most a week");
	fuzz_promise(timeout_ms == -1 || option_list_has(text, "x-systemd.device-timeout"),
		"a wait was asked for");
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
	owned_text text = fuzz_text(bytes, length_bytes);

	/* What the parameter's own check refuses never comes here. */
	if (text[0] != '\0' && check_options("options", text, NULL) != STATUS_OK)
		return 0;
	options_check(text, "xfs", false);
	options_check(text, "ext4", true);
	timeout_check(text);
	return 0;
}
