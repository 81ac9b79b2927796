// SPDX-License-Identifier: MIT
/* t_usdtrun.c - three programs that count what they see at the probes of here.h. */
#include "t_usdtrun.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "link.h"

/* Each program counts the values it sees; "tick" reads no operand. */
static const char usdt_text[] = ".include \"std.inc\"\n"
				".license \"GPL\"\n"
				".map seen hash(u64, u64, 512)\n"
				".prog first \"%s\"\n"
				".var k: u64\n"
				"	r6 = usdt_arg(1)\n"
				"	k = r6\n"
				"	map_inc seen, &k\n"
				"	return 0\n"
				".prog second \"usdt\"\n"
				".var k: u64\n"
				"	r6 = usdt_arg(2)\n"
				"	k = r6\n"
				"	map_inc seen, &k\n"
				"	return 0\n"
				".prog tick \"usdt\"\n"
				".var k: u64\n"
				"	r6 = 777777\n"
				"	k = r6\n"
				"	map_inc seen, &k\n"
				"	return 0\n";

long usdtrun_call(void *arg, const struct rawbpf_call *c)
{
	const union rawbpf_attr *a = (const union rawbpf_attr *)c->arg[1];
	struct usdtrun *r = arg;

	if (c->kind != RAWBPF_CALL_CLOSE && ++r->n == r->fail_at)
		return -EIO;
	r->events += c->kind == RAWBPF_CALL_PERF_EVENT_OPEN;
	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_PROG_LOAD)
		r->loads++;
	if (c->kind == RAWBPF_CALL_BPF && c->arg[0] == RAWBPF_LINK_CREATE &&
		a->link.attach_type == RAWBPF_TRACE_UPROBE_MULTI) {
		if (r->no_multi)
			return -EINVAL;
		r->links++;
	}
	if (c->kind == RAWBPF_CALL_OPENAT && r->no_path && c->arg[2] & O_PATH)
		return -EMFILE;
	if (c->kind == RAWBPF_CALL_OPENAT && r->by_hand &&
		strstr((const char *)c->arg[1], "format/ref_ctr_offset"))
		return -ENOENT;
	return rawbpf_call_kernel(c);
}

/* section: of program "first" */
void usdtrun_new(struct usdtrun *r, const char *section)
{
	ssize_t n = readlink("/proc/self/exe", r->exe, sizeof(r->exe) - 1);

	ck_assert_int_gt(n, 0);
	r->fds = t_count_fds();
	snprintf(r->text, sizeof(r->text), usdt_text, section);
	r->b = rawbpf_new();
	rawbpf_set_hook(r->b, usdtrun_call, r);
}

void usdtrun_open(struct usdtrun *r, const char *section)
{
	usdtrun_new(r, section);
	ck_assert_msg(!rawbpf_load(r->b, .text = r->text), "%s", rawbpf_errmsg(r->b));
}

/* Nothing is left. */
void usdtrun_close(struct usdtrun *r)
{
	rawbpf_free(r->b);
	ck_assert_uint_eq(here_counted_semaphore, 0);
	ck_assert_uint_eq(here_spread_semaphore, 0);
	ck_assert_uint_eq(here_many_semaphore, 0);
	ck_assert_int_eq(t_count_fds(), r->fds);
}

int usdtrun_attach(struct usdtrun *r, const char *probe, const char *fn)
{
	return rawbpf_attach_usdt(r->b, .path = r->exe, .probe = probe, .fn_name = fn);
}

unsigned usdtrun_links(const struct usdtrun *r)
{
	const struct link *l;
	unsigned n = 0;

	for (l = r->b->links; l; l = l->next)
		n++;
	return n;
}

/* how often the value was seen */
uint64_t usdtrun_seen(struct usdtrun *r, int64_t value)
{
	uint64_t n = 0;
	int err = rawbpf_table_lookup(rawbpf_table(r->b, "seen"), &value, &n);

	ck_assert(!err || err == -ENOENT);
	return n;
}

static int usdtrun_count(void *arg, const void *key, const void *value)
{
	uint64_t n;

	(void)key;
	memcpy(&n, value, sizeof(n));
	*(uint64_t *)arg += n;
	return 0;
}

/* all values together */
uint64_t usdtrun_total(struct usdtrun *r)
{
	uint64_t n = 0;

	ck_assert_int_eq(rawbpf_table_each(rawbpf_table(r->b, "seen"), usdtrun_count, &n), 0);
	return n;
}

struct rawbpf_usdt *usdtrun_enabled(const char *path, pid_t pid, const char *probe, const char *fn)
{
	struct rawbpf_usdt *u = rawbpf_usdt_new(.path = path, .pid = pid);

	ck_assert_ptr_nonnull(u);
	if (probe)
		ck_assert_msg(!rawbpf_usdt_enable_probe(u, .probe = probe, .fn_name = fn), "%s",
			rawbpf_usdt_errmsg(u));
	return u;
}

struct rawbpf_usdt *usdtrun_several(const char *path, const char *const *probes, const char *fn)
{
	struct rawbpf_usdt *u = usdtrun_enabled(path, 0, NULL, NULL);

	for (; *probes; probes++)
		ck_assert_msg(!rawbpf_usdt_enable_probe(u, .probe = *probes, .fn_name = fn), "%s",
			rawbpf_usdt_errmsg(u));
	return u;
}

int usdtrun_load(struct usdtrun *r, struct rawbpf_usdt *a, struct rawbpf_usdt *b)
{
	struct rawbpf_usdt *const contexts[] = {a, b};

	return rawbpf_load(
		r->b, .text = r->text, .usdt_contexts = contexts, .n_usdt_contexts = b ? 2 : 1);
}

void usdtrun_copy_self(const char *path)
{
	size_t len;
	char *text = t_read_file("/proc/self/exe", &len);
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, len, f), len);
	fclose(f);
	free(text);
}
