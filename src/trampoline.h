/* SPDX-License-Identifier: MIT */
/* trampoline.h - programs that the kernel's functions call themselves: fentry, fexit, fmod_ret. */
#ifndef TRAMPOLINE_H
#define TRAMPOLINE_H

#include "link.h"

/*
 * The program that fn_name means, as bcc counts: itself, or "kfunc__NAME" ("kretfunc__NAME"); ret:
 * it must be one that runs when the function returns.  NULL with the error set.
 */
struct prog *trampoline_prog(struct rawbpf *b, const char *fn_name, bool ret);
/* 0, or a negative errno with the error set */
int trampoline_attach(struct rawbpf *b, struct prog *p, const struct rawbpf_kfunc_opts *o);
int trampoline_detach(struct rawbpf *b, const struct rawbpf_kfunc_opts *o, bool ret);

#endif
