// SPDX-License-Identifier: MIT
/*
 * test_usdt_http.c - the guide's example of USDT: http_server_request of a server that answers real
 * requests, by the library and by the command.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "old.h"
#include "rawbpf.h"
#include "t.h"
#include "t_sites.h"

#define HTTP T_SITES("http")
#define RUN  TEST_BUILD "/rawbpf"

/* ---- a client ------------------------------------------------------------------------------- */

static struct t_sites server;
static uint16_t port;

static void server_start(void)
{
	char line[64];

	t_sites_start(&server, HTTP, NULL, line);
	port = (uint16_t)atoi(line + strlen("ready "));
	ck_assert_uint_gt(port, 0);
}

/* ... which tells how many requests it has answered */
static void server_end(int answered)
{
	char *told = t_sites_end(&server);

	ck_assert_int_eq(atoi(told), answered);
	free(told);
}

/* One connection: the client's port; in answer what came back. */
static unsigned ask(const char *request, char *answer, size_t size)
{
	struct sockaddr_in at = {.sin_family = AF_INET}, mine;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(mine);
	size_t got = 0;
	ssize_t n;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	at.sin_port = htons(port);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&mine, &len), 0);
	ck_assert_int_eq(write(fd, request, strlen(request)), (ssize_t)strlen(request));
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	while (got < size - 1 && (n = read(fd, answer + got, size - 1 - got)) > 0)
		got += (size_t)n;
	answer[got] = '\0';
	close(fd);
	return ntohs(mine.sin_port);
}

/* A request of a path, whose answer has the status. */
static unsigned get(const char *method, const char *path, int status)
{
	char request[512], answer[1024], want[32];
	unsigned from;

	snprintf(request, sizeof(request),
		"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", method, path);
	snprintf(want, sizeof(want), "HTTP/1.1 %d ", status);
	from = ask(request, answer, sizeof(answer));
	ck_assert_msg(!strncmp(answer, want, strlen(want)), "%s", answer);
	return from;
}

static const struct {
	const char *method, *path;
	int status;
} requests[] = {
	{"GET", "/hello/you", 200},
	{"GET", "/nowhere", 404},
	{"HEAD", "/", 200},
	{"POST", "/hello/you", 405},
};
enum { N_REQUESTS = sizeof(requests) / sizeof(*requests) };

/*
 * Our own lines of this process: whatever prints on this machine is in every instance, and before
 * Linux 5.9 old lines are, too.
 */
static void line_of(struct rawbpf *b, pid_t pid, struct rawbpf_trace_fields *f)
{
	do
		ck_assert_msg(rawbpf_trace_fields(b, f, .timeout_ms = 20000) == 1, "%s",
			rawbpf_errmsg(b));
	while (f->pid != pid || strncmp(f->msg, "path:", 5));
}

/* ---- the guide's example -------------------------------------------------------------------- */

static const char do_trace[] = ".include \"usdt.inc\"\n"
			       ".license \"GPL\"\n"
			       ".prog do_trace \"%s\"\n"
			       ".var path: char[64]\n"
			       ".if KERNEL >= 4.11\n"
			       "	usdt_arg_str path, 6\n"
			       ".else\n"
			       "	usdt_arg_buf path, 6\n"
			       ".endif\n"
			       "	r6 = usdt_arg(7)\n"
			       "	r7 = usdt_arg(3)\n"
			       "	printk \"path:%%s status:%%d from:%%d\", &path, r6, r7\n"
			       "	return 0\n";

/* _i: by pid as the guide has it; by path, with no pid; the server starts after that */
START_TEST(as_in_the_guide)
{
	struct rawbpf_trace_fields f;
	char text[1024], want[256];
	struct rawbpf_usdt *u;
	struct rawbpf *b;
	unsigned from;
	int i;

	T_NEED_ROOT();
	T_NEED_SITES();
	if (_i)
		OLD_NEED("semaphore of an event");
	if (_i < 2)
		server_start();
	u = _i ? rawbpf_usdt_new(.path = HTTP) : rawbpf_usdt_new(.pid = server.pid);
	ck_assert_msg(
		!rawbpf_usdt_enable_probe(u, .probe = "http_server_request", .fn_name = "do_trace"),
		"%s", rawbpf_usdt_errmsg(u));
	b = rawbpf_new();
	snprintf(text, sizeof(text), do_trace, "usdt");
	ck_assert_msg(!rawbpf_load(b, .text = text, .usdt_contexts = &u, .n_usdt_contexts = 1),
		"%s", rawbpf_errmsg(b));
	if (_i == 2)
		server_start();
	for (i = 0; i < N_REQUESTS; i++) {
		from = get(requests[i].method, requests[i].path, requests[i].status);
		line_of(b, server.pid, &f);
		snprintf(want, sizeof(want), "path:%s status:%d from:%u", requests[i].path,
			requests[i].status, from);
		ck_assert_str_eq(f.msg, want);
		ck_assert_int_eq(f.pid, server.pid);
	}
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	get("GET", "/", 200);
	server_end(N_REQUESTS + 1);
}
END_TEST

