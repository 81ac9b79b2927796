/* SPDX-License-Identifier: MIT */
/*
 * parts.h - what can be left out of the library, for a program that carries it inside (README,
 * "Two files").  Each is a macro of the compiler's command line:
 *
 *	RAWBPF_NO_ASM      the assembler: a text is an error, objects load
 *	RAWBPF_NO_ADVICE   why the kernel refused, what to write instead, near names
 *	RAWBPF_NO_USDT     USDT probes
 *	RAWBPF_NO_CORE     the kernel's own types and names: CO-RE records, fentry and its kin, functions
 *	                   and variables of the kernel, values of its configuration; and the assembler
 *	RAWBPF_NO_TRACEFS  tracepoints by tracefs, lines of bpf_trace_printk, probes of kernels before
 *	                   Linux 4.17; and the assembler
 *	RAWBPF_NO_PATTERN  places by regular expressions (.sym_re and its kin)
 *	RAWBPF_NO_TEXT     sentences: errors are a stage, an errno and the verifier's log
 *	RAWBPF_NO_AUDIT    lines about the calls to the kernel, and dry runs
 *	RAWBPF_NO_SEARCH   the dynamic linker's rules, versions of symbols and separate debug files,
 *	                   listings of symbols: a library is a path, or one that a process has mapped;
 *	                   and USDT probes and patterns
 *	RAWBPF_NO_MULTI    one link for many functions of programs and libraries: an event each
 *	RAWBPF_NO_BUCKETS  histograms whose keys are a bucket and a slot, and values as text by their types
 *	RAWBPF_NO_LINES    passing the kernel the object's BTF: lines of the source in the verifier's log,
 *	                   types that maps are made with; and RAWBPF_NO_CORE
 *	RAWBPF_NO_FILL     what maps hold from the start: programs for tail calls, maps in maps
 *	RAWBPF_NO_NET      programs that do not trace: of networking, control groups, LSM ...
 *	RAWBPF_NO_OLD      kernels before Linux 5.15, and objects of their time (section maps)
 *
 *	RAWBPF_SMALL       all of these
 *
 * The files of a part are not compiled then; absent.c answers in their place.
 */
#ifndef PARTS_H
#define PARTS_H

#ifdef RAWBPF_SMALL
#define RAWBPF_NO_ASM	  1
#define RAWBPF_NO_ADVICE  1
#define RAWBPF_NO_USDT	  1
#define RAWBPF_NO_CORE	  1
#define RAWBPF_NO_TRACEFS 1
#define RAWBPF_NO_PATTERN 1
#define RAWBPF_NO_TEXT	  1
#define RAWBPF_NO_AUDIT	  1
#define RAWBPF_NO_SEARCH  1
#define RAWBPF_NO_MULTI	  1
#define RAWBPF_NO_BUCKETS 1
#define RAWBPF_NO_LINES	  1
#define RAWBPF_NO_FILL	  1
#define RAWBPF_NO_OLD	  1
#define RAWBPF_NO_NET	  1
#endif

/* they stand in .BTF.ext, too */
#ifdef RAWBPF_NO_LINES
#define RAWBPF_NO_CORE 1
#endif

/* the assembler asks both */
#if defined(RAWBPF_NO_CORE) || defined(RAWBPF_NO_TRACEFS)
#define RAWBPF_NO_ASM 1
#endif

/* both look for symbols */
#ifdef RAWBPF_NO_SEARCH
#define RAWBPF_NO_USDT	  1
#define RAWBPF_NO_PATTERN 1
#endif

/* what is left out leaves declarations behind, and functions without a caller */
#if defined(RAWBPF_NO_ASM) || defined(RAWBPF_NO_ADVICE) || defined(RAWBPF_NO_USDT) ||          \
	defined(RAWBPF_NO_CORE) || defined(RAWBPF_NO_TRACEFS) || defined(RAWBPF_NO_PATTERN) || \
	defined(RAWBPF_NO_TEXT) || defined(RAWBPF_NO_AUDIT) || defined(RAWBPF_NO_SEARCH) ||    \
	defined(RAWBPF_NO_MULTI) || defined(RAWBPF_NO_BUCKETS) || defined(RAWBPF_NO_LINES) ||  \
	defined(RAWBPF_NO_FILL) || defined(RAWBPF_NO_OLD) || defined(RAWBPF_NO_NET)
#pragma GCC diagnostic ignored "-Wunused-function"
#endif

#endif
