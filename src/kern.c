// SPDX-License-Identifier: MIT
/* kern.c - what the kernel was found to lack; its version, CPUs and memlock limit. */
#include "kern.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#define KERN_CPUS_MAX 65536

struct kern *kern_get(struct rawbpf *b)
{
	if (!b->kern)
		b->kern = calloc(1, sizeof(*b->kern));
	if (!b->kern)
		err_set(&b->error, "open", -ENOMEM, "out of memory");
	return b->kern;
}

void kern_free(struct rawbpf *b)
{
	free(b->kern);
	b->kern = NULL;
}

#ifndef RAWBPF_NO_OLD

bool kern_raise_memlock(struct rawbpf *b)
{
	struct rlimit old, all = {RLIM_INFINITY, RLIM_INFINITY};
	struct kern *k = kern_get(b);

	if (!k || b->no_rlimit || k->memlock_raised)
		return false;
	k->memlock_raised = true;
	if (sys_prlimit(&b->sys, RLIMIT_MEMLOCK, NULL, &old) || old.rlim_cur == RLIM_INFINITY)
		return false;
	if (!sys_prlimit(&b->sys, RLIMIT_MEMLOCK, &all, NULL)) {
		ctx_log(b, RAWBPF_LOG_INFO, "RLIMIT_MEMLOCK raised to no limit");
		return true;
	}
	/* without CAP_SYS_RESOURCE: as far as the hard limit goes */
	if (old.rlim_cur == old.rlim_max)
		return false;
	old.rlim_cur = old.rlim_max;
	if (sys_prlimit(&b->sys, RLIMIT_MEMLOCK, &old, NULL))
		return false;
	ctx_log(b, RAWBPF_LOG_INFO, "RLIMIT_MEMLOCK raised to its hard limit");
	return true;
}

#else

/* Linux 5.11 counts memory elsewhere. */
bool kern_raise_memlock(struct rawbpf *b)
{
	(void)b;
	return false;
}

#endif

void kern_raise_nofile(struct rawbpf *b, size_t n)
{
	const size_t others = 64; /* files that are open besides */
	struct rlimit lim;

	if (b->no_rlimit || sys_prlimit(&b->sys, RLIMIT_NOFILE, NULL, &lim) ||
		lim.rlim_cur >= n + others)
		return;
	lim.rlim_cur = n + others;
	if (lim.rlim_max < lim.rlim_cur) {
		lim.rlim_max = lim.rlim_cur;
		if (!sys_prlimit(&b->sys, RLIMIT_NOFILE, &lim, NULL))
			goto raised;
		if (sys_prlimit(&b->sys, RLIMIT_NOFILE, NULL, &lim) || lim.rlim_cur == lim.rlim_max)
			return;
		lim.rlim_cur = lim.rlim_max; /* without CAP_SYS_RESOURCE */
	}
	if (sys_prlimit(&b->sys, RLIMIT_NOFILE, &lim, NULL))
		return;
raised:
	ctx_log(b, RAWBPF_LOG_INFO, "RLIMIT_NOFILE raised to %llu",
		(unsigned long long)lim.rlim_cur);
}

/* "0-3,8": the highest number, plus one; 0 when it is none */
static uint32_t kern_parse_cpus(const char *s)
{
	unsigned long n = 0, v;
	char *end;

	while (*s >= '0' && *s <= '9') {
		v = strtoul(s, &end, 10);
		if (v >= KERN_CPUS_MAX)
			return 0;
		if (v + 1 > n)
			n = v + 1;
		if (!*end)
			return (uint32_t)n;
		if (*end != '-' && *end != ',')
			return 0;
		s = end + 1;
	}
	return 0;
}

int kern_possible_cpus(struct rawbpf *b)
{
	static const char path[] = "/sys/devices/system/cpu/possible";
	struct kern *k = kern_get(b);
	char line[256];
	int err;

	if (!k)
		return -ENOMEM;
	if (k->n_cpus)
		return (int)k->n_cpus;
	err = sys_read_line(&b->sys, AT_FDCWD, path, line, sizeof(line));
	if (err)
		return err_set(&b->error, "map", err,
			"'%s', the number of possible cpus, cannot be read", path);
	k->n_cpus = kern_parse_cpus(line);
	if (!k->n_cpus)
		return err_set(
			&b->error, "map", -EINVAL, "'%s' says '%s', no list of cpus", path, line);
	return (int)k->n_cpus;
}

bool kern_other_cpu(struct rawbpf *b)
{
	struct kern *k = kern_get(b);
	unsigned long first;
	char line[256];

	if (!k || sys_read_line(
			  &b->sys, AT_FDCWD, "/sys/devices/system/cpu/online", line, sizeof(line)))
		return false;
	first = strtoul(line, NULL, 10);
	if (*line < '0' || *line > '9' || first >= KERN_CPUS_MAX || (int)first == k->first_cpu)
		return false;
	k->first_cpu = (int)first;
	return true;
}

/* "5.10.223" at the start of s; 0 when it is none */
static uint32_t kern_version_number(const char *s)
{
	unsigned long v[3] = {0};
	char *end;
	int i;

	for (i = 0; i < 3; i++) {
		if (*s < '0' || *s > '9')
			break;
		v[i] = strtoul(s, &end, 10);
		if (v[i] > 255)
			v[i] = 255;
		s = end + (*end == '.');
	}
	return i < 2 ? 0 : (uint32_t)(v[0] << 16 | v[1] << 8 | v[2]);
}

/*
 * Debian's kernels call themselves X.Y.0 and tell their patch level in the other string, as in
 * "#1 SMP Debian 4.19.235-1 (2022-03-17)".
 */
uint32_t kern_parse_version(const char *release, const char *version)
{
	const char *debian = strstr(version, "Debian ");
	uint32_t v = kern_version_number(release), patched;

	if (!debian)
		return v;
	patched = kern_version_number(debian + strlen("Debian "));
	return patched >> 8 == v >> 8 && patched > v ? patched : v;
}

uint32_t kern_version(struct rawbpf *b)
{
	struct kern *k = kern_get(b);
	struct utsname u;

	if (!k || k->version)
		return k ? k->version : 0;
	if (sys_uname(&b->sys, &u))
		return 0;
	k->version = kern_parse_version(u.release, u.version);
	return k->version;
}