/* Two requests in one packet, and one that is none: its path is no address. */
START_TEST(one_connection)
{
	static const char both[] = "GET /hello/1 HTTP/1.1\r\nHost: a\r\n\r\n"
				   "GET /hello/2 HTTP/1.1\r\nHost: a\r\n\r\n"
				   "what is this\r\n\r\n";
	static const char program[] = ".include \"usdt.inc\"\n"
				      ".license \"GPL\"\n"
				      ".map seen hash(u64, s64)\n"
				      ".prog on_request \"usdt\"\n"
				      ".var path: char[64]\n"
				      ".var status: u64\n"
				      ".var length: s64\n"
				      "	usdt_arg_str path, 6\n"
				      "	length = r0\n"
				      "	r1 = usdt_arg(7)\n"
				      "	status = r1\n"
				      "	r0 = bpf_map_update_elem(&seen, &status, &length, 0)\n"
				      "	return 0\n";
	uint64_t status;
	char answer[1024];
	struct rawbpf_usdt *u;
	struct rawbpf *b;
	int64_t length;

	T_NEED_ROOT();
	T_NEED_SITES();
	OLD_NEED("helper probe_read_str");
	server_start();
	u = rawbpf_usdt_new(.pid = server.pid);
	ck_assert_int_eq(rawbpf_usdt_enable_probe(
				 u, .probe = "http:http_server_request", .fn_name = "on_request"),
		0);
	b = rawbpf_new();
	ck_assert_msg(!rawbpf_load(b, .text = program, .usdt_contexts = &u, .n_usdt_contexts = 1),
		"%s", rawbpf_errmsg(b));
	ask(both, answer, sizeof(answer));
	ck_assert_ptr_nonnull(strstr(answer, "hello 1"));
	ck_assert_ptr_nonnull(strstr(answer, "hello 2"));
	ck_assert_ptr_nonnull(strstr(answer, "400 Bad Request"));
	status = 200;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &status, &length), 0);
	ck_assert_int_eq(length, sizeof("/hello/1"));
	status = 400;
	ck_assert_int_eq(rawbpf_table_lookup(rawbpf_table(b, "seen"), &status, &length), 0);
	ck_assert_int_lt(length, 0);
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	server_end(3);
}
END_TEST

/* ---- the command ----------------------------------------------------------------------------- */

struct run {
	pid_t pid;
	FILE *out, *err;
	char file[64];
};

static void run_start(struct run *r, const char *text, const char *opt, const char *value)
{
	int out[2], err[2], fd;
	char line[512] = "";

	strcpy(r->file, "/tmp/rawbpf-usdt-XXXXXX");
	fd = mkstemp(r->file);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	ck_assert(!pipe2(out, O_CLOEXEC) && !pipe2(err, O_CLOEXEC));
	r->pid = fork();
	if (!r->pid) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		execl(RUN, "rawbpf", "run", r->file, opt, value, (char *)NULL);
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	r->out = fdopen(out[0], "r");
	r->err = fdopen(err[0], "r");
	ck_assert_msg(fgets(line, sizeof(line), r->err) && strstr(line, "attached at 1 place"),
		"%s", line);
}

/*
 * By pid alone: the kernel notes a task's name when it sleeps next, and a reader ahead of that gets
 * "<...>", or the name of who had the pid before.
 */
static bool is_line_of(const char *line, pid_t pid)
{
	char name[32];

	snprintf(name, sizeof(name), "-%d ", (int)pid);
	return strstr(line, name) && strstr(line, " path:");
}

