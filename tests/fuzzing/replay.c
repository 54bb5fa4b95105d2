/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes libFuzzer's place where the compiler has none: each file that is named goes through the
 * target once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define FILE_BYTES_MAX (1u << 20)

static int
file_replay(const char *path, uint8_t *room)
{
	FILE *file = fopen(path, "rb");

	if (file == NULL) {
		perror(path);
		return 1;
	}

	size_t length_bytes = fread(room, 1, FILE_BYTES_MAX, file);

	fclose(file);
	fprintf(stderr, "%s\n", path);

	/* Exactly as long as the input, so that a sanitizer sees a read behind it. */
	uint8_t *bytes = malloc(length_bytes > 0 ? length_bytes : 1);

	if (bytes == NULL)
		return 1;
	for (size_t i = 0; i < length_bytes; i++)
		bytes[i] = room[i];
	LLVMFuzzerTestOneInput(bytes, length_bytes);
	free(bytes);
	return 0;
}

int
main(int count, char **paths)
{
	uint8_t *room = malloc(FILE_BYTES_MAX);
	int failed = room == NULL || count < 2 ? 1 : 0;

	for (int i = 1; i < count && room != NULL; i++)
		failed |= file_replay(paths[i], room);
	free(room);
	return failed;
}
