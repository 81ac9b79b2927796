// SPDX-License-Identifier: MIT
/*
 * core.c - what it costs to answer an object's CO-RE records by the running kernel's types.
 *
 * core FILE: "WAY MILLISECONDS", the least of some runs of each way, which take turns: "load",
 * rawbpf_new() to rawbpf_free(); "own", the same less the time inside bpf(2); "libbpf", with
 * WITH_LIBBPF, what libbpf takes to open, load and close it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rawbpf.h"
#include "rawbpf_sys.h"
#ifdef WITH_LIBBPF
#include <bpf/libbpf.h>
#endif

enum { TURNS = 30 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* Adds up the time inside bpf(2). */
static long timed(void *arg, const struct rawbpf_call *c)
{
	double from = now();
	long ret = rawbpf_call_kernel(c);

	if (c->kind == RAWBPF_CALL_BPF || c->kind == RAWBPF_CALL_CLOSE)
		*(double *)arg += now() - from;
	return ret;
}

static double ours(const char *file, double *own)
{
	double from = now(), kernel = 0, took;
	struct rawbpf *b = rawbpf_new();

	rawbpf_set_hook(b, timed, &kernel);
	if (rawbpf_load(b, .src_file = file)) {
		fprintf(stderr, "core: %s\n", rawbpf_errmsg(b));
		exit(1);
	}
	rawbpf_free(b);
	took = now() - from;
	*own = took - kernel;
	return took;
}

#ifdef WITH_LIBBPF
static double libbpf(const char *file)
{
	double from = now();
	struct bpf_object *o = bpf_object__open_file(file, NULL);
	struct bpf_program *p;

	if (!o)
		exit(1);
	bpf_object__for_each_program(p, o) if (*bpf_program__section_name(p) == '?')
		bpf_program__set_autoload(p, false);
	if (bpf_object__load(o))
		exit(1);
	bpf_object__close(o);
	return now() - from;
}
#endif

int main(int argc, char **argv)
{
	double load = 1e9, least = 1e9, theirs = 0, own, took;
	int i;

	if (argc != 2)
		return 2;
	for (i = 0; i < TURNS; i++) {
		took = ours(argv[1], &own);
		load = took < load ? took : load;
		least = own < least ? own : least;
#ifdef WITH_LIBBPF
		took = libbpf(argv[1]);
		theirs = !theirs || took < theirs ? took : theirs;
#endif
	}
	printf("load %.3f\nown %.3f\n", load, least);
	if (theirs > 0)
		printf("libbpf %.3f\n", theirs);
	return 0;
}
