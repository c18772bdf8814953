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
 * Every numeric limit of edd, each with its reason. Limits only: no types, no
 * prototypes, and nothing that a single process could keep to itself.
 */
#ifndef BOUNDS_H
#define BOUNDS_H

/*
 * Addresses. A path is "<" mailbox ">" in 256 octets (RFC 5321 section
 * 4.5.3.1.3), which leaves 254 for the mailbox; a local part has 64
 * (4.5.3.1.1). 4.5.3.1.2 gives a domain 255 octets, but the 255 octets that
 * DNS has on the wire (RFC 1035 section 2.3.4) are 253 characters.
 */
#define ADDRESS_PATH_MAX    256
#define ADDRESS_MAILBOX_MAX 254
#define ADDRESS_LOCAL_MAX   64
#define ADDRESS_DOMAIN_MAX  253
#define ADDRESS_LABEL_MAX   63

/*
 * Comments in an address list nested deeper than this are an attack: people
 * write one level, software two.
 */
#define MAILBOX_COMMENT_DEPTH 16

/*
 * The header of a message: the service says 256 KB ("header over 256 KB" is
 * refused). Real mail has under 100 fields; 1000 keeps each look-up cheap.
 */
#define HEADER_SIZE_MAX	  (256 * 1024)
#define HEADER_FIELDS_MAX 1000

/*
 * DKIM: header fields that one signature covers. OpenDKIM fails signature
 * fields over 4096 octets; 100 names of up to 25, the longest domain and
 * selector and an RSA-4096 signature stay below.
 */
#define DKIM_SIGNED_MAX 100

/* An RSA-4096 signature, the largest that RFC 8301 section 3.2 speaks of. */
#define DKIM_SIGNATURE_MAX 512

/* Its public key as SubjectPublicKeyInfo has 550 octets. */
#define DKIM_KEY_MAX 600

/* Payload of one message between processes: a chunk of a message body. */
#define MSG_PAYLOAD_MAX 65536u

/* Socket buffer of a channel: a few full messages, so senders seldom wait. */
#define CHAN_SOCKBUF 262144

/* Octets read from a channel at once: one full message and a few small. */
#define CHAN_READ_SIZE 131072u

/* Descriptors received but not yet taken: one a message, few in a buffer. */
#define CHAN_FDS_MAX 64u

/* Unsent octets on a channel above which its owner stops producing. */
#define CHAN_HIGH 1048576u
#define CHAN_LOW  262144u

/* Buffers for addresses and domains in text, with NUL. */
#define ADDRESS_SIZE (ADDRESS_MAILBOX_MAX + 1)
#define DOMAIN_SIZE  256u

/* A host name or address in text, with zone and NUL. */
#define HOST_SIZE 256u

/* Name of a pki, compartment, tag: long enough for a full domain name. */
#define NAME_SIZE 256u

/* Opaque object ids: "ocid1.credential.edd.." and 26 digits, and room. */
#define OBJECT_ID_SIZE 64u

/* SMTP user name as the service forms it is about 165 characters. */
#define LOGIN_SIZE 256u

/* Generated secrets are 40 characters; what a client sends may be longer. */
#define SECRET_SIZE 256u

/* A remote or local SMTP reply kept for the operator: a few lines. */
#define REPLY_TEXT_SIZE 1024u

/* One log line before escaping; longer ones are cut. */
#define LOG_LINE_MAX 2048u

/* How long a log daemon that stands still may hold a process up, once. */
#define LOGSOCK_WAIT_MS 1000

/* Error text for the operator. */
#define ERROR_SIZE 512u

/* A PEM chain, or a key: four RSA-4096 certificates take 9 KB. */
#define PEM_MAX 28672u

/* Keys in key files: AES-256. */
#define CONF_SECRET_SIZE 32u

/* MD5 as 16 pairs of hex digits with colons between, and a NUL. */
#define FINGERPRINT_SIZE 48u

/* A signature by RSA-4096 is 512 octets; room for RSA-8192. */
#define SIGNATURE_MAX 1024u

/*
 * A retry token as queue knows it: half of the SHA-256 of user, operation and
 * token; and the SHA-256 of the request.
 */
#define RETRY_KEY_SIZE	  16u
#define RETRY_DIGEST_SIZE 32u

/* SHA-512 is the longest digest TLS asks to sign. */
#define DIGEST_MAX 64u