/* Ends it; no line of these processes is left. */
static void run_end(struct run *r, pid_t pid, pid_t other)
{
	char line[512];
	int status;

	ck_assert_int_eq(kill(r->pid, SIGINT), 0);
	while (fgets(line, sizeof(line), r->out))
		ck_assert_msg(!is_line_of(line, pid) && !is_line_of(line, other), "%s", line);
	fclose(r->out);
	fclose(r->err);
	ck_assert_int_eq(waitpid(r->pid, &status, 0), r->pid);
	unlink(r->file);
}

/* Up to the next line of that process, before which the other has none. */
static void line_from(struct run *r, pid_t pid, pid_t other, const char *want)
{
	char line[512];

	do {
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), r->out));
		ck_assert_msg(!is_line_of(line, other), "%s", line);
	} while (!is_line_of(line, pid));
	ck_assert_msg(strstr(line, want), "no '%s' in '%s'", want, line);
}

/* _i: every process of the path; with -p */
START_TEST(by_section)
{
	char text[1024], section[512], pid[16], want[256];
	struct t_sites other;
	uint16_t others, mine;
	struct run r;
	unsigned from;
	int i;

	T_NEED_ROOT();
	T_NEED_SITES();
	if (!_i)
		OLD_NEED("semaphore of an event");
	server_start();
	other = server;
	others = port;
	server_start();
	snprintf(section, sizeof(section), "usdt/%s:http:http_server_request", HTTP);
	snprintf(text, sizeof(text), do_trace, section);
	snprintf(pid, sizeof(pid), "%d", (int)server.pid);
	run_start(&r, text, _i ? "-p" : NULL, pid);
	for (i = 0; i < N_REQUESTS; i++) {
		from = get(requests[i].method, requests[i].path, requests[i].status);
		snprintf(want, sizeof(want), "path:%s status:%d from:%u", requests[i].path,
			requests[i].status, from);
		line_from(&r, server.pid, other.pid, want);
		/* the other's are seen without -p alone, and only then its semaphore is on */
		mine = port;
		port = others;
		get("GET", "/other", 404);
		port = mine;
		if (!_i)
			line_from(&r, other.pid, server.pid, "path:/other status:404 ");
	}
	run_end(&r, server.pid, other.pid);
	server_end(N_REQUESTS);
	server = other;
	server_end(N_REQUESTS);
}
END_TEST

/* curl(1), which does it its own way */
START_TEST(asked_by_curl)
{
	struct rawbpf_trace_fields f;
	char text[1024], *out;
	struct rawbpf_usdt *u;
	struct rawbpf *b;

	T_NEED_ROOT();
	T_NEED_SITES();
	if (t_run(NULL, "command -v curl >/dev/null"))
		T_SKIP("no curl");
	server_start();
	u = rawbpf_usdt_new(.pid = server.pid);
	ck_assert_int_eq(
		rawbpf_usdt_enable_probe(u, .probe = "http_server_request", .fn_name = "do_trace"),
		0);
	b = rawbpf_new();
	snprintf(text, sizeof(text), do_trace, "usdt");
	ck_assert_msg(!rawbpf_load(b, .text = text, .usdt_contexts = &u, .n_usdt_contexts = 1),
		"%s", rawbpf_errmsg(b));
	ck_assert_int_eq(t_run(&out,
				 "curl -s --noproxy '*' http://127.0.0.1:%u/hello/curl "
				 "http://127.0.0.1:%u/no",
				 port, port),
		0);
	ck_assert_str_eq(out, "hello curl\n404 Not Found\n");
	free(out);
	line_of(b, server.pid, &f);
	ck_assert_ptr_nonnull(strstr(f.msg, "path:/hello/curl status:200 "));
	line_of(b, server.pid, &f);
	ck_assert_ptr_nonnull(strstr(f.msg, "path:/no status:404 "));
	rawbpf_free(b);
	rawbpf_usdt_free(u);
	server_end(2);
}
END_TEST

Suite *suite_usdt_http(void);
Suite *suite_usdt_http(void)
{
	Suite *s = suite_create("usdt_http");
	TCase *t = tcase_create("live"), *host = tcase_create("host");

	tcase_add_loop_test(t, as_in_the_guide, 0, 3);
	tcase_add_test(t, one_connection);
	tcase_add_loop_test(t, by_section, 0, 2);
	suite_add_tcase(s, t);
	tcase_add_test(host, asked_by_curl);
	suite_add_tcase(s, host);
	return s;
}
