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
 * Operators' commands on DKIM keys; each ends its job, once the signers or
 * the DNS have answered.
 */
#ifndef VERB_DKIM_H
#define VERB_DKIM_H

struct job;

void verb_dkim_add(struct job *);
void verb_dkim_check(struct job *);
void verb_dkim_import(struct job *);
void verb_dkim_list(struct job *);
void verb_dkim_remove(struct job *);
void verb_dkim_rotate(struct job *);
void verb_dkim_set(struct job *);
void verb_dkim_show(struct job *);
void verb_dkim_zone(struct job *);

#endif
