/* SPDX-License-Identifier: MIT */
/*
 * golden.h - what public functions ask of the kernel, as tests/data/audit has it for each road.
 *
 * A run calls public functions of one context; its log has each call as C, its result, and below it
 * every line of the stable audit log, and of the other calls that its hook saw those which name a
 * file or a limit.  Roads are chosen by features, found by trying as rawbpf doctor does.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdbool.h>
#include <stdio.h>

#include "buf.h"
#include "rawbpf.h"
#include "rawbpf_sys.h"

/* A run while it goes on. */
struct golden {
	struct rawbpf *b;
	const char *call;
	struct buf log, lines;
	/* instead of the kernel */
	long (*play)(void *arg, const struct rawbpf_call *c);
	void *play_arg;
	char other[512]; /* the last call of the hook, until an audit line tells it better */
};

/* Calls a function and writes it with its result; the value is that result. */
#define ASK(g, call) (golden_ask(g, #call), golden_int(g, call))
/* ... one whose value is no number */
#define ASK_PLAIN(g, call)            \
	do {                          \
		golden_ask(g, #call); \
		call;                 \
		golden_told(g);       \
	} while (0)

void golden_ask(struct golden *g, const char *call);
/* what was called to get so far, 0 or an error, is left out of the log */
void golden_quiet(struct golden *g, int result);
/* ... or a try whose end is to be told */
void golden_forget(struct golden *g);
/* the audit's function; arg is the run */
void golden_line(void *arg, const char *line);
int golden_int(struct golden *g, int result);
void golden_told(struct golden *g);

struct golden_run {
	const char *name;
	void (*run)(struct golden *g);
	const char *by; /* the features that its road depends on */
};
extern const struct golden_run golden_runs[];
extern const size_t golden_n_runs;

/* those that play the kernel */
void golden_run_module(struct golden *g);
void golden_run_debugfs(struct golden *g);

/* The whole log of one run; free() it. */
char *golden_log(const struct golden_run *r);

/* ---- features ------------------------------------------------------------------------------- */

struct golden_feature {
	const char *name;
	bool (*has)(void);
};
extern const struct golden_feature golden_features[];
extern const size_t golden_n_features;

/* Whether a list of names has this one. */
bool golden_names(const char *list, const char *name);
/* "map_names !batch": of these features those that this kernel, or the one played, has and lacks. */
char *golden_road(const char *by);

/* ---- files ---------------------------------------------------------------------------------- */

/* What a file of tests/data/audit has for this road, malloc'ed; NULL: nothing. */
char *golden_want(const char *file, const char *road);

/* ---- those that ask nothing ------------------------------------------------------------------- */

extern const size_t golden_n_quiet;
/* Calls one of them in a process that may do no more than it should; true: it did. */
bool golden_quiet_call(size_t i, const char **name, bool *files, int *status);

#endif
