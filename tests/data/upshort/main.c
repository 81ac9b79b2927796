/* main.c OBJECT PID: attach the object's programs in several ways, and say what each one counted */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rawbpf.h"

static const char *volatile text = "text";
int probed(int n);
__attribute__((noinline)) int probed(int n)
{
	return n + (int)getpid();
}

static int add(void *arg, const void *key, const void *value)
{
	(void)key;
	*(unsigned long long *)arg += *(const unsigned long long *)value;
	return 0;
}

/* What the map holds once probed() and strlen() were called three times each. */
static unsigned long long counted(struct rawbpf *b, const char *map)
{
	unsigned long long n = 0;
	volatile size_t sum = 0;
	int i;

	for (i = 0; i < 3; i++)
		sum += strlen(text) + (size_t)probed(i);
	rawbpf_table_each(rawbpf_table(b, map), add, &n);
	return n;
}

/* Attached, counted three more, detached, counted no more; or why not. */
#define TRY(what, ...)                                                                 \
	do {                                                                           \
		unsigned long long n = counted(b, "calls");                            \
		int err = rawbpf_attach_uprobe(b, .fn_name = "call", __VA_ARGS__);     \
		printf("%s: ", what);                                                  \
		if (err) {                                                             \
			printf("%s %s\n", rawbpf_error(b)->stage, rawbpf_errno_name(err)); \
			break;                                                         \
		}                                                                      \
		n = counted(b, "calls") - n;                                           \
		printf("%llu", n > 3 ? 3 : n); /* libc itself calls strlen() */        \
		n = counted(b, "calls");                                               \
		err = rawbpf_attach_uprobe(b, .fn_name = "call", __VA_ARGS__);         \
		printf(" %s", rawbpf_errno_name(err));                                 \
		err = rawbpf_detach_uprobe(b, .fn_name = "call", __VA_ARGS__);         \
		n = counted(b, "calls");                                               \
		printf(" %d %llu\n", err, counted(b, "calls") - n);                    \
	} while (0)

int main(int argc, char **argv)
{
	struct rawbpf *b = rawbpf_new();
	char exe[] = "/proc/self/exe";
	pid_t self = getpid(), other = argc > 2 ? atoi(argv[2]) : 0;

	if (rawbpf_load(b, .src_file = argv[1])) {
		printf("%s: %s\n", rawbpf_error(b)->stage, rawbpf_errmsg(b));
		return 1;
	}
	TRY("own function", .name = exe, .sym = "probed", .pid = self);
	TRY("libc's IFUNC", .name = "c", .sym = "strlen", .pid = self);
	TRY("of another", .name = "c", .sym = "strlen", .pid = other);
	TRY("by soname", .name = "libc.so.6", .sym = "getpid", .pid = self);
	TRY("in the middle of none", .name = exe, .sym = "probed", .sym_off = 4096);
	TRY("no function", .name = "c", .sym = "no_such_function");
	TRY("no library", .name = "no_such_library", .sym = "f");
	TRY("no file", .name = "/no/such/file", .sym = "f");
	TRY("no file of code", .name = "/proc/self/maps", .sym = "f");
	TRY("no process", .name = "c", .sym = "strlen", .pid = 0x3ffffff0);
	TRY("no code", .name = exe, .addr = 1);
	TRY("no code", .name = exe, .offset = 1);
	TRY("a pattern", .name = "c", .sym_re = "str.*");
	rawbpf_free(b);
	return 0;
}
