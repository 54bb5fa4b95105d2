/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metadata/volume.xml as bytes, made by make from the committed file. For action_metadata.c alone.
 */
#ifndef LUKS_SSM_AGENT_METADATA_XML_H
#define LUKS_SSM_AGENT_METADATA_XML_H

#include <stddef.h>

extern const unsigned char metadata_xml[];
extern const size_t metadata_xml_bytes;

#endif
