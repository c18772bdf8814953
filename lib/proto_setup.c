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
 * What edd and a child say to each other on the setup channel.  Encodes,
 * decodes and checks; it acts on nothing and takes no descriptor.
 */
#include "proto_setup.h"

#include "chan.h"
#include "msg.h"

/*
 * First message to a child: who it is and where it lives.  0, or -1 if it
 * could not be queued.
 */
int
setup_start_send(struct chan *c, const struct setup_start *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SETUP_START, 0);
	msg_put_u32(o, s->kind);
	msg_put_u32(o, s->instance);
	msg_put_u32(o, s->verbose);
	msg_put_bool(o, s->foreground);
	msg_put_bool(o, s->privileged);
	msg_put_u32(o, s->uid);
	msg_put_u32(o, s->gid);
	msg_put_str(o, s->dir);
	return chan_end(c, -1);
}

/*
 * Decode START.  -1 if ill-formed, or if it would leave a child root after
 * it gave up its privileges.
 */
int
setup_start_recv(struct msgin *m, struct setup_start *s)
{
	s->kind = msg_get_enum(m, PROC_EDD, PROC_LAST);
	s->instance = msg_get_u32(m);
	s->verbose = msg_get_u32(m);
	s->foreground = msg_get_bool(m);
	s->privileged = msg_get_bool(m);
	s->uid = msg_get_u32(m);
	s->gid = msg_get_u32(m);
	msg_get_str(m, s->dir, sizeof(s->dir));
	if (s->dir[0] == '\0')
		m->bad = true;
	if (s->privileged && (s->uid == 0 || s->gid == 0))
		m->bad = true;
	return msg_end(m);
}

/*
 * Give a child a channel to a peer.  The descriptor is taken over as
 * chan_end() does.  0 or -1.
 */
int
setup_peer_send(struct chan *c, const struct setup_peer *s, int fd)
{
	struct msgout *o;

	o = chan_begin(c, M_SETUP_PEER, 0);
	msg_put_u32(o, s->conv);
	msg_put_u32(o, s->kind);
	msg_put_u32(o, s->instance);
	return chan_end(c, fd);
}

/* Decode PEER; the caller takes the descriptor.  -1 if ill-formed. */
int
setup_peer_recv(struct msgin *m, struct setup_peer *s)
{
	s->conv = msg_get_enum(m, CONV_POLICY, CONV_LAST);
	s->kind = msg_get_enum(m, PROC_EDD, PROC_LAST);
	s->instance = msg_get_u32(m);
	return msg_end(m);
}

static int
generation_send(struct chan *c, enum setup_type type, uint32_t generation)
{
	struct msgout *o;

	o = chan_begin(c, type, 0);
	msg_put_u32(o, generation);
	return chan_end(c, -1);
}

/* A configuration begins; its items follow.  0 or -1. */
int
setup_conf_begin_send(struct chan *c, uint32_t generation)
{
	return generation_send(c, M_SETUP_CONF_BEGIN, generation);
}

/* The configuration of that generation is complete.  0 or -1. */
int
setup_conf_end_send(struct chan *c, uint32_t generation)
{
	return generation_send(c, M_SETUP_CONF_END, generation);
}

/* Decode CONF_BEGIN or CONF_END.  -1 if ill-formed. */
int
setup_generation_recv(struct msgin *m, uint32_t *generation)
{
	*generation = msg_get_u32(m);
	return msg_end(m);
}

/* Set how much a child logs.  0 or -1. */
int
setup_log_send(struct chan *c, uint32_t verbose)
{
	struct msgout *o;

	o = chan_begin(c, M_SETUP_LOG, 0);
	msg_put_u32(o, verbose);
	return chan_end(c, -1);
}

/* Decode LOG.  -1 if ill-formed. */
int
setup_log_recv(struct msgin *m, uint32_t *verbose)
{
	*verbose = msg_get_u32(m);
	return msg_end(m);
}

/* A new connection to the log daemon; fd is taken over.  0 or -1. */
int
setup_logger_send(struct chan *c, int fd)
{
	(void)chan_begin(c, M_SETUP_LOGGER, 0);
	return chan_end(c, fd);
}

/* Send STOP, READY or LOG_LOST, which carry nothing.  0 or -1. */
int
setup_empty_send(struct chan *c, enum setup_type type)
{
	(void)chan_begin(c, type, 0);
	return chan_end(c, -1);
}

/* Check that a message carries nothing but its descriptor.  -1 if it does. */
int
setup_empty_recv(struct msgin *m)
{
	return msg_end(m);
}

/* A child accepted a configuration, or says why not.  0 or -1. */
int
setup_conf_done_send(struct chan *c, const struct setup_conf_done *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SETUP_CONF_DONE, 0);
	msg_put_u32(o, s->generation);
	msg_put_bool(o, s->ok);
	msg_put_str(o, s->why);
	return chan_end(c, -1);
}

/* Decode CONF_DONE.  -1 if ill-formed. */
int
setup_conf_done_recv(struct msgin *m, struct setup_conf_done *s)
{
	s->generation = msg_get_u32(m);
	s->ok = msg_get_bool(m);
	msg_get_str(m, s->why, sizeof(s->why));
	return msg_end(m);
}

/* control asks edd for something; ANSWER has the same id.  0 or -1. */
int
setup_request_send(struct chan *c, uint64_t id, enum setup_request_kind kind)
{
	struct msgout *o;

	o = chan_begin(c, M_SETUP_REQUEST, id);
	msg_put_u32(o, kind);
	return chan_end(c, -1);
}

/* Decode REQUEST; its id is in the message.  -1 if ill-formed. */
int
setup_request_recv(struct msgin *m, enum setup_request_kind *kind)
{
	*kind = msg_get_enum(m, SETUP_RELOAD, SETUP_REQUEST_LAST);
	return msg_end(m);
}

/* edd's answer to a REQUEST.  0 or -1. */
int
setup_answer_send(struct chan *c, uint64_t id, const struct setup_answer *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SETUP_ANSWER, id);
	msg_put_bool(o, s->ok);
	msg_put_str(o, s->why);
	return chan_end(c, -1);
}

/* Decode ANSWER.  -1 if ill-formed. */
int
setup_answer_recv(struct msgin *m, struct setup_answer *s)
{
	s->ok = msg_get_bool(m);
	msg_get_str(m, s->why, sizeof(s->why));
	return msg_end(m);
}

/* Tell control how a child of edd is.  0 or -1. */
int
setup_child_send(struct chan *c, const struct setup_child *s)
{
	struct msgout *o;

	o = chan_begin(c, M_SETUP_CHILD, 0);
	msg_put_u32(o, s->kind);
	msg_put_u32(o, s->instance);
	msg_put_u32(o, s->state);
	msg_put_u32(o, s->pid);
	msg_put_u32(o, s->restarts);
	msg_put_i64(o, s->since);
	msg_put_i64(o, s->cpu);
	msg_put_i64(o, s->memory);
	return chan_end(c, -1);
}

/* Decode CHILD.  -1 if ill-formed. */
int
setup_child_recv(struct msgin *m, struct setup_child *s)
{
	s->kind = msg_get_enum(m, PROC_EDD, PROC_LAST);
	s->instance = msg_get_u32(m);
	s->state = msg_get_enum(m, CHILD_STARTING, CHILD_STATE_LAST);
	s->pid = msg_get_u32(m);
	s->restarts = msg_get_u32(m);
	s->since = msg_get_i64(m);
	s->cpu = msg_get_i64(m);
	s->memory = msg_get_i64(m);
	return msg_end(m);
}
