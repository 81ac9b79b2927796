/* SPDX-License-Identifier: MIT */
/* usdtctx.h - a USDT context: the probes of a file or process by name, and what they are for. */
#ifndef USDTCTX_H
#define USDTCTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "err.h"
#include "rawbpf.h"
#include "sys.h"
#include "usdtfile.h"

#define USDT_NONE UINT32_MAX /* ends a list of locations */

/* A file that has probes. */
struct usdt_file {
	char *path;		      /* as the process sees it; for messages */
	char *open_as;		      /* to open here and to give to the kernel, absolute */
	uint64_t dev, ino, size;      /* as stat(2) has them, */
	struct timespec mtime, ctime; /* to see that it is still the one that was read */
	unsigned machine;	      /* EM_* */
	uint8_t bits;
	bool big_endian;
};

/* One note: one place in the code. */
struct usdt_loc {
	uint32_t file;		     /* index into files */
	uint32_t next;		     /* location of the same probe, or USDT_NONE */
	uint64_t addr;		     /* link address of the nop, after moving by .stapsdt.base */
	uint64_t offset, sem_offset; /* in the file; offset 0: in no segment, cannot be attached */
	/*
	 * as the note has it, 0: none; non-zero with sem_offset 0 is a semaphore outside of every
	 * writable segment
	 */
	uint64_t semaphore;
	uint64_t note_addr, base; /* as the note has them */
	const char *args;
};

/* All locations, over all files, of one provider and name; they are in the order of the notes. */
struct usdt_probe {
	const char *provider, *name;
	uint32_t hash; /* of both */
	uint32_t first, last, n_locs;
	uint32_t twin; /* probe of the same name and another provider, or USDT_NONE; see by_name */
	char *fn_name; /* the program it is enabled for; NULL: it is not */
	uint64_t cookie; /* that the program is told, if it asks as libbpf's do */
};

/* An open hash table of indexes: 0 is a free slot, else 1 + the probe's index. */
struct usdt_hash {
	uint32_t *slot;
	uint32_t mask; /* slots - 1 */
};

struct usdt_block; /* memory that strings are in */

struct rawbpf_usdt {
	struct sys sys;
	struct rawbpf_error error;
	int failed; /* -errno of opening it, which is what error holds then; 0: usable */
	pid_t pid;  /* 0: every process */
	struct usdt_file *files;
	size_t n_files;
	struct usdt_loc *locs;
	size_t n_locs;
	struct usdt_probe *probes;
	size_t n_probes;

	struct usdt_block *blocks;
	struct usdt_hash by_both;
	struct usdt_hash by_name; /* the first probe of each name; made when it is needed */
	size_t cap_files, cap_locs, cap_probes;
	bool all;		   /* of a process: no file hides the others */
	struct usdtfile_left left; /* of a process's */
	char *where;		   /* "'/path'" or "process 12", for messages */
	char line[1024];	   /* what rawbpf_usdt_errmsg() returns */
};

/*
 * Fill *u, all zero but for sys, with the probes of path, of process pid, or of path as pid sees
 * it.  0, or a negative errno, which u->failed and u->error then have.  Either way
 * usdtctx_close().
 */
int usdtctx_open(struct rawbpf_usdt *u, const char *path, pid_t pid);
void usdtctx_close(struct rawbpf_usdt *u);

/*
 * The probe "name" or "provider:name"; -1 with *e set: it is not there (-ENOENT, near names in the
 * hint), or there are several providers of that name (-EINVAL).
 */
ptrdiff_t usdtctx_find(struct rawbpf_usdt *u, const char *probe, struct rawbpf_error *e);

#endif
