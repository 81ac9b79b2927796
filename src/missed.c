// SPDX-License-Identifier: MIT
/*
 * missed.c - calls of a probed kernel function that no program saw.
 *
 * A probe that is hit while the CPU runs one already is not run, and returns are kept for so many
 * calls in flight only.  The kernel counts both, in a file of tracefs for events of tracefs, and
 * from Linux 6.7 on in what it tells of a link.
 */
#include "missed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "probeevent.h"
#include "tracefs.h"

#define MISSED_FILE "kprobe_profile" /* of tracefs */
#define MISSED_MAX  (16u << 20)

/* enum bpf_link_type, enum bpf_perf_event_type */
enum { MISSED_PERF_EVENT = 7, MISSED_KPROBE_MULTI = 8, MISSED_KPROBE = 3, MISSED_KRETPROBE = 4 };

/* Lines are "NAME HITS MISSES", one for each place of an event. */
static uint64_t missed_in(char *text, const char *event)
{
	unsigned long long hits, misses;
	char name[PROBEEVENT_NAME], *line;
	uint64_t n = 0;

	for (line = text; line && *line; line = strchr(line, '\n'), line += line != NULL)
		if (sscanf(line, "%63s %llu %llu", name, &hits, &misses) == 3 &&
			!strcmp(name, event))
			n += misses;
	return n;
}

int missed_hold(struct rawbpf *b)
{
	return tracefs_hold(b, MISSED_FILE, O_RDONLY);
}

/* All of a file that was opened in advance. */
static int missed_read_held(struct rawbpf *b, int fd, struct buf *out)
{
	ssize_t n;

	do {
		if (buf_reserve(out, 4096))
			return -ENOMEM;
		n = sys_pread(&b->sys, fd, out->data + out->len, out->cap - out->len - 1, out->len);
		if (n <= 0)
			return (int)n;
		out->len += (size_t)n;
		out->data[out->len] = '\0';
	} while (out->len < MISSED_MAX);
	return -EFBIG;
}

static int missed_read(struct rawbpf *b, struct buf *out)
{
	int dir = tracefs_dir(b), fd = tracefs_held(b, MISSED_FILE);

	if (fd >= 0)
		return missed_read_held(b, fd, out);
	return dir < 0 ? dir : sys_read_file(&b->sys, dir, MISSED_FILE, MISSED_MAX, out);
}

uint64_t missed_by_event(struct rawbpf *b, const char *event)
{
	struct buf text = {0};
	uint64_t n = 0;

	if (!missed_read(b, &text) && text.len)
		n = missed_in(text.data, event);
	buf_free(&text);
	return n;
}

/* struct bpf_link_info: the part that holds the count differs by the link's type. */
uint64_t missed_by_link(struct rawbpf *b, int fd, const char *role)
{
	union {
		unsigned char bytes[128];
		uint64_t align;
	} info;
	union rawbpf_attr a;
	uint32_t type, event;
	uint64_t n = 0;

	if (fd < 0)
		return 0;
	memset(&info, 0, sizeof(info));
	memset(&a, 0, sizeof(a));
	a.info.bpf_fd = (uint32_t)fd;
	a.info.info_len = sizeof(info);
	a.info.info = (uintptr_t)&info;
	if (sys_bpf(&b->sys, RAWBPF_OBJ_GET_INFO_BY_FD, &a, sizeof(a.info), role))
		return 0;
	memcpy(&type, info.bytes, sizeof(type));
	memcpy(&event, info.bytes + 16, sizeof(event));
	if (type == MISSED_KPROBE_MULTI)
		memcpy(&n, info.bytes + 32, sizeof(n));
	else if (type == MISSED_PERF_EVENT && (event == MISSED_KPROBE || event == MISSED_KRETPROBE))
		memcpy(&n, info.bytes + 48, sizeof(n));
	return n;
}
