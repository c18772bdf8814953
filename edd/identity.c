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
 * Finds the users of the processes.  Changes nothing.
 */
#include "identity.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static const char *const users[PROC_LAST + 1] = {
	[PROC_CONTROL] = "_eddctl",
	[PROC_SIGNER] = "_eddsign",
	[PROC_QUEUE] = "_eddqueue",
	[PROC_DELIVER] = "_edddlvr",
	[PROC_SMTPD] = "_eddsmtp",
	[PROC_HTTPD] = "_eddhttp",
};

static void
all_as_we(struct identity *id)
{
	size_t i;

	id->privileged = false;
	for (i = 0; i <= PROC_LAST; i++) {
		id->uid[i] = geteuid();
		id->gid[i] = getegid();
	}
}

static int
find_user(struct identity *id, size_t kind)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(users[kind]);
	if (pw == NULL) {
		log_warnx("user %s does not exist: run make install or "
			  "systemd-sysusers, or start with -U to run "
			  "everything as one user (development only)",
		    users[kind]);
		return -1;
	}
	if (pw->pw_uid == 0 || pw->pw_gid == 0) {
		log_warnx("user %s must not be root or in root's group",
		    users[kind]);
		return -1;
	}
	id->uid[kind] = pw->pw_uid;
	id->gid[kind] = pw->pw_gid;
	return 0;
}

/*
 * As root each process has a user of its own; otherwise, or if own_user says
 * so, all run as who started the daemon.  0, or -1 and it was logged which
 * user is missing.
 */
int
identity_find(struct identity *id, bool own_user)
{
	size_t i, j;

	all_as_we(id);
	if (geteuid() != 0 || own_user)
		return 0;
	id->privileged = true;
	for (i = 0; i <= PROC_LAST; i++) {
		if (users[i] != NULL && find_user(id, i) == -1)
			return -1;
	}
	for (i = 0; i <= PROC_LAST; i++) {
		for (j = 0; j < i; j++) {
			if (users[i] != NULL && users[j] != NULL &&
			    id->uid[i] == id->uid[j]) {
				log_warnx("users %s and %s are the same",
				    users[i], users[j]);
				return -1;
			}
		}
	}
	return 0;
}