/* Intervals of queue retry: people write five or six. */
#define CONF_RETRY_MAX 16u

/* Addresses that mail may leave from, in all and of one message. */
#define SOURCES_MAX 16u

/* So many as text, each of at most 45 octets and a blank. */
#define SOURCES_SIZE 768u

/* A DKIM selector: the service's console takes up to 63 characters. */
#define SELECTOR_SIZE 64u

/* Keys that sign one domain at a time: RSA and Ed25519, twice in rotation. */
#define DKIM_KEYS_MAX 4u

/* A sealed private key: PKCS#8 DER of RSA-4096 is 2.4 KB. */
#define SEALED_KEY_MAX 8192u

/* DER SubjectPublicKeyInfo of RSA-4096 is 550 octets. */
#define PUBKEY_MAX 2048u

/* Octets of a Message-ID kept for the journal. */
#define MESSAGE_ID_SIZE 512u

/* RFC 3461: ENVID up to 100, ORCPT up to 500 octets. */
#define ENVID_SIZE 101u
#define ORCPT_SIZE 501u

/* Fields put before a message at its end (DKIM-Signature): DKIM_KEYS_MAX. */
#define PREFIX_MAX 16384u

/* Recipients handed to a deliver process in one piece of work. */
#define WORK_RCPT_MAX 100u

/* Blocks that the heap gives again: a message in memory; unused, at most. */
#define ALLOCATOR_BLOCK_MAX (4 << 20)
#define ALLOCATOR_SPARE_MAX (16 << 20)

/* Columns of a row, words of an operator's command. */
#define ROW_FIELDS_MAX	96u
#define ADMIN_WORDS_MAX 64u

/*
 * Rows of an answer that queue sends before it is asked for more: enough that
 * no turn is lost in waiting, few enough to be held for one who reads slowly.
 */
#define ADMIN_ROWS_AHEAD 256u

/* One value of a row: a TXT record of RSA-4096 is 800 characters. */
#define ROW_VALUE_MAX 32768u

/*
 * A connection moves one full TLS record at a time, and four in one turn of
 * the event loop, so that a fast peer does not keep the others waiting.
 */
#define TLSIO_CHUNK 16384u
#define TLSIO_TURN  4u

/* Input held for an owner that set no limit: more than any line or chunk. */
#define TLSIO_INPUT_MAX 65536u

/*
 * Seconds that a closing connection has to take the last reply, and that its
 * peer then has to close too, lest a reset overtakes that reply.
 */
#define TLSIO_CLOSE_SECONDS  10
#define TLSIO_LINGER_SECONDS 2

/*
 * Locked memory of signer for private numbers: RSA-2048 takes 0.9 KB, RSA-4096
 * 1.8 KB, so some 70,000 DKIM keys.  A power of two; used as it is touched.
 */
#define SIGNER_HEAP 67108864u

/*
 * The management API: rows of a page, as the service has them; octets of rows
 * after which no other begins (1000 suppressions); and what a client may send
 * as an id, If-Match, opc-retry-token, and page, which is an address at most,
 * in base64.
 */
#define MANAGE_LIMIT_MAX   1000u
#define MANAGE_PAGE_OCTETS 524288u
#define MANAGE_ID_SIZE	   256u
#define MANAGE_ETAG_SIZE   64u
#define MANAGE_RETRY_SIZE  128u
#define MANAGE_PAGE_SIZE   1024u

/* What a stalled signer may cost the event loop, once; milliseconds. */
#define TLSKEY_WAIT_MS 5000

/*
 * Lines of an SMTP client with CRLF: 512 octets (RFC 5321 section 4.5.3.1.4),
 * more where extensions add parameters, 12288 for AUTH (RFC 4954 section 4).
 * Of a line that is longer as much is skipped before the client is dropped.
 */
#define SMTPD_COMMAND_MAX  512u
#define SMTPD_EXTENDED_MAX 4096u
#define SMTPD_AUTH_MAX	   12288u
#define SMTPD_SKIP_MAX	   65536u

/* Input held for a session: an AUTH line, and in DATA a few TLS records. */
#define SMTPD_INPUT_COMMAND 16384u
#define SMTPD_INPUT_DATA    65536u

/* Unsent replies above which no more commands are read. */
#define SMTPD_OUTPUT_MAX 16384u

/* Bytes of a message gathered for one SUBMIT_DATA; a full one. */
#define SUBMISSION_STAGE 32768u

