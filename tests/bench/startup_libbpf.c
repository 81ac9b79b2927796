// SPDX-License-Identifier: MIT
/* startup_libbpf.c - the same start with libbpf: open an object, load, attach, wait. */
#include <bpf/libbpf.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>

int main(int argc, char **argv)
{
	struct pollfd p = {-1, POLLIN, 0};
	struct bpf_program *prog;
	struct bpf_object *o;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p.fd = signalfd(-1, &set, SFD_CLOEXEC);
	o = argc > 1 ? bpf_object__open_file(argv[1], NULL) : NULL;
	if (libbpf_get_error(o) || bpf_object__load(o))
		return 1;
	bpf_object__for_each_program(
		prog, o) if (libbpf_get_error(bpf_program__attach(prog))) return 1;
	poll(&p, 1, -1);
	return 0;
}
