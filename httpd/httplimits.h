/*
 * Copyright (c) 2026 The edd authors
 *
 * Permission to use, copy, modify, and distribute this software for any
 * purpose with or without fee is hereby granted, provided that the above
 * copyright notice and this permission notice appear in all copies.
 *
 * THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES
 * WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
 * MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR
 * ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES
 * WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
 * ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF
 * OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
 */

/*
 * Numeric limits of the HTTPS front end, each with its reason. Limits only.
 */
#ifndef HTTPLIMITS_H
#define HTTPLIMITS_H

/*
 * Head of a request: 8 KB is the usual limit of web servers, and the header
 * of SubmitRawEmail with 50 recipients of 254 octets takes 13 KB.
 */
#define REQUEST_HEAD_MAX   16384u
#define REQUEST_TARGET_MAX 8192u
#define REQUEST_FIELDS_MAX 100u

/* First buffer of a head, and the largest kept between two requests. */
#define REQUEST_HEAD_FIRST 2048u
#define REQUEST_HEAD_KEPT  4096u

/* Segments of a path: the longest operation has five. */
#define REQUEST_SEGMENTS_MAX 16u

/* The longest registered method has 17 letters. */
#define REQUEST_METHOD_MAX 20u

/*
 * Chunked bodies: a line with size and extensions; extensions of all chunks;
 * trailers of all lines. Nobody sends more than a few octets of any.
 */
#define REQBODY_LINE_MAX       256u
#define REQBODY_EXTENSIONS_MAX 8192u
#define REQBODY_TRAILERS_MAX   4096u

/* Signature header: parameters, and names it covers (12 at the most seen). */
#define SIGHEADER_PARAMS_MAX 16u
#define SIGHEADER_NAMES_MAX  32u
#define SIGHEADER_NAME_MAX   64u
#define SIGHEADER_NAMES_SIZE 1024u

/* Tenancy and user OCID have up to 100 characters each in practice. */
#define SIGHEADER_OCID_SIZE 256u
#define SIGHEADER_KEY_SIZE  512u

/* Clock skew of a signed request, seconds either way. */
#define SIGNATURE_SKEW 300

/* Keys of RSA: 2048 bits is what the service makes, 8192 takes 1 ms. */
#define SIGNATURE_BITS_MIN 2048
#define SIGNATURE_BITS_MAX 8192

/* Depth of JSON: the deepest request of the service has four levels. */
#define JSON_DEPTH_MAX 16u

/* Values of one document, and members of one object, keys compared. */
#define JSON_VALUES_MAX	 10000u
#define JSON_MEMBERS_MAX 1000u

/* A path such as "recipients.to[3].email" in an error. */
#define JSON_PATH_SIZE 256u

/* The service's limit over To, Cc and Bcc. */
#define EMAIL_RCPTS_MAX 50u

/*
 * Reply-To addresses; fields of one's own; octets of a display name, of a
 * subject, of the name and value of a field, of all fields. The service names
 * none of these: each is several times what mail programs show, and all
 * together, encoded, stay below the 256 KB that a header may have.
 */
#define EMAIL_REPLYTO_MAX     50u
#define EMAIL_FIELDS_MAX      100u
#define EMAIL_NAME_MAX	      256u
#define EMAIL_SUBJECT_MAX     4096u
#define EMAIL_FIELD_NAME_MAX  76u
#define EMAIL_FIELD_VALUE_MAX 8192u
#define EMAIL_FIELDS_SIZE     24576u

/* A word of a field: with name and a little around it within 998 octets. */
#define EMAIL_WORD_MAX 900u

/* Octets of an OCID. */
#define EMAIL_COMPARTMENT_MAX 255u

/* Left of "@" and right of it, in all: fits one line with its brackets. */
#define EMAIL_MESSAGE_ID_MAX 500u

/* Message of an error, with NUL; an address echoed in it is cut. */
#define FAULT_TEXT_SIZE	  640u
#define FAULT_DETAIL_SIZE 400u

/*
 * opc-request-id: octets of the client's part.  One with two parts behind, as
 * answers have, is as good: it names what another service did for the client.
 */
#define REQUEST_ID_MAX (REQUEST_ID_SIZE - REQUEST_ID_ADDED - 1)

/* Parameters of a query: the list with most filters has ten. */
#define QUERY_PARAMS_MAX 32u

/* Samples of metrics, some 30 of each process. */
#define METRICS_SAMPLES_MAX 20000u

#endif
