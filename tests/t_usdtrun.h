/* SPDX-License-Identifier: MIT */
/* t_usdtrun.h - three programs that count what they see at the probes of here.h. */
#ifndef T_USDTRUN_H
#define T_USDTRUN_H

#include <stdbool.h>
#include <stdint.h>

#include "here.h"
#include "old.h"
#include "rawbpf.h"
#include "rawbpf_sys.h"
#include "t.h"

#define USDT_TICK 777777 /* what "tick" counts */

/* A context of ours, and what the kernel was asked. */
struct usdtrun {
	struct rawbpf *b;
	bool by_hand, no_multi, no_path;
	unsigned fail_at, n, links, events, loads;
	char exe[4096], text[8192];
	int fds;
};

/* the context's hook; arg: the struct usdtrun */
long usdtrun_call(void *arg, const struct rawbpf_call *c);
/* "first" reads operand 1, "second" operand 2, "tick" none; section: of "first" */
void usdtrun_new(struct usdtrun *r, const char *section);
/* ... and loaded */
void usdtrun_open(struct usdtrun *r, const char *section);
/* nothing is left */
void usdtrun_close(struct usdtrun *r);
int usdtrun_attach(struct usdtrun *r, const char *probe, const char *fn);
/* its links */
unsigned usdtrun_links(const struct usdtrun *r);
/* how often the value was seen; all values together */
uint64_t usdtrun_seen(struct usdtrun *r, int64_t value);
uint64_t usdtrun_total(struct usdtrun *r);

/* a context, of all processes where pid is 0, with that probe enabled (NULL: none) */
struct rawbpf_usdt *usdtrun_enabled(const char *path, pid_t pid, const char *probe, const char *fn);
/* the same for several probes (up to NULL) and one program, not yet loaded */
struct rawbpf_usdt *usdtrun_several(const char *path, const char *const *probes, const char *fn);
/* loaded with one or two contexts */
int usdtrun_load(struct usdtrun *r, struct rawbpf_usdt *a, struct rawbpf_usdt *b);
/* a copy of this program, at path */
void usdtrun_copy_self(const char *path);

/* a semaphore of a place that no process is named for */
#define NEED_COUNTED()                             \
	do {                                       \
		NEED_HERE();                       \
		OLD_NEED("semaphore of an event"); \
	} while (0)

#endif
