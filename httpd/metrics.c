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
 * Samples are kept until all have come, since those of a family must stand
 * together, whichever process they are of.
 */
#include "metrics.h"

#include <ctype.h>
#include <event2/buffer.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "httplimits.h"
#include "proto_setup.h"
#include "row.h"

#define FAMILY_SIZE 96u
#define LABELS_SIZE 160u
#define SUFFIX_SIZE 16u
#define HELP_SIZE   128u

enum kind {
	KIND_COUNTER,
	KIND_GAUGE,
	KIND_HISTOGRAM
};

struct sample {
	char family[FAMILY_SIZE];
	char labels[LABELS_SIZE]; /* "a=\"b\",c=\"d\"" */
	size_t series;		  /* octets of labels before "le" */
	char suffix[SUFFIX_SIZE]; /* "_total", "_bucket", or "" */
	char help[HELP_SIZE];
	enum kind kind;
	size_t order;
	double value;
};

struct metrics {
	struct sample *sample;
	size_t samples;
	size_t cap;
};

/* What goes down as well; all other names count. */
static const char *const gauges[] = { "sessions", "destinations", "batches",
	"hosts-down", "queued messages", "queued recipients", "in flight",
	"ready", "waiting for retry", "destinations down",
	"destinations stalled", "draining", "being received", "notices waiting",
	"segments", "octets on disk", "octets live" };

/* None yet; NULL without memory. */
struct metrics *
metrics_new(void)
{
	return calloc(1, sizeof(struct metrics));
}

/* Free; NULL is allowed. */
void
metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	free(m->sample);
	free(m);
}

static struct sample *
add(struct metrics *m, enum kind kind, const char *suffix, double value)
{
	struct sample *p;
	size_t cap;

	if (m->samples == METRICS_SAMPLES_MAX)
		return NULL;
	if (m->samples == m->cap) {
		cap = m->cap == 0 ? 64 : m->cap * 2;
		p = reallocarray(m->sample, cap, sizeof(*p));
		if (p == NULL)
			return NULL;
		m->sample = p;
		m->cap = cap;
	}
	p = &m->sample[m->samples];
	memset(p, 0, sizeof(*p));
	p->order = m->samples++;
	p->kind = kind;
	p->value = value;
	(void)strlcpy(p->suffix, suffix, sizeof(p->suffix));
	return p;
}

/* Append name="value", with what must be escaped (OpenMetrics, ABNF). */
static void
label(struct sample *p, const char *name, const char *value)
{
	size_t len = strlen(p->labels);

	/* A value of full length leaves room for the end of the label. */
	if (len + strlen(name) + 8 > sizeof(p->labels))
		return;
	len += (size_t)snprintf(p->labels + len, sizeof(p->labels) - len,
	    "%s%s=\"", len == 0 ? "" : ",", name);
	for (; *value != '\0' && len + 4 < sizeof(p->labels); value++) {
		if (*value == '"' || *value == '\\')
			p->labels[len++] = '\\';
		p->labels[len++] = (unsigned char)*value < ' ' ? ' ' : *value;
	}
	p->labels[len++] = '"';
	p->labels[len] = '\0';
}

static const char *
text(const struct row *row, const char *name)
{
	const char *v;

	v = row_value(row, name);
	return v == NULL ? "" : v;
}

static double
number(const struct row *row, const char *name)
{
	return strtod(text(row, name), NULL);
}

static void
of_process(struct sample *p, const struct row *row)
{
	label(p, "process", text(row, "process"));
	label(p, "instance", text(row, "instance"));
}

static bool
is_gauge(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		if (strcmp(gauges[i], name) == 0)
			return true;
	return false;
}

/* "edd_PROCESS_NAME" of small letters, digits and "_". */
static int
counter(struct metrics *m, const struct row *row)
{
	const char *name = text(row, "name"), *process = text(row, "process");
	bool gauge = is_gauge(name);
	struct sample *p;
	char *s;

	p = add(m, gauge ? KIND_GAUGE : KIND_COUNTER, gauge ? "" : "_total",
	    number(row, "value"));
	if (p == NULL)
		return -1;
	(void)snprintf(p->family, sizeof(p->family), "edd_%s_%s", process,
	    name);
	for (s = p->family; *s != '\0'; s++)
		*s = isalnum((unsigned char)*s) ?
		    (char)tolower((unsigned char)*s) :
		    '_';
	(void)snprintf(p->help, sizeof(p->help), "%s of %s", name, process);
	for (s = p->help; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == '\\')
			*s = ' ';
	label(p, "instance", text(row, "instance"));
	return 0;
}

/* A sample of a family with a fixed name; NULL without memory. */
static struct sample *
fixed(struct metrics *m, enum kind kind, const char *family, const char *suffix,
    double value, const char *help)
{
	struct sample *p;

	p = add(m, kind, suffix, value);
	if (p == NULL)
		return NULL;
	(void)strlcpy(p->family, family, sizeof(p->family));
	(void)strlcpy(p->help, help, sizeof(p->help));
	return p;
}

