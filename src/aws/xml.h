/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The little XML that STS answers with: one tree of elements with text in its leaves. Strict and
 * bounded; no document type, no comments, no CDATA, no processing instructions but the declaration,
 * no references but the five names and ASCII numbers. Never builds a tree. Source: Extensible
 * Markup Language 1.0 (Fifth Edition), of which this takes a subset.
 */
#ifndef LUKS_SSM_AWS_XML_H
#define LUKS_SSM_AWS_XML_H

#include <stddef.h>

#include "base/secret.h"

/* One leaf that somebody asks for. */
struct xml_text {
	const char *path; /* the names from the root down, with slashes between */
	const char *text; /* lent by the document; NULL: there is no such leaf */
};

/*
 * Reads the whole document and decodes the texts in its own bytes, which hold the secrets then as
 * before. STATUS_BAD_REPLY: not of this form, nested too deep, or a leaf of TEXTS is there twice or
 * is no leaf; nothing may be taken from TEXTS then.
 */
must_use enum status xml_read(struct secret *document, struct xml_text *texts, size_t count);

#endif
