/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of units, a drop-in, and two questions to systemctl. */
#include "cli/unit_order.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/own.h"
#include "volume/conflicts.h"
#include "volume/spawn.h"

#define UNIT_BYTES 256
#define UNIT_DIRECTORY "/run/systemd/system"
#define DROP_IN "50-luks-ssm.conf"
#define SYSTEMCTL_MS 20000

bool
systemd_is_caller(void)
{
	const char *pid = getenv("SYSTEMD_EXEC_PID");

	return pid != NULL && strtol(pid, NULL, 10) == (long)getpid();
}

bool
service_unit_name(const char *text, size_t room_bytes, char *ret_name)
{
	const char *line = strncmp(text, "0::/", 4) == 0 ? text : strstr(text, "\n0::/");

	/* The unified hierarchy alone is systemd's, unless version 1 has one of that name. */
	if (strstr(text, ":name=systemd:/") != NULL)
		line = strstr(text, ":name=systemd:/") + 1;
	if (line == NULL)
		return false;
	size_t line_bytes = 1 + strcspn(line + 1, "\n");
	const char *begin = line + line_bytes;

	while (begin > line && begin[-1] != '/')
		begin--;
	size_t name_bytes = (size_t)(line + line_bytes - begin);

	if (name_bytes <= strlen(".service") || name_bytes >= room_bytes ||
		strncmp(begin + name_bytes - strlen(".service"), ".service", strlen(".service")) !=
			0)
		return false;
	snprintf(ret_name, room_bytes, "%.*s", (int)name_bytes, begin);
	return true;
}

static bool
own_unit(char ret_name[static UNIT_BYTES])
{
	owned_file in = fopen("/proc/self/cgroup", "re");
	char text[4096];

	if (in == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	return service_unit_name(text, UNIT_BYTES, ret_name);
}

static bool
drop_in_directory(const char *directory, char ret_path[static PATH_MAX])
{
	char unit[UNIT_BYTES];

	if (directory == NULL || !mount_unit_name(directory, sizeof(unit), unit))
		return false;
	snprintf(ret_path, PATH_MAX, UNIT_DIRECTORY "/%s.d", unit);
	return true;
}

/* systemd reads these files as root does, but people look at them, too. */
static bool
drop_in_write(const char *path, const char *unit)
{
	owned_file out = fopen(path, "we");

	if (out == NULL)
		return false;
	fchmod(fileno(out), 0644);
	fprintf(out, "# Written by luks-ssm for this boot.\n[Unit]\nAfter=%s\n", unit);
	return fflush(out) == 0;
}

void
unit_order_write(const char *directory)
{
	char unit[UNIT_BYTES], path[PATH_MAX], file[PATH_MAX + sizeof(DROP_IN) + 1];

	if (!systemd_is_caller() || !own_unit(unit) || !drop_in_directory(directory, path))
		return;
	snprintf(file, sizeof(file), "%s/" DROP_IN, path);
	if (mkdir(path, 0755) == 0)
		chmod(path, 0755);
	if (!drop_in_write(file, unit))
		log_warning("%s cannot be written: %s; at shutdown systemd may unmount too early",
			file, strerror(errno));
}

void
unit_order_remove(const char *directory)
{
	char path[PATH_MAX], file[PATH_MAX + sizeof(DROP_IN) + 1];

	if (!systemd_is_caller() || !drop_in_directory(directory, path))
		return;
	snprintf(file, sizeof(file), "%s/" DROP_IN, path);
	unlink(file);
	rmdir(path);
}

static bool
systemctl_run(char *const *arguments, char *output, size_t room_bytes, struct deadline deadline)
{
	char search[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *environment[] = {search, NULL};
	struct spawn_job job = {.path = "/usr/bin/systemctl",
		.arguments = arguments,
		.environment = environment,
		.output = output,
		.output_room_bytes = room_bytes - 1};
	struct spawn_result result = {0};
	enum status status = spawn_run(&job,
		deadline_sooner(deadline, deadline_in_ms(SYSTEMCTL_MS)), &result, NULL);

	output[status == STATUS_OK ? result.output_bytes : 0] = '\0';
	return status == STATUS_OK && result.exit_code == 0;
}

void
unit_order_prove(const char *directory, struct deadline deadline)
{
	char own[UNIT_BYTES], mount[UNIT_BYTES], output[16384];
	char name[] = "systemctl", show[] = "show", property[] = "--property=After",
	     value[] = "--value", end[] = "--", reload[] = "daemon-reload";
	char *ask[] = {name, show, property, value, end, mount, NULL};
	char *tell[] = {name, reload, NULL};

	if (!systemd_is_caller() || directory == NULL || !own_unit(own) ||
		!mount_unit_name(directory, sizeof(mount), mount))
		return;
	if (systemctl_run(ask, output, sizeof(output), deadline) && strstr(output, own) != NULL)
		return;
	if (!systemctl_run(tell, output, sizeof(output), deadline))
		log_warning("systemctl daemon-reload failed: %s is not ordered behind %s", mount,
			own);
}

/* A unit of that name in the directory, which is none of a package's. */
static bool
unit_hides(const char *path)
{
	char target[PATH_MAX];
	ssize_t length_bytes = readlink(path, target, sizeof(target) - 1);

	if (length_bytes < 0)
		return access(path, F_OK) == 0;
	target[length_bytes] = '\0';
	return strstr(target, "lib/systemd/system/") == NULL;
}

enum status
unit_find_hider(const char *root, const char *instance, struct reason *reason)
{
	/* systemd.unit(5), «Unit File Load Path»: what comes before a package's directory. */
	static const char *const places[] = {"/etc/systemd/system", "/run/systemd/system",
		"/usr/local/lib/systemd/system"};
	char names[2][UNIT_BYTES] = {"luks-mount.service", ""}, path[PATH_MAX];

	if (instance != NULL) {
		snprintf(names[0], sizeof(names[0]), "luks-ssm@.service");
		snprintf(names[1], sizeof(names[1]), "luks-ssm@%.200s.service", instance);
	}
	for (size_t i = 0; i < 2 * sizeof(places) / sizeof(places[0]); i++) {
		if (names[i % 2][0] == '\0')
			continue;
		snprintf(path, sizeof(path), "%s%s/%s", root, places[i / 2], names[i % 2]);
		if (unit_hides(path))
			return reason_set(reason, STATUS_BAD_PARAMETER,
				"%.150s hides the unit that was installed; remove it, or put its lines into a drop-in",
				path);
	}
	return STATUS_OK;
}