static int
use(struct metrics *m, const struct row *row)
{
	struct sample *p;

	p = fixed(m, KIND_COUNTER, "edd_process_cpu_seconds", "_total",
	    number(row, "cpuMs") / 1000, "processor time");
	if (p == NULL)
		return -1;
	of_process(p, row);
	p = fixed(m, KIND_GAUGE, "edd_process_memory_bytes", "",
	    number(row, "memoryKiB") * 1024, "most memory that was resident");
	if (p == NULL)
		return -1;
	of_process(p, row);
	return 0;
}

static int
process(struct metrics *m, const struct row *row)
{
	struct sample *p;

	p = fixed(m, KIND_GAUGE, "edd_process_up", "",
	    (int)number(row, "state") == CHILD_READY,
	    "whether the process works");
	if (p == NULL)
		return -1;
	of_process(p, row);
	p = fixed(m, KIND_GAUGE, "edd_process_start_time_seconds", "",
	    number(row, "since"), "when it began, unix time");
	if (p == NULL)
		return -1;
	of_process(p, row);
	p = fixed(m, KIND_COUNTER, "edd_process_restarts", "_total",
	    number(row, "restarts"), "how often it had to begin again");
	if (p == NULL)
		return -1;
	of_process(p, row);
	return 0;
}

static int
histogram_sample(struct metrics *m, const struct row *row, const char *suffix,
    const char *le, double value)
{
	bool accept = strcmp(text(row, "histogram"), "accept") == 0;
	struct sample *p;

	p = fixed(m, KIND_HISTOGRAM,
	    accept ? "edd_accept_seconds" : "edd_delivery_seconds", suffix,
	    value,
	    accept ? "from the last octet of a message to the reply" :
		     "from acceptance to relaying of a recipient");
	if (p == NULL)
		return -1;
	if (accept)
		of_process(p, row);
	else
		label(p, "provider", text(row, "label"));
	p->series = strlen(p->labels);
	if (le != NULL)
		label(p, "le", le);
	return 0;
}

static int
histogram(struct metrics *m, const struct row *row)
{
	double count = number(row, "count");

	if (histogram_sample(m, row, "_bucket", text(row, "le"), count) == -1)
		return -1;
	if (row_value(row, "sumUs") == NULL)
		return 0;
	if (histogram_sample(m, row, "_count", NULL, count) == -1)
		return -1;
	return histogram_sample(m, row, "_sum", NULL,
	    number(row, "sumUs") / 1e6);
}

static int
certificate(struct metrics *m, const struct row *row)
{
	struct sample *p;

	p = fixed(m, KIND_GAUGE, "edd_certificate_expiry_seconds", "",
	    number(row, "expires"), "when a certificate ends, unix time");
	if (p == NULL)
		return -1;
	label(p, "name", text(row, "certificate"));
	return 0;
}

/*
 * Take a row of control; one of no known kind is passed over.  -1 without
 * memory, or if there are too many.
 */
int
metrics_row(struct metrics *m, const struct row *row)
{
	if (row_value(row, "histogram") != NULL)
		return histogram(m, row);
	if (row_value(row, "cpuMs") != NULL)
		return use(m, row);
	if (row_value(row, "pid") != NULL)
		return process(m, row);
	if (row_value(row, "certificate") != NULL)
		return certificate(m, row);
	if (row_value(row, "name") != NULL && row_value(row, "value") != NULL)
		return counter(m, row);
	return 0;
}

/* By family; rows of several processes come mixed, but a histogram is one. */
static int
compare(const void *a, const void *b)
{
	const struct sample *x = a, *y = b;
	int c;

	c = strcmp(x->family, y->family);
	if (c == 0)
		c = strncmp(x->labels, y->labels,
		    x->series > y->series ? x->series : y->series);
	if (c != 0)
		return c;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* All that was taken, in order of names.  0, or -1 without memory. */
int
metrics_write(struct metrics *m, struct evbuffer *out)
{
	static const char *const kinds[] = { "counter", "gauge", "histogram" };
	const struct sample *p;
	const char *last = "";
	size_t i;

	if (m->samples > 1)
		qsort(m->sample, m->samples, sizeof(*m->sample), compare);
	for (i = 0; i < m->samples; i++) {
		p = &m->sample[i];
		if (strcmp(p->family, last) != 0 &&
		    evbuffer_add_printf(out, "# TYPE %s %s\n# HELP %s %s\n",
			p->family, kinds[p->kind], p->family, p->help) == -1)
			return -1;
		last = p->family;
		if (evbuffer_add_printf(out, "%s%s{%s} %.15g\n", p->family,
			p->suffix, p->labels, p->value) == -1)
			return -1;
	}
	return evbuffer_add_printf(out, "# EOF\n") == -1 ? -1 : 0;
}
