// SPDX-License-Identifier: MIT
/* t_kprobe.c - what the live tests of the kernel's probes share: which roads there are. */
#include "t_kprobe.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tracefs.h"

bool t_kprobe_pmu(void)
{
	return !access("/sys/bus/event_source/devices/kprobe/type", F_OK);
}

bool t_kprobe_file(struct counter *c)
{
	int dir = tracefs_dir(&c->b);

	return dir >= 0 && !faccessat(dir, "kprobe_events", F_OK, 0);
}

int t_kprobe_events(struct counter *c)
{
	char head[64], *p;
	struct buf text = {0};
	int n = 0;

	snprintf(head, sizeof(head), "rawbpf_%d_", (int)getpid());
	ck_assert_int_eq(
		sys_read_file(&c->b.sys, tracefs_dir(&c->b), "kprobe_events", 1 << 20, &text), 0);
	for (p = text.len ? text.data : NULL; p && (p = strstr(p, head)); p++)
		n++;
	buf_free(&text);
	return n;
}
