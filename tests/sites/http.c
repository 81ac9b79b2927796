// SPDX-License-Identifier: MIT
/*
 * http.c - a small HTTP/1.1 server on 127.0.0.1 with a probe at each request:
 *
 *	http:http_server_request	fd, client's address, its port, bytes of the body, method, path,
 *					status
 *
 * The path is operand 6, where the usual tools look for it.
 *
 * It prints the port that it was given ("ready PORT"), answers until stdin ends, and then prints how
 * many requests it has answered.  "/" and "/hello/NAME" are there, GET and HEAD are known; a
 * connection stays for further requests unless the client says "Connection: close".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

__attribute__((section(".probes"),
	visibility("hidden"))) volatile unsigned short http_http_server_request_semaphore;

enum { REQUEST_MAX = 4096, WAIT_MS = 5000 };

struct client {
	int fd;
	char address[INET_ADDRSTRLEN];
	uint16_t port;
	char buf[REQUEST_MAX + 1];
	size_t n; /* bytes of buf */
	unsigned answered;
};

struct request {
	const char *method, *path;
	bool close;
};

static bool put(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len) {
		n = send(fd, text, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		text += n;
		len -= (size_t)n;
	}
	return true;
}

static const char *reason(int status)
{
	switch (status) {
	case 200: return "OK";
	case 400: return "Bad Request";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	default: return "Error";
	}
}

/* The body of a path, and the status. */
static int page(const struct request *r, char *body, size_t size)
{
	int status = 404;

	if (!r->path) {
		status = 400;
	} else if (strcmp(r->method, "GET") && strcmp(r->method, "HEAD")) {
		status = 405;
	} else if (!strcmp(r->path, "/")) {
		snprintf(body, size, "a small server\n");
		return 200;
	} else if (!strncmp(r->path, "/hello/", 7)) {
		snprintf(body, size, "hello %s\n", r->path + 7);
		return 200;
	}
	snprintf(body, size, "%d %s\n", status, reason(status));
	return status;
}

static bool answer(struct client *c, const struct request *r)
{
	char head[256], body[REQUEST_MAX];
	int status = page(r, body, sizeof(body));
	size_t len = strlen(body);

	STAP_PROBE7(http, http_server_request, c->fd, c->address, c->port, len, r->method, r->path,
		status);
	snprintf(head, sizeof(head),
		"HTTP/1.1 %d %s\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n%s%s\r\n",
		status, reason(status), len, status == 405 ? "Allow: GET, HEAD\r\n" : "",
		r->close ? "Connection: close\r\n" : "");
	c->answered++;
	if (!put(c->fd, head, strlen(head)))
		return false;
	return (r->method && !strcmp(r->method, "HEAD")) || put(c->fd, body, len);
}

/* The request line and headers, cut into words where they are; path NULL: not one of HTTP/1.x. */
static void parse(char *text, struct request *r)
{
	char *line = strtok(text, "\r\n"), *path, *version;

	memset(r, 0, sizeof(*r));
	r->method = line ? line : "";
	path = line ? strchr(line, ' ') : NULL;
	version = path ? strchr(path + 1, ' ') : NULL;
	if (version && !strncmp(version, " HTTP/1.", 8)) {
		*path = *version = '\0';
		r->path = path + 1;
		r->close = !strcmp(version + 1, "HTTP/1.0");
	}
	while ((line = strtok(NULL, "\r\n")))
		if (!strcasecmp(line, "Connection: close"))
			r->close = true;
	r->close |= !r->path;
}

/* One request; false: it was the last. */
static bool one(struct client *c)
{
	struct pollfd p = {.fd = c->fd, .events = POLLIN};
	struct request r;
	char *end;
	ssize_t n;
	size_t len;
	bool ok;

	while (!(end = strstr(c->buf, "\r\n\r\n"))) {
		if (c->n == REQUEST_MAX || poll(&p, 1, WAIT_MS) != 1)
			return false;
		n = read(c->fd, c->buf + c->n, REQUEST_MAX - c->n);
		if (n <= 0)
			return false;
		c->n += (size_t)n;
		c->buf[c->n] = '\0';
	}
	*end = '\0';
	len = (size_t)(end - c->buf) + 4;
	parse(c->buf, &r);
	ok = answer(c, &r) && !r.close;
	c->n -= len;
	memmove(c->buf, c->buf + len, c->n + 1);
	return ok;
}

static unsigned serve(int listener)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	struct client c;

	memset(&c, 0, sizeof(c));
	c.fd = accept4(listener, (struct sockaddr *)&from, &len, SOCK_CLOEXEC);
	if (c.fd < 0)
		return 0;
	c.port = ntohs(from.sin_port);
	inet_ntop(AF_INET, &from.sin_addr, c.address, sizeof(c.address));
	while (one(&c))
		;
	close(c.fd);
	return c.answered;
}

static int listen_here(uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) || listen(fd, 16) ||
		getsockname(fd, (struct sockaddr *)&at, &len))
		return -1;
	*port = ntohs(at.sin_port);
	return fd;
}

int main(void)
{
	struct pollfd p[2] = {{.fd = 0, .events = POLLIN}};
	unsigned n = 0;
	uint16_t port;
	char c;

	p[1].fd = listen_here(&port);
	p[1].events = POLLIN;
	if (p[1].fd < 0) {
		perror("127.0.0.1");
		return 1;
	}
	printf("ready %u\n", port);
	fflush(stdout);
	for (;;) {
		if (poll(p, 2, -1) < 0)
			return 1;
		if (p[1].revents)
			n += serve(p[1].fd);
		else if (read(0, &c, 1) <= 0)
			break;
	}
	printf("%u\n", n);
	return 0;
}
