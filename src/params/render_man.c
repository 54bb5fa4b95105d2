/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manual's lists in mdoc(7), a sentence a line as its authors ask. */
#include <ctype.h>
#include <string.h>

#include "params/render.h"

/* mandoc's own bound for a line of input is 80 columns. */
#define WRAP_COLUMNS 78

/*
 * Length of the UTF-8 character at TEXT in bytes, and its number. The tables hold valid UTF-8: they
 * are source text.
 */
static size_t
utf8_decode(const char *text, unsigned int *ret_number)
{
	unsigned char lead = (unsigned char)*text;
	size_t length_bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
	unsigned int number = length_bytes == 1 ? lead : lead & (0xffU >> (length_bytes + 1));

	for (size_t i = 1; i < length_bytes; i++)
		number = number << 6 | ((unsigned char)text[i] & 0x3fU);
	*ret_number = number;
	return length_bytes;
}

/*
 * One word of LENGTH_BYTES, its special characters named as groff wants them. Returns how many
 * columns it took.
 */
static size_t
man_word(FILE *out, const char *word, size_t length_bytes)
{
	size_t columns = 0;

	for (const char *end = word + length_bytes; word < end;) {
		unsigned int number;
		size_t char_bytes = utf8_decode(word, &number);

		if (*word == '\\')
			columns += (size_t)fprintf(out, "\\e");
		else if (number > 0x7f)
			columns += (size_t)fprintf(out, "\\[u%04X]", number);
		else
			columns += (size_t)fprintf(out, "%c", *word);
		word += char_bytes;
	}
	return columns;
}

/* A new line for each sentence; the tables hold no abbreviations with a full stop. */
void
render_man_text(FILE *out, const char *text)
{
	size_t column = 0;
	char last = '\0';

	while (*text != '\0') {
		size_t word_bytes = strcspn(text, " ");

		if (last == '.' || column + 1 + word_bytes > WRAP_COLUMNS) {
			fputc('\n', out);
			column = 0;
		} else if (last != '\0') {
			fputc(' ', out);
			column++;
		}
		column += man_word(out, text, word_bytes);
		last = text[word_bytes - 1];
		text += word_bytes;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void
render_choices(FILE *out, const char *choices, const char *last_separator)
{
	while (*choices != '\0') {
		size_t word_bytes = strcspn(choices, "|");

		fprintf(out, "%.*s", (int)word_bytes, choices);
		choices += word_bytes;
		if (*choices == '|') {
			choices++;
			fputs(strchr(choices, '|') != NULL ? ", " : last_separator, out);
		}
	}
}

static void
man_param(FILE *out, const struct param_row *row)
{
	fprintf(out, ".It Cm %s\n", row->name);
	fputc(toupper((unsigned char)row->brief[0]), out);
	fprintf(out, "%s.\n", row->brief + 1);
	render_man_text(out, row->help);
	if (row->choices != NULL) {
		fputs("One of ", out);
		render_choices(out, row->choices, " and ");
		fputs(".\n", out);
	}
	if (row->required)
		fputs("Required.\n", out);
	if (row->fallback != NULL)
		fprintf(out, "The default is\n.Ql %s .\n", row->fallback);
	if (row->unique_group != NULL)
		fputs("No two resources may have the same value.\n", out);
	if (row->reloadable)
		fputs("May be changed without a restart.\n", out);
}

void
render_man_params(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < PARAM_COUNT; i++)
		man_param(out, &param_rows[i]);
	fputs(".El\n", out);
}

void
render_man_actions(FILE *out, const struct render_input *input)
{
	fputs(".Bl -column \"validate-all\" \"interval\" \"timeout\" \"depth\" -offset indent\n"
	      ".It Sy action Ta Sy timeout Ta Sy interval Ta Sy depth\n",
		out);
	for (size_t i = 0; i < input->action_count; i++) {
		const struct render_action *action = &input->actions[i];

		fprintf(out, ".It Cm %s Ta %u s", action->name, action->timeout_s);
		if (action->interval_s > 0)
			fprintf(out, " Ta %u s Ta %u\n", action->interval_s, action->depth);
		else
			fputs(" Ta Ta\n", out);
	}
	fputs(".El\n", out);
}
