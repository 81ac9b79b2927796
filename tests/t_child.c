// SPDX-License-Identifier: MIT
/* t_child.c - start tests/child/child.c, a program for live tests to probe. */
#include "t_child.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"

static void expect(const struct t_child *c, const char *want)
{
	char got[8] = "";
	size_t n = 0, len = strlen(want);
	ssize_t ret = 1;

	while (n < len && ret > 0) {
		ret = read(c->out, got + n, len - n);
		n += ret > 0 ? (size_t)ret : 0;
	}
	ck_assert_str_eq(got, want);
}

void t_child_start(struct t_child *c, const char *path, const char *command)
{
	int in[2], out[2];

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
	c->pid = fork();
	ck_assert_int_ge(c->pid, 0);
	if (!c->pid) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl(path, path, command, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->in = in[1];
	c->out = out[0];
	expect(c, "ready\n");
}

void t_child_go(const struct t_child *c)
{
	ck_assert_int_eq(write(c->in, "\n", 1), 1);
	expect(c, "done\n");
}

void t_child_end(struct t_child *c)
{
	int status;

	close(c->in);
	ck_assert_int_eq(waitpid(c->pid, &status, 0), c->pid);
	ck_assert_int_eq(status, 0);
	close(c->out);
}

uint64_t t_child_where(const char *name)
{
	char *out;
	uint64_t offset;

	ck_assert_int_eq(t_run(&out, T_CHILD " where %s", name), 0);
	ck_assert_msg(!strncmp(out, name, strlen(name)), "where %s: %s", name, out);
	offset = strtoull(out + strlen(name), NULL, 10);
	free(out);
	return offset;
}

bool t_child_musl(const char *path)
{
	static const char text[] = "#include <stdlib.h>\n"
				   "#include <unistd.h>\n"
				   "int main(int n, char **v)\n"
				   "{\n"
				   "	int (*volatile fn)(const char *) = atoi;\n"
				   "	char c;\n"
				   "	(void)v;\n"
				   "	if (n < 2)\n"
				   "		return 0;\n"
				   "	write(1, \"ready\\n\", 6);\n"
				   "	while (read(0, &c, 1) == 1) {\n"
				   "		for (n = 0; n < 50; n++)\n"
				   "			fn(\"7\");\n"
				   "		write(1, \"done\\n\", 5);\n"
				   "	}\n"
				   "	return 0;\n"
				   "}\n";
	char source[128];
	FILE *f;

	snprintf(source, sizeof(source), "%s.c", path);
	f = fopen(source, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	return !t_run(NULL, "musl-gcc -o %s %s 2>/dev/null && %s", path, source, path);
}
