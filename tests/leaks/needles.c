/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A piece of 16 bytes holds one of the needle's 8-byte words that begin at a multiple of 8: those
 * are in a hash table, and each hit is measured in both directions.
 */
#include "needles.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MASK 0xa5
#define MASK_WORD 0xa5a5a5a5a5a5a5a5ULL
#define NEEDLES_MAX 32
#define NEEDLE_BYTES_MAX 8192
#define WORDS_MAX 16384
#define BUCKETS 65536

struct needle {
	char name[64];
	unsigned char *masked; /* owned */
	size_t length_bytes;
};

struct word {
	uint64_t masked;
	uint32_t needle, offset;
	uint32_t next; /* in the bucket, plus 1 */
};

struct needles {
	struct needle list[NEEDLES_MAX];
	size_t count;
	struct word words[WORDS_MAX];
	size_t word_count;
	uint32_t buckets[BUCKETS]; /* index plus 1 */
};

static uint64_t
word_at(const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

static uint32_t
word_bucket(uint64_t masked)
{
	return (uint32_t)((masked * 0x9e3779b97f4a7c15ULL) >> 48);
}

static void
words_add(struct needles *needles, uint32_t index)
{
	const struct needle *needle = &needles->list[index];

	for (size_t offset = 0; offset + 8 <= needle->length_bytes; offset += 8) {
		if (needles->word_count == WORDS_MAX)
			abort();

		uint64_t masked = word_at(needle->masked + offset);
		uint32_t bucket = word_bucket(masked);

		needles->words[needles->word_count++] = (struct word){masked, index,
			(uint32_t)offset, needles->buckets[bucket]};
		needles->buckets[bucket] = (uint32_t)needles->word_count;
	}
}

static int
needle_add(struct needles *needles, const char *name, const char *hex)
{
	struct needle *needle = &needles->list[needles->count];
	size_t length_bytes = strlen(hex) / 2;

	if (needles->count == NEEDLES_MAX || length_bytes < FRAGMENT_BYTES ||
		length_bytes > NEEDLE_BYTES_MAX)
		return 0;
	needle->masked = malloc(length_bytes);
	if (needle->masked == NULL)
		return 0;
	snprintf(needle->name, sizeof(needle->name), "%s", name);
	needle->length_bytes = length_bytes;
	for (size_t i = 0; i < length_bytes; i++) {
		const char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

		needle->masked[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	words_add(needles, (uint32_t)needles->count++);
	return 1;
}

struct needles *
needles_read(const char *path)
{
	static char name[64], hex[2 * NEEDLE_BYTES_MAX + 1];
	struct needles *needles = calloc(1, sizeof(*needles));
	FILE *file = fopen(path, "re");
	int good = needles != NULL && file != NULL;

	while (good && fscanf(file, "%63s %16384s", name, hex) == 2)
		good = needle_add(needles, name, hex);
	if (file != NULL)
		fclose(file);
	return good && needles->count > 0 ? needles : NULL;
}

/* How far BYTES and the needle agree around the word at AT; both ends come back. */
static void
hit_measure(const struct needle *needle, size_t offset, const unsigned char *bytes,
	size_t length_bytes, size_t at, size_t *ret_start, size_t *ret_end)
{
	size_t start = at, end = at + 8, back = offset, forth = offset + 8;

	while (start > 0 && back > 0 && (bytes[start - 1] ^ MASK) == needle->masked[back - 1]) {
		start--;
		back--;
	}
	while (end < length_bytes && forth < needle->length_bytes &&
		(bytes[end] ^ MASK) == needle->masked[forth]) {
		end++;
		forth++;
	}
	*ret_start = start;
	*ret_end = end;
}

void
needles_search(const struct needles *needles, const unsigned char *bytes, size_t length_bytes,
	needle_found *found, void *context)
{
	size_t done[NEEDLES_MAX] = {0};

	for (size_t at = 0; at + 8 <= length_bytes; at++) {
		uint64_t masked = word_at(bytes + at) ^ MASK_WORD;
		uint32_t next = needles->buckets[word_bucket(masked)];

		for (; next != 0; next = needles->words[next - 1].next) {
			const struct word *word = &needles->words[next - 1];
			const struct needle *needle = &needles->list[word->needle];
			size_t start, end;

			if (word->masked != masked || at < done[word->needle])
				continue;
			hit_measure(needle, word->offset, bytes, length_bytes, at, &start, &end);
			if (end - start < FRAGMENT_BYTES)
				continue;
			done[word->needle] = end;
			found(context, needle->name, start, end - start,
				end - start == needle->length_bytes);
		}
	}
}