/* From so many octets on a copy costs more than a message of their own. */
#define SUBMISSION_PIECE 4096u

/* "TLSv1.3 " and the longest cipher name. */
#define SMTPD_TLS_SIZE 96u

/* RCPT that wait for control while more are read: a usual pipelined group. */
#define SMTPD_RCPT_AHEAD 100u

/* Refused commands without an accepted message between: nobody's mistake. */
#define SMTPD_ERRORS_MAX 100u

/* RSET, NOOP and the like between two messages: a pool keeps one alive. */
#define SMTPD_JUNK_MAX 200u

/* Addresses of a header From; each is asked about. */
#define HEADER_FROM_MAX 32u

/* The id of a request by HTTPS, with its NUL. */
#define REQUEST_ID_SIZE 256u

/* Octets of it behind what the client chose: "/HEX/HEX". */
#define REQUEST_ID_ADDED 66u

/* Approved senders a session remembers, and for how long if nothing changes. */
#define SENDERS_MAX	8u
#define SENDERS_SECONDS 60

/*
 * Messages a front end has open before their clients ask, and how long the
 * queue's word holds that there is room for one; a larger one asks anew.
 */
#define SPARES_MAX     64u
#define SPARES_SECONDS 10
#define SPARE_SIZE     65536u

/* A TLS handshake is three round trips; slower is no mail client. */
#define SMTPD_HANDSHAKE_SECONDS 60u

/*
 * PROXY protocol v2: what follows the first 16 octets is 36 for IPv6, and what
 * a proxy says of its TLS. It is sent with the first packet.
 */
#define SMTPD_PROXY_MAX	    1024u
#define SMTPD_PROXY_SECONDS 10

/* Connections taken in one turn of the event loop, so that others run. */
#define ACCEPT_TURN 32u

/* Pause of accepting when descriptors have run out. */
#define ACCEPT_PAUSE_SECONDS 1

/* Buckets of the table of source addresses: the default total, over eight. */
#define SOURCE_BUCKETS 1024u

/*
 * SCRAM: a nonce of a client is 24 characters or so; the AuthMessage has that
 * three times, a login of 165 with its commas spelled out, salt and channel
 * binding.
 */
#define SCRAM_NONCE_MAX	   128u
#define SCRAM_MESSAGE_SIZE 4096u

/*
 * Rates: the part of a message that counts as one more, units of one message
 * at most (100,000 recipients of 1 GB), and transactions and sessions that
 * are counted at a time: twice what smtpd may have open.
 */
#define RATE_BLOCK     2097152u
#define RATE_UNITS_MAX 51200000u
#define RATE_HOLDS_MAX 200000u
#define SEATS_MAX      200000u

/*
 * Addresses that failed to log in, and failures remembered of each.  Who has
 * more addresses than that is not stopped by counting them.
 */
#define THROTTLE_MAX	      16384u
#define THROTTLE_FAILURES_MAX 100u

/* Seconds that messages being received have when the process is to stop. */
#define SMTPD_STOP_SECONDS 10

/* A line without its CRLF, RFC 5322 section 2.1.1. */
#define MESSAGE_LINE_MAX 998u

/*
 * MIME: the longest registered type has 65 characters, and none of those acted
 * upon more than 20; a boundary has 70 (RFC 2046 section 5.1.1), and some
 * software exceeds that. Real mail nests six deep.
 */
#define MIME_NAME_SIZE	  64u
#define MIME_BOUNDARY_MAX 128u
#define MIME_DEPTH_MAX	  32u

/* Header of a part that is held: a message's with what is put before it. */
#define MIME_HEADER_MAX (HEADER_SIZE_MAX + PREFIX_MAX)

/* Octets on a line of base64: 76 characters, RFC 2045 section 6.8. */
#define MIME_BASE64_GROUP 57u

/* How much of a part is looked at before its encoding is chosen. */
#define RECODE_WINDOW 65536u

/* A piece from which on a message is taken for one that fills the window. */
#define AHEAD_LARGE 8192u

/*
 * A request to a webhook, which is one message: its body, the certificates
 * that are trusted for it, and lines of its head.
 */
#define HOOK_BODY_MAX	    32768u
#define HOOK_CA_MAX	    16384u
#define HOOK_PATH_SIZE	    1024u
#define HOOK_SIGNATURE_SIZE 128u
#define HOOK_BATCH_SIZE	    64u

#endif /* BOUNDS_H */
