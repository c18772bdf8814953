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
 * What tests of the spool share: one in a folder of its own, messages put
 * into it and looked at.
 */
#ifndef SPOOLTEST_H
#define SPOOLTEST_H

#include <stddef.h>
#include <stdint.h>

#define SMALL_SEGMENT (64u << 10)

struct blob;
struct event_base;
struct message;
struct spool;

struct st_ack {
	int fd; /* where the id is told once it is durable; or -1 */
	unsigned done;
};

const char *st_folder(void);
unsigned st_found(void);
unsigned st_lost(void);
unsigned st_damaged(struct spool *);
void st_flip(const char *path, uint64_t off);
unsigned st_files(const char *below, char *name, size_t);

int st_setup(void **);
int st_teardown(void **);
struct spool *st_open_size(struct event_base *, uint64_t);
struct spool *st_open(struct event_base *);
void st_envelope(struct blob *, uint32_t rcpts);
void st_fill(uint8_t *, size_t, uint64_t id);
void st_put(struct spool *, size_t size, uint32_t rcpts, struct st_ack *);
uint64_t st_put_large(struct spool *, uint32_t rcpts, struct st_ack *);
void st_check_body(struct spool *, struct message *);
void st_mark_all(struct spool *, struct message *);
void st_turn_over(struct spool *, struct st_ack *);
void st_remove_index(void);
void st_last_segment(char *path, size_t);

#endif
