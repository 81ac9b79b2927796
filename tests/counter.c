// SPDX-License-Identifier: MIT
/* counter.c - a context with programs that count this process's events, made without a loader. */
#include "counter.h"

#include <check.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kbtf.h"
#include "kern.h"
#include "link.h"
#include "old.h"
#include "resolve.h"
#include "t.h"
#include "tracefs.h"

static int raw_bpf(enum rawbpf_cmd cmd, union rawbpf_attr *a)
{
	return (int)rawbpf_sys_bpf(cmd, a, sizeof(*a));
}

static int load_counter(int map, int slot, enum rawbpf_prog_type type)
{
	/* regs: source << 4 | destination */
	const struct rawbpf_insn insns[] = {
		{0x85, 0x00, 0, 14},			       /* call get_current_pid_tgid */
		{0x77, 0x00, 0, 32},			       /* r0 >>= 32 */
		{0x55, 0x00, 9, getpid()},		       /* if r0 != tgid goto out */
		{0x62, 0x0a, -4, slot},			       /* *(u32 *)(r10 - 4) = slot */
		{0xbf, 0xa2, 0, 0},			       /* r2 = r10 */
		{0x07, 0x02, 0, -4},			       /* r2 += -4 */
		{0x18, RAWBPF_PSEUDO_MAP_FD << 4 | 1, 0, map}, /* r1 = map ll */
		{0x00, 0x00, 0, 0}, {0x85, 0x00, 0, 1},	       /* call map_lookup_elem */
		{0x15, 0x00, 2, 0},			       /* if r0 == 0 goto out */
		{0xb7, 0x01, 0, 1},			       /* r1 = 1 */
		{0xdb, 0x10, 0, 0},			       /* lock *(u64 *)(r0) += r1 */
		{0xb7, 0x00, 0, 0},			       /* out: r0 = 0 */
		{0x95, 0x00, 0, 0},			       /* exit */
	};
	union rawbpf_attr a;

	memset(&a, 0, sizeof(a));
	a.prog.prog_type = type;
	a.prog.insns = (uintptr_t)insns;
	a.prog.insn_cnt = sizeof(insns) / sizeof(*insns);
	a.prog.license = (uintptr_t) "GPL";
	return raw_bpf(RAWBPF_PROG_LOAD, &a);
}

void counter_open(struct counter *c, enum rawbpf_prog_type type)
{
	static const char *const names[COUNTER_PROGS] = {"count0", "count1", "count2", "count3"};
	union rawbpf_attr a;
	int i;

	t_raise_memlock();
	memset(c, 0, sizeof(*c));
	old_hook(&c->b.sys);
	memset(&a, 0, sizeof(a));
	a.map.map_type = RAWBPF_MAP_ARRAY;
	a.map.key_size = 4;
	a.map.value_size = 8;
	a.map.max_entries = COUNTER_PROGS;
	c->map = raw_bpf(RAWBPF_MAP_CREATE, &a);
	ck_assert_int_ge(c->map, 0);
	for (i = 0; i < COUNTER_PROGS; i++) {
		c->progs[i].name = names[i];
		c->progs[i].section = type == RAWBPF_PROG_TRACEPOINT ? "tracepoint" : "uprobe";
		c->progs[i].type = type;
		c->progs[i].autoload = true;
		c->progs[i].fd = load_counter(c->map, i, type);
		ck_assert_int_ge(c->progs[i].fd, 0);
	}
	c->b.progs = c->progs;
	c->b.n_progs = COUNTER_PROGS;
}

void counter_close(struct counter *c)
{
	int i;

	link_close_until(&c->b, NULL);
	resolve_free(&c->b);
	tracefs_free(&c->b);
	kbtf_free(&c->b);
	kern_free(&c->b);
	for (i = 0; i < COUNTER_PROGS; i++)
		close(c->progs[i].fd);
	close(c->map);
}

uint64_t counter_get(const struct counter *c, uint32_t i)
{
	union rawbpf_attr a;
	uint64_t v = 0;

	memset(&a, 0, sizeof(a));
	a.elem.map_fd = (uint32_t)c->map;
	a.elem.key = (uintptr_t)&i;
	a.elem.value = (uintptr_t)&v;
	ck_assert_int_eq(raw_bpf(RAWBPF_MAP_LOOKUP_ELEM, &a), 0);
	return v;
}

void counter_events(int n)
{
	while (n--)
		syscall(SYS_getpgid, 0);
}

__attribute__((noinline)) int counter_call(int n)
{
	__asm__ volatile("" : : : "memory"); /* each call is made */
	return n + 1;
}

void counter_sections(struct counter *c, const char *const sections[COUNTER_PROGS],
	const char *const names[COUNTER_PROGS])
{
	int i;

	for (i = 0; i < COUNTER_PROGS; i++) {
		c->progs[i].section = sections[i];
		if (names && names[i])
			c->progs[i].name = names[i];
	}
}
