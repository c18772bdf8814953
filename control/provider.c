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
 * The list of public mailbox providers.  Data and one look-up.
 */
#include "provider.h"

#include <stdlib.h>
#include <string.h>

/* In the order of strcmp(). */
static const char *const provider[] = {
	"126.com",
	"163.com",
	"aim.com",
	"aol.com",
	"att.net",
	"bellsouth.net",
	"bluewin.ch",
	"btinternet.com",
	"comcast.net",
	"cox.net",
	"daum.net",
	"email.com",
	"fastmail.com",
	"foxmail.com",
	"free.fr",
	"freenet.de",
	"gmail.com",
	"gmx.at",
	"gmx.ch",
	"gmx.com",
	"gmx.de",
	"gmx.net",
	"googlemail.com",
	"hanmail.net",
	"hey.com",
	"hotmail.co.uk",
	"hotmail.com",
	"hotmail.de",
	"hotmail.es",
	"hotmail.fr",
	"hotmail.it",
	"icloud.com",
	"inbox.ru",
	"laposte.net",
	"libero.it",
	"list.ru",
	"live.co.uk",
	"live.com",
	"live.de",
	"live.fr",
	"mac.com",
	"mail.com",
	"mail.ru",
	"me.com",
	"msn.com",
	"naver.com",
	"orange.fr",
	"outlook.com",
	"outlook.de",
	"outlook.es",
	"outlook.fr",
	"pm.me",
	"proton.me",
	"protonmail.com",
	"qq.com",
	"rediffmail.com",
	"rocketmail.com",
	"sbcglobal.net",
	"seznam.cz",
	"sina.com",
	"t-online.de",
	"tuta.io",
	"tutanota.com",
	"verizon.net",
	"wanadoo.fr",
	"web.de",
	"wp.pl",
	"ya.ru",
	"yahoo.ca",
	"yahoo.co.in",
	"yahoo.co.jp",
	"yahoo.co.uk",
	"yahoo.com",
	"yahoo.com.au",
	"yahoo.com.br",
	"yahoo.de",
	"yahoo.es",
	"yahoo.fr",
	"yahoo.it",
	"yandex.com",
	"yandex.ru",
	"yeah.net",
	"ymail.com",
	"zohomail.com",
};

static int
provider_compare(const void *key, const void *entry)
{
	const char *const *p;

	p = entry;
	return strcmp(key, *p);
}

/* Whether the domain, in lower case, is a public mailbox provider's. */
bool
provider_is_public(const char *domain)
{
	return bsearch(domain, provider, sizeof(provider) / sizeof(provider[0]),
		   sizeof(provider[0]), provider_compare) != NULL;
}
