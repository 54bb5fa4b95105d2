/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers by name: what is loaded (/sys/module), and the lists that depmod keeps of what could be.
 */
#include "volume/kernel_module.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/own.h"

/* Module names are the same with '-' and '_'. */
static bool
letters_are_same(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((a[i] == '-' ? '_' : a[i]) != (b[i] == '-' ? '_' : b[i]))
			return false;
	}
	return true;
}

/* A line of modules.dep or modules.builtin begins "kernel/drivers/md/dm-crypt.ko", perhaps with .xz
 * or .zst, then ':'. */
static bool
line_is_of(const char *line, const char *name)
{
	size_t path_length = strcspn(line, ":\n");
	const char *slash = memrchr(line, '/', path_length);
	const char *base = slash != NULL ? slash + 1 : line;
	size_t name_length = strlen(name);

	return (size_t)(line + path_length - base) > name_length &&
		letters_are_same(base, name, name_length) &&
		strncmp(base + name_length, ".ko", strlen(".ko")) == 0;
}

/* 1: the list names it, 0: it does not, -1: there is no such list. */
static int
list_has(const char *release, const char *list, const char *name)
{
	char path[PATH_MAX];
	char *line = NULL;
	size_t room = 0;
	int found = 0;

	snprintf(path, sizeof(path), "/lib/modules/%s/%s", release, list);

	owned_file file = fopen(path, "re");

	if (file == NULL)
		return -1;
	while (found == 0 && getline(&line, &room, file) > 0)
		found = line_is_of(line, name);
	free(line);
	return found;
}

bool
kernel_module_is_there(const char *name)
{
	char loaded[PATH_MAX];
	struct utsname kernel;

	snprintf(loaded, sizeof(loaded), "/sys/module/%s", name);
	for (char *c = strrchr(loaded, '/'); *c != '\0'; c++)
		*c = *c == '-' ? '_' : *c;
	if (access(loaded, F_OK) == 0 || uname(&kernel) != 0)
		return true;

	int built_in = list_has(kernel.release, "modules.builtin", name);
	int installed = list_has(kernel.release, "modules.dep", name);

	return built_in == 1 || installed == 1 || (built_in < 0 && installed < 0);
}

bool
kernel_knows_filesystem(const char *fstype)
{
	owned_file file = fopen("/proc/filesystems", "re");
	char line[256];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
		const char *tab = strchr(line, '\t');

		line[strcspn(line, "\n")] = '\0';
		if (tab != NULL && strcmp(tab + 1, fstype) == 0)
			return true;
	}
	return false;
}
