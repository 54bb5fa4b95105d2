/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Documents in the form of STS, and each way in which one can be none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "aws/xml.h"

static enum status
document_read(const char *text, size_t length_bytes, struct secret *document,
	struct xml_text *texts, size_t count)
{
	assert_int_equal(secret_copy(text, length_bytes, document), STATUS_OK);
	return xml_read(document, texts, count);
}

static void
leaves_are_found_by_their_path(void **state)
{
	static const char text[] =
		"<?xml version=\"1.0\"?>\n<a xmlns=\"u\">\n <b><c>one</c>"
		"<d e='f' >two &lt;&amp;&gt;&quot;&apos;&#65;&#x42;</d ></b>\n <g/></a>\n";
	struct xml_text texts[] = {{"a/b/c", NULL}, {"a/b/d", NULL}, {"a/c", NULL}, {"a/g", NULL}};
	owned_secret document = {0};

	(void)state;
	assert_int_equal(document_read(text, strlen(text), &document, texts, 4), STATUS_OK);
	assert_string_equal(texts[0].text, "one");
	assert_string_equal(texts[1].text, "two <&>\"'AB");
	assert_null(texts[2].text);
	assert_string_equal(texts[3].text, "");
}

static void
what_is_not_of_the_form_is_refused(void **state)
{
	static const char *const rows[] = {"", " ", "x", "<", "<a", "<a>", "</a>", "<a></b>",
		"<a/><b/>", "<a></a>x", "x<a></a>", "<a><b></a></b>", "<a>&</a>", "<a>&nbsp;</a>",
		"<a>&#0;</a>", "<a>&#x110000;</a>", "<a>&lt</a>", "<a b></a>", "<a b=c></a>",
		"<a b=\"<\"></a>", "<!DOCTYPE a><a/>", "<a><!-- c --></a>", "<a><![CDATA[x]]></a>",
		"<a><?p ?></a>", "<?xml <a/>", "<1/>", "<a>\x01</a>", "<p><a>x</a><a>y</a></p>",
		"<p><a><b/></a></p>", "<p>text<a/></p>", "<p><a/>text</p>",
		"<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xml_text texts[] = {{"p/a", NULL}};
		owned_secret document = {0};

		if (document_read(rows[i], strlen(rows[i]), &document, texts, 1) !=
			STATUS_BAD_REPLY)
			fail_msg("taken: %s", rows[i]);
	}
}

static void
a_nul_inside_is_refused(void **state)
{
	owned_secret document = {0};

	(void)state;
	assert_int_equal(document_read("<a/>\0<b/>", 9, &document, NULL, 0), STATUS_BAD_REPLY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_are_found_by_their_path),
		cmocka_unit_test(what_is_not_of_the_form_is_refused),
		cmocka_unit_test(a_nul_inside_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
