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
 * Log lines.  Escapes what is not printable; never writes a secret by itself.
 */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "bounds.h"
#include "logsock.h"

static const char *log_proc = "edd";
static bool log_foreground = true;
static int log_level;
static char log_tag[32]; /* "edd/queue" */

/*
 * Start logging as the named process, to stderr or to the log daemon, which is
 * connected to at once, so that it works in a chroot.  name must stay valid.
 */
void
log_init(const char *name, bool foreground, int verbose)
{
	log_proc = name;
	log_foreground = foreground;
	log_level = verbose;
	if (!foreground) {
		(void)snprintf(log_tag, sizeof(log_tag), "%s%s",
		    strcmp(name, "edd") == 0 ? "" : "edd/", name);
		logsock_use(logsock_connect());
	}
	tzset();
}

/* Debug lines are written if verbose is not 0. */
void
log_verbose(int verbose)
{
	log_level = verbose;
}

/* The current verbosity. */
int
log_is_verbose(void)
{
	return log_level;
}

/* The name given to log_init(). */
const char *
log_name(void)
{
	return log_proc;
}

/* Copy a line, its control octets as \xHH, into out of size octets. */
static size_t
log_escape(char *out, size_t size, const char *in)
{
	static const char hex[] = "0123456789abcdef";
	size_t n;
	unsigned char c;

	for (n = 0; *in != '\0' && n + 5 < size; in++) {
		c = (unsigned char)*in;
		if (c >= 0x20 && c != 0x7f) {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	out[n] = '\0';
	return n;
}

static void
log_stderr(const char *line)
{
	char out[LOG_LINE_MAX * 4 + 128], when[32];
	struct timespec ts;
	struct tm tm;
	int len;
	ssize_t n;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	when[0] = '\0';
	if (localtime_r(&ts.tv_sec, &tm) != NULL)
		(void)strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	len = snprintf(out, sizeof(out), "%s.%03ld %s[%d]: %s\n", when,
	    ts.tv_nsec / 1000000, log_proc, (int)getpid(), line);
	if (len <= 0)
		return;
	if ((size_t)len >= sizeof(out))
		len = sizeof(out) - 1;
	/* One write, so that lines of several processes do not mix. */
	n = write(STDERR_FILENO, out, (size_t)len);
	(void)n;
}

static void __attribute__((format(printf, 3, 0)))
log_v(int priority, const char *suffix, const char *fmt, va_list ap)
{
	char raw[LOG_LINE_MAX], line[LOG_LINE_MAX * 4];
	size_t len;
	int saved, n;

	saved = errno;
	n = vsnprintf(raw, sizeof(raw), fmt, ap);
	if (n < 0)
		raw[0] = '\0';
	len = strlen(raw);
	if (suffix != NULL)
		(void)snprintf(raw + len, sizeof(raw) - len, ": %s", suffix);
	(void)log_escape(line, sizeof(line), raw);
	if (log_foreground)
		log_stderr(line);
	else
		logsock_send(priority, log_tag, line);
	errno = saved;
}

/* Something for an operator to act on, with errno. */
void
log_warn(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_v(LOG_ERR, strerror(errno), fmt, ap);
	va_end(ap);
}

/* Something for an operator to act on. */
void
log_warnx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_v(LOG_ERR, NULL, fmt, ap);
	va_end(ap);
}

/* One line per event: key=value, message id first. */
void
log_info(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_v(LOG_INFO, NULL, fmt, ap);
	va_end(ap);
}

/* For developers; only when verbose. */
void
log_debug(const char *fmt, ...)
{
	va_list ap;

	if (log_level == 0)
		return;
	va_start(ap, fmt);
	log_v(LOG_DEBUG, NULL, fmt, ap);
	va_end(ap);
}

/* Log with errno and end the process. */
void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_v(LOG_CRIT, strerror(errno), fmt, ap);
	va_end(ap);
	exit(1);
}

/* Log and end the process. */
void
fatalx(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_v(LOG_CRIT, NULL, fmt, ap);
	va_end(ap);
	exit(1);
}
