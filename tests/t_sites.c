// SPDX-License-Identifier: MIT
/* t_sites.c - start the programs of tests/sites, which have USDT probes and tell what they pass. */
#include "t_sites.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"

/* Lines up to one that is last (NULL: to the end), which is left out; malloc'ed. */
static char *lines(FILE *f, const char *last)
{
	size_t len = 0, cap = 0, n;
	char line[1024], *all = strdup("");

	while (fgets(line, sizeof(line), f)) {
		if (last && !strcmp(line, last))
			return all;
		n = strlen(line);
		if (len + n >= cap) {
			cap = 2 * (len + n) + 1;
			all = realloc(all, cap);
			ck_assert_ptr_nonnull(all);
		}
		memcpy(all + len, line, n + 1);
		len += n;
	}
	ck_assert_msg(!last, "the program ended: %s", all);
	return all;
}

void t_sites_start(struct t_sites *s, const char *path, const char *arg, char line[64])
{
	char first[64] = "";
	int in[2], out[2];

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	s->pid = fork();
	ck_assert_int_ge(s->pid, 0);
	if (!s->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl(path, path, arg, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	s->in = in[1];
	s->out = fdopen(out[0], "r");
	ck_assert_ptr_nonnull(s->out);
	ck_assert_msg(fgets(first, sizeof(first), s->out) && !strncmp(first, "ready", 5),
		"%s said '%s'", path, first);
	if (line)
		memcpy(line, first, sizeof(first));
}

char *t_sites_ask(struct t_sites *s, char command)
{
	ck_assert_int_eq(write(s->in, &command, 1), 1);
	return lines(s->out, "done\n");
}

void t_sites_do(struct t_sites *s, char command)
{
	char *told = t_sites_ask(s, command);

	ck_assert_str_eq(told, "");
	free(told);
}

char *t_sites_end(struct t_sites *s)
{
	char *told;
	int status;

	close(s->in);
	told = lines(s->out, NULL);
	fclose(s->out);
	ck_assert_int_eq(waitpid(s->pid, &status, 0), s->pid);
	ck_assert_int_eq(status, 0);
	return told;
}

long t_sites_number(const char *told, const char *name)
{
	size_t len = strlen(name);

	for (; *told; told += strcspn(told, "\n"), told += *told == '\n')
		if (!strncmp(told, name, len) && told[len] == ' ')
			return strtol(told + len, NULL, 0);
	return -1;
}
