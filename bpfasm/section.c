// SPDX-License-Identifier: MIT
/* section.c - names of sections, so that a slip of the pen is told before a loader meets it. */
#include "section.h"

#include <string.h>

static const struct {
	const char *name;
	bool sleepable;
	uint8_t type, attach;
} section_rows[] = {
#define SECTION(name, sleepable, type, attach) {name, sleepable, type, attach},
#include "section.def"
#undef SECTION
};

enum {
	SECTION_COUNT = sizeof(section_rows) / sizeof(section_rows[0]),
	SECTION_SYSCALL =
		31, /* the type whose programs may always sleep: the kernel takes no other */
};

bool section_type(const char *section, struct section_type *t)
{
	size_t i, n, longest = 0;

	memset(t, 0, sizeof(*t));
	section += *section == '?';
	for (i = 0; i < SECTION_COUNT; i++) {
		bool sleepable;

		n = strlen(section_rows[i].name);
		if (strncmp(section, section_rows[i].name, n) != 0)
			continue;
		sleepable = section_rows[i].sleepable && !strncmp(section + n, ".s", 2);
		n += sleepable ? 2 : 0;
		/* "xdp/devmap" is more than "xdp" */
		if ((section[n] && section[n] != '/') || n <= longest)
			continue;
		longest = n;
		sleepable |= section_rows[i].type == SECTION_SYSCALL;
		*t = (struct section_type){section_rows[i].type, section_rows[i].attach, sleepable};
	}
	return longest;
}

bool section_known(const char *section)
{
	struct section_type t;

	return section_type(section, &t);
}

bool section_by_name(const char *name)
{
	static const char *const words[] = {"kprobe", "kretprobe", "tracepoint", "raw_tracepoint",
		"kfunc", "kretfunc", "kmod_ret", "lsm"};
	size_t i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i]);
		if (!strncmp(name, words[i], n) && !strncmp(name + n, "__", 2))
			return true;
	}
	return false;
}

/* Bytes of the first two parts ("cgroup/skb"), or of all when there are no more. */
static size_t section_head(const char *section, unsigned parts)
{
	size_t n = strcspn(section, "/");

	return parts == 2 && section[n] ? n + 1 + strcspn(section + n + 1, "/") : n;
}

const char *section_near(const char *section, char *buf, size_t size)
{
	struct suggest s;
	unsigned parts;
	size_t i;

	section += *section == '?';
	for (parts = 1; parts <= 2; parts++) {
		suggest_start(&s, section, section_head(section, parts));
		for (i = 0; i < SECTION_COUNT; i++)
			if (!strchr(section_rows[i].name, '/') == (parts == 1))
				suggest_offer(
					&s, section_rows[i].name, strlen(section_rows[i].name));
		if (s.best)
			break;
	}
	return suggest_text(&s, buf, size);
}
