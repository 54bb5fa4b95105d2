/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The OCF 1.1 metadata. The internal subset of the DOCTYPE adds what 1.1 has to the DTD of 1.0 that
 * ocf-tester reads, so that one document is valid there and for the schemas of OCF 1.1, Pacemaker
 * and pcs.
 */
#include <string.h>

#include "params/render.h"

/* Lines of descriptions end before this column. */
#define WRAP_COLUMNS 100

static void
xml_char(FILE *out, char c)
{
	switch (c) {
	case '&':
		fputs("&amp;", out);
		break;
	case '<':
		fputs("&lt;", out);
		break;
	case '>':
		fputs("&gt;", out);
		break;
	case '"':
		fputs("&quot;", out);
		break;
	default:
		fputc(c, out);
	}
}

static void
xml_text(FILE *out, const char *text)
{
	for (; *text != '\0'; text++)
		xml_char(out, *text);
}

/* Breaks between words; a newline in TEXT stays one. */
static void
xml_wrapped(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t word_bytes = strcspn(text, " \n");

		if (column > 0 && column + 1 + word_bytes > WRAP_COLUMNS) {
			fputc('\n', out);
			column = 0;
		} else if (column > 0) {
			fputc(' ', out);
			column++;
		}
		for (size_t i = 0; i < word_bytes; i++)
			xml_char(out, text[i]);
		column += word_bytes;
		text += word_bytes;
		if (*text == ' ')
			text++;
		for (; *text == '\n'; text++) {
			fputc('\n', out);
			column = 0;
		}
	}
}

static const char *
xml_type(enum param_kind kind)
{
	switch (kind) {
	case PARAM_KIND_SECONDS:
	case PARAM_KIND_NUMBER:
		return "integer";
	case PARAM_KIND_SWITCH:
		return "boolean";
	case PARAM_KIND_STRING:
	case PARAM_KIND_CHOICE:
		break;
	}
	return "string";
}

static void
xml_param(FILE *out, const struct param_row *row)
{
	fprintf(out, "<parameter name=\"%s\"", row->name);
	if (row->required)
		fputs(" required=\"1\"", out);
	if (row->unique_group != NULL)
		fprintf(out, " unique-group=\"%s\"", row->unique_group);
	if (row->reloadable)
		fputs(" reloadable=\"1\"", out);
	fputs(">\n<longdesc lang=\"en\">\n", out);
	xml_wrapped(out, row->help);
	if (row->choices != NULL) {
		fputs("\nOne of ", out);
		render_choices(out, row->choices, " and ");
		fputc('.', out);
	}
	fputs("\n</longdesc>\n<shortdesc lang=\"en\">", out);
	xml_text(out, row->brief);
	fprintf(out, "</shortdesc>\n<content type=\"%s\"", xml_type(row->kind));
	if (row->fallback != NULL)
		fprintf(out, " default=\"%s\"", row->fallback);
	fputs("/>\n</parameter>\n", out);
}

static void
xml_action(FILE *out, const struct render_action *action)
{
	fprintf(out, "<action name=\"%s\" timeout=\"%us\"", action->name, action->timeout_s);
	if (action->interval_s > 0)
		fprintf(out, " interval=\"%us\" depth=\"%u\"", action->interval_s, action->depth);
	fputs("/>\n", out);
}

void
render_xml(FILE *out, const struct render_input *input, const char *long_description)
{
	/* Without an encoding: crmsh parses what it has decoded already, and libxml2 refuses that.
	 */
	fputs("<?xml version=\"1.0\"?>\n"
	      "<!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\" [\n"
	      "<!ATTLIST parameter unique-group CDATA #IMPLIED reloadable (0|1) \"0\">\n"
	      "<!ATTLIST action name CDATA #REQUIRED>\n"
	      "]>\n"
	      "<!-- Rendered from src/params/params.def and agent/actions.def by make update-metadata. -->\n",
		out);
	fprintf(out, "<resource-agent name=\"volume\" version=\"%s\">\n<version>1.1</version>\n",
		input->version);
	fputs("<longdesc lang=\"en\">\n", out);
	xml_text(out, long_description);
	fputs("</longdesc>\n<shortdesc lang=\"en\">LUKS volume whose passphrase lives in AWS SSM Parameter Store</shortdesc>\n",
		out);
	fputs("<parameters>\n", out);
	for (size_t i = 0; i < PARAM_COUNT; i++)
		xml_param(out, &param_rows[i]);
	fputs("</parameters>\n<actions>\n", out);
	for (size_t i = 0; i < input->action_count; i++)
		xml_action(out, &input->actions[i]);
	fputs("</actions>\n</resource-agent>\n", out);
}
