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
 * Where in the store's folder the store is: in the folder itself, or, once it
 * was written anew, in the folder below it that the file CURRENT names.
 * Putting another one in its place is one rename.
 */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stddef.h>

/* The store's folder, a slash, "env." and a number. */
#define STORE_PLACE_SIZE 1088u

int store_place_find(const char *dir, char place[STORE_PLACE_SIZE], char *why,
    size_t);
int store_place_new(const char *dir, char place[STORE_PLACE_SIZE]);
int store_place_switch(const char *dir, const char *place);
void store_place_drop(const char *dir, const char *place);
int store_place_settle(const char *dir);

#endif
