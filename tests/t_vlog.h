/* SPDX-License-Identifier: MIT */
/* t_vlog.h - what the tests of the verifier's messages share. */
#ifndef T_VLOG_H
#define T_VLOG_H

/* A step, the message that stops there, and words that the advice must have, divided by '|'. */
struct t_vlog_message {
	const char *log, *words;
};

/* its log is a refusal, and the advice has all the words */
void t_vlog_explains(const struct t_vlog_message *m);

#endif
