// SPDX-License-Identifier: MIT
/*
 * many.c - one program on a hundred functions of this process: attach and detach by each road.
 *
 * many ROAD: "ATTACH DETACH" in milliseconds.  ROAD is multi (a uprobe_multi link), sibling (one
 * event of tracefs) or events (a perf event each); the better ones are denied through the hook.
 * Fails when the road was not the one asked for, or when a call was not counted.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../many.h"
#include "rawbpf_sys.h"

enum { BENCH_CALLS = 3 };

static const char program[] = ".include \"hist.inc\"\n"
			      ".license \"GPL\"\n"
			      ".map seen linear(100)\n"
			      ".prog on_entry \"uprobe\"\n"
			      "	r6 = arg1\n"
			      "	linear_add seen, r6\n"
			      "	return 0\n";

struct road {
	bool no_multi, no_sibling;
	unsigned links, events, writes; /* that the kernel took */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static long call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	struct road *r = arg;
	bool multi = c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
		     a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI;
	bool tracefs =
		c->kind == RAWBPF_CALL_OPENAT && strstr((const char *)c->arg[1], "uprobe_events");
	long ret;

	if (multi && r->no_multi)
		return -22;
	if (tracefs && r->no_sibling)
		return -2;
	ret = rawbpf_call_kernel(c);
	if (ret >= 0) {
		r->links += multi;
		r->events += c->kind == RAWBPF_CALL_PERF_EVENT_OPEN;
		r->writes += tracefs;
	}
	return ret;
}

static bool counted(struct rawbpf *b)
{
	struct rawbpf_table *t = rawbpf_table(b, "seen");
	uint64_t v;
	uint32_t i;

	for (i = 0; i < MANY; i++)
		if (rawbpf_table_lookup(t, &i, &v) || v != BENCH_CALLS)
			return false;
	return true;
}

static bool is_road(const struct road *r, const char *name)
{
	if (!strcmp(name, "multi"))
		return r->links == 1 && !r->events;
	if (!strcmp(name, "sibling"))
		return !r->links && r->events == 1 && r->writes;
	return !r->links && r->events == MANY && !r->writes;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "multi";
	struct road r = {
		.no_multi = strcmp(name, "multi") != 0, .no_sibling = !strcmp(name, "events")};
	struct rawbpf *b = rawbpf_new();
	double start, attached, done;
	char exe[4096] = "";
	bool ok;

	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		return 1;
	rawbpf_set_hook(b, call, &r);
	if (rawbpf_load(b, .text = program))
		goto failed;
	start = now();
	if (rawbpf_attach_uprobe(
		    b, .name = exe, .sym_re = "many_[0-9][0-9]$", .fn_name = "on_entry"))
		goto failed;
	attached = now() - start;
	many_call(BENCH_CALLS);
	ok = counted(b) && is_road(&r, name);
	start = now();
	if (rawbpf_detach_uprobe(b, .name = exe, .sym_re = "many_[0-9][0-9]$"))
		goto failed;
	done = now() - start;
	printf("%.2f %.2f\n", attached, done);
	rawbpf_free(b);
	if (!ok)
		fprintf(stderr,
			"many: not by %s (%u links, %u events, %u writes), or not counted\n", name,
			r.links, r.events, r.writes);
	return !ok;
failed:
	fprintf(stderr, "many: %s\n", rawbpf_errmsg(b));
	rawbpf_free(b);
	return 1;
}
