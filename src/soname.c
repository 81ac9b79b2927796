// SPDX-License-Identifier: MIT
/* soname.c - names of library files: whose library one is, and what it may have been meant by. */
#include "soname.h"

#include <ctype.h>
#include <string.h>

#include "near.h"

/* After "libNAME": 3 for ".so", ".so.6"; 2 for "-2.31.so"; 1 for ".11.so.1.0". */
static int soname_tail_rank(const char *t)
{
	if (!strncmp(t, ".so", 3) && (!t[3] || t[3] == '.'))
		return 3;
	if (*t == '-' && isdigit((unsigned char)t[1]) && strstr(t, ".so"))
		return 2;
	return *t == '.' && strstr(t, ".so") ? 1 : 0;
}

int soname_rank(const char *name, const char *file)
{
	size_t n = strlen(name);

	if (!n)
		return 0;
	if (!strcmp(name, file))
		return 4;
	if (!strncmp(file, "lib", 3) && !strncmp(file + 3, name, n))
		return soname_tail_rank(file + 3 + n);
	if (strncmp(name, "lib", 3) || strncmp(file, name, n))
		return 0;
	/* "libc.so" for libc.so.6, "libc" for either */
	return strstr(name, ".so") ? 3 * (file[n] == '.') : soname_tail_rank(file + n);
}

const char *soname_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

void soname_offer(struct near *n, const char *file)
{
	char stem[NEAR_LEN];
	const char *so = strstr(file, ".so");

	near_offer(n, file);
	if (strncmp(file, "lib", 3) || !so || (size_t)(so - file) >= sizeof(stem))
		return;
	memcpy(stem, file, (size_t)(so - file));
	stem[so - file] = '\0';
	near_offer(n, stem);
	near_offer(n, stem + 3);
}
