// SPDX-License-Identifier: MIT
/* caps.c - the capabilities of this process, and which of them are missing for what. */
#include "caps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CAP_NR_ADMIN = 21,
	CAP_NR_RESOURCE = 24,
	CAP_NR_LOG = 34,
	CAP_NR_EVENTS = 38,
	CAP_NR_PROGRAMS = 39
};

static const struct {
	const char *name;
	unsigned nr, needs; /* bits of enum need that ask for it */
} cap_names[] = {
	{"CAP_BPF", CAP_NR_PROGRAMS, 1 << NEED_BPF | 1 << NEED_ALL},
	{"CAP_PERFMON", CAP_NR_EVENTS,
		1 << NEED_BPF | 1 << NEED_EVENT | 1 << NEED_PROBE | 1 << NEED_ALL},
	/* probes: since the fix of CVE-2025-38466 */
	{"CAP_SYS_ADMIN", CAP_NR_ADMIN, 1 << NEED_PROBE | 1 << NEED_ALL},
	{"CAP_SYS_RESOURCE", CAP_NR_RESOURCE, 0},
	{"CAP_SYSLOG", CAP_NR_LOG, 1 << NEED_ADDRESSES},
};

bool caps_status(const char *name, int base, uint64_t *v)
{
	size_t n = strlen(name);
	char line[256];
	bool got = false;
	FILE *f = fopen("/proc/self/status", "re");

	while (f && !got && fgets(line, sizeof(line), f)) {
		got = !strncmp(line, name, n) && line[n] == ':';
		if (got)
			*v = strtoull(line + n + 1, NULL, base);
	}
	if (f)
		fclose(f);
	return got;
}

static int caps_number(const char *path, int fallback)
{
	FILE *f = fopen(path, "re");
	int v = fallback;

	if (f && fscanf(f, "%d", &v) != 1)
		v = fallback;
	if (f)
		fclose(f);
	return v;
}

void caps_read(struct caps *c)
{
	c->split = caps_number("/proc/sys/kernel/cap_last_cap", CAP_NR_PROGRAMS) >= CAP_NR_PROGRAMS;
	c->paranoid = caps_number("/proc/sys/kernel/perf_event_paranoid", 2) > 2;
	c->effective = 0;
	c->known = caps_status("CapEff", 16, &c->effective);
}

bool caps_resource(const struct caps *c)
{
	return c->effective >> CAP_NR_RESOURCE & 1;
}

const char *caps_lacking(const struct caps *c, enum need need, char *out, size_t size)
{
	size_t i, n;

	*out = '\0';
	for (i = 0; i < sizeof(cap_names) / sizeof(*cap_names); i++) {
		bool old = !c->split && cap_names[i].nr >= CAP_NR_EVENTS;
		bool admin = cap_names[i].nr == CAP_NR_ADMIN &&
			     ((!c->split && need != NEED_ADDRESSES && need != NEED_NONE) ||
				     (c->paranoid && need == NEED_EVENT));

		if (old || !(admin || cap_names[i].needs >> need & 1) ||
			c->effective >> cap_names[i].nr & 1)
			continue;
		if (c->effective >> CAP_NR_ADMIN & 1 && need != NEED_ADDRESSES)
			continue;
		n = strlen(out);
		snprintf(out + n, size - n, "%s%s", n ? ", " : "", cap_names[i].name);
	}
	return out;
}

void caps_list(const struct caps *c, bool there, char *out, size_t size)
{
	size_t i, n;

	*out = '\0';
	for (i = 0; i < sizeof(cap_names) / sizeof(*cap_names); i++) {
		if ((c->effective >> cap_names[i].nr & 1) != there)
			continue;
		n = strlen(out);
		snprintf(out + n, size - n, " %s", cap_names[i].name);
	}
}
