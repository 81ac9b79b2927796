// SPDX-License-Identifier: MIT
/* test_vlog.c - verifier logs of six kernels, cut ones, hostile ones. */
#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rawbpf.h"
#include "t.h"
#include "vlog.h"

/* What must be said of each refused program, on every kernel that refuses it. */
static const struct {
	const char *name;
	int insn;	    /* -2: kernels differ */
	int reg;	    /* -2: kernels differ */
	const char *advice; /* words that must occur, divided by '|' */
} cases[] = {
	{"deref-scalar", 1, 1,
		"r1 is a plain number here; read through it with bpf_probe_read_user (user "
		"address) or bpf_probe_read_kernel (kernel address)|insn 0 'r1 = *(u64 *)(r1 "
		"+112)'"},
	{"deref-constant", 1, 1, "r1 is a plain number|insn 0 'r1 = 4096'"},
	{"stack-uninit-read", 0, 10, "8 bytes at r10-8|written"},
	{"stack-uninit-arg", 4, 2, "bpf_map_lookup_elem reads 4|written"},
	{"stack-misaligned", 0, 10, "multiple of its 8 bytes"},
	{"stack-variable-offset", 3, 3, "stack address|constants only"},
	{"two-frames-too-deep", -1, -1, "one chain of calls|512"},
	{"unknown-opcode", -1, -1, "ff is not known"},
	{"unknown-helper", 0, -1, "no helper"},
	{"helper-0", 0, -1, "helper number 0 does not exist"},
	{"too-complex", -2, -1, "loop"},
	{"r0-unset", 0, 0, "r0 = 0"},
	{"arg-unset", 0, 1, "takes a map"},
	{"reg-clobbered", 2, 1, "destroys r1 to r5|insn 1 'call bpf_ktime_get_ns#5'"},
	{"arg-type-map", 3, 2, "address in r2|insn 2 'r2 = 8'"},
	{"arg-map-kind", 4, 1, "context in r1"},
	{"size-zero", 4, -2, "bpf_get_current_comm|0"},
	{"size-unbounded", 4, 2, "negative|&= MASK"},
	{"ctx-variable", 3, 1, "constant offsets"},
	{"tp-ctx-out", 0, 1, "no field of 8 bytes at offset 8200"},
	{"value-out", 7, 0, "8 bytes at offset 8 from r0 are outside the map's value of 8 bytes"},
	{"value-before", 7, 0, "8 bytes at offset -8 from r0 are outside"},
	{"value-unbounded", 9, 1, "r1 is added to a map_value pointer|bound it"},
	{"pointer-multiply", 0, 10, "r10 cannot be changed"},
	{"frame-pointer-write", 0, 10, "r10 cannot be changed"},
	{"div-zero", 1, 0, "insn 1 divides r0 by the constant 0"},
	{"shift-64", 1, 0, "shifts r0 by 64"},
	{"exit-reserved", -2, -1, "exit"},
	{"ld64-bad-second", -1, -1, "64-bit constant"},
	{"ld64-bad-source", -1, -1, "64-bit load"},
	{"register-11", -2, -1, "r11 does not exist"},
	{"map-fd-bad", -1, -1, "file descriptor 9999"},
	{"atomic-bad", -2, -1, "atomic"},
	{"atomic-small", -2, -1, "atomic"},
	{"ringbuf-leak", 6, -1, "insn 4|bpf_ringbuf_submit"},
	{"ringbuf-unchecked", 5, 0, "r0 may be NULL"},
	{"ringbuf-twice", 11, -2, "bpf_ringbuf_submit"},
	{"kfunc-unknown", -2, -1, "kernel"},
	{"bpf-call-out", -1, -1, "subprogram"},
	{"return-out-of-range", 1, 0, "result must be in"},
	{"log-too-small", -2, -2, "bpf_probe_read_user"},
	{"no-instructions", -1, -1, "no instructions"},
	{"type-0", -1, -1, "program type"},
	{"type-unknown", -1, -1, "program type"},
};

static void has_words(const char *kernel, const char *name, const char *text, const char *words)
{
	char word[256];
	const char *bar;
	size_t n;

	for (;; words = bar + 1) {
		bar = strchr(words, '|');
		n = bar ? (size_t)(bar - words) : strlen(words);
		memcpy(word, words, n);
		word[n] = '\0';
		ck_assert_msg(
			strstr(text, word), "%s %s: no '%s' in '%s'", kernel, name, word, text);
		if (!bar)
			return;
	}
}

static bool starts(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

/* One refusal of a file; says: what must be said of it, where the file tells. */
struct refusal {
	const char *kernel, *name, *says, *log;
	int err;
};

static void check_case(const struct refusal *c)
{
	const char *kernel = c->kernel, *name = c->name, *log = c->log;
	struct vlog v;
	int err = c->err;
	size_t i;
	int r = vlog_parse(log, strlen(log), -err, &v);

	if (!err) {
		ck_assert_msg(r == -ENOENT, "%s %s: %d %s", kernel, name, r, v.msg);
		return;
	}
	ck_assert_msg(!r, "%s %s: %d", kernel, name, r);
	for (i = 0; i < sizeof(cases) / sizeof(*cases) && strcmp(cases[i].name, name);)
		i++;
	ck_assert_msg(i < sizeof(cases) / sizeof(*cases), "%s: no such case here", name);
	has_words(kernel, name, v.advice, cases[i].advice);
	if (cases[i].insn != -2)
		ck_assert_msg(v.insn == cases[i].insn, "%s %s: insn %d", kernel, name, v.insn);
	if (cases[i].reg != -2)
		ck_assert_msg(v.reg == cases[i].reg, "%s %s: r%d", kernel, name, v.reg);
	/* the kernel's own words, where there are any */
	if (*log && err != ENOSPC && !starts(v.msg, "the verifier's message is missing")) {
		char first[256];

		strcpy(first, v.msg);
		if (strstr(first, "; "))
			*strstr(first, "; ") = '\0';
		ck_assert_msg(
			strstr(log, first), "%s %s: '%s' not in the log", kernel, name, first);
	}
}

/* "says INSN WORDS|WORDS": of a program of our own, on one kernel. */
static void check_says(const struct refusal *c)
{
	const char *words;
	struct vlog v;
	char *end;
	long insn = strtol(c->says, &end, 10);

	words = end + 1;
	ck_assert_msg(end > c->says && *words, "%s %s says nothing", c->kernel, c->name);
	ck_assert_int_eq(vlog_parse(c->log, strlen(c->log), -c->err, &v), 0);
	ck_assert_msg(v.refused && v.insn == insn, "%s %s: insn %d", c->kernel, c->name, v.insn);
	has_words(c->kernel, c->name, v.advice, words);
}

/* calls fn for every case of a kernel's file; returns how many */
static int each_case(const char *kernel, void (*fn)(const struct refusal *c))
{
	struct refusal c = {.kernel = kernel};
	char path[64], name[64] = "", says[160] = "";
	char *data, *line, *next, *log;
	size_t len, n = 0;
	int err = 0, count = 0;

	snprintf(path, sizeof(path), "refusals/%s.txt", kernel);
	data = t_data(path, &len);
	log = malloc(len + 1);
	for (line = data; *line; line = next) {
		next = strchr(line, '\n') + 1;
		if (sscanf(line, "case %63s", name) == 1) {
			n = 0;
		} else if (*line == '|') {
			memcpy(log + n, line + 1, (size_t)(next - line - 1));
			n += (size_t)(next - line - 1);
		} else if (!strncmp(line, "end\n", 4)) {
			log[n] = '\0';
			c.name = name;
			c.says = says;
			c.log = log;
			c.err = err;
			fn(&c);
			count++;
			says[0] = '\0';
		} else if (sscanf(line, "says %159[^\n]", says) != 1) {
			sscanf(line, "errno %d", &err);
		}
	}
	free(log);
	free(data);
	return count;
}

static const char *const kernels[] = {
	"vm-5.10", "vm-6.1", "vm-6.12", "vm-6.18", "vm-7.2", "vm-7.3", "host-6.18"};

START_TEST(refusals_of_all_kernels)
{
	ck_assert_int_ge(each_case(kernels[_i], check_case), 44);
}
END_TEST

static const char *const our_kernels[] = {
	"ours-5.10", "ours-6.1", "ours-6.18", "ours-7.x", "texts-6.18"};

START_TEST(our_own_refusals)
{
	ck_assert_int_ge(each_case(our_kernels[_i], check_says), 60);
}
END_TEST

/* What a loader printed of all programs of an object, at log level 2. */
START_TEST(refusals_at_level_2)
{
	ck_assert_int_ge(each_case("level2-6.18", check_says), 5);
}
END_TEST

/* What other programs put before each line; a number counts the lines. */
static const char *const leads[] = {
	"[%5u.345] ",
	"2026-11-23T07:56:28Z ",
	"Nov 23 07:56:28 host prog[12]: ",
	"07:56:28.%03u INFO  ",
	"2026/11/23 07:56:28 ",
	"> ",
	"\t\t",
	"    ",
};

/* log with lead before each line, in a buffer that is to be freed */
static char *led(const char *log, const char *lead)
{
	size_t room = 64, n = 0, len;
	unsigned lines = 9990;
	const char *p;
	char *out;

	for (p = log; *p; p++)
		room += *p == '\n' ? 64 : 1;
	out = malloc(room);
	ck_assert_ptr_nonnull(out);
	for (p = log; *p; p += len) {
		len = strcspn(p, "\n");
		len += p[len] == '\n';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		n += (size_t)snprintf(out + n, room - n, lead, lines++ % 1000);
#pragma GCC diagnostic pop
		memcpy(out + n, p, len);
		n += len;
	}
	out[n] = '\0';
	return out;
}

/* The same is said of a log that came through another program. */
static void check_leads(const struct refusal *c)
{
	struct vlog plain, v;
	size_t i;
	char *log;
	int r = c->err ? vlog_parse(c->log, strlen(c->log), 0, &plain) : -ENOENT;

	for (i = 0; !r && i < sizeof(leads) / sizeof(*leads); i++) {
		log = led(c->log, leads[i]);
		ck_assert_msg(!vlog_parse(log, strlen(log), 0, &v), "%s %s '%s'", c->kernel,
			c->name, leads[i]);
		ck_assert_msg(!strcmp(v.advice, plain.advice), "%s %s '%s': '%s' is not '%s'",
			c->kernel, c->name, leads[i], v.advice, plain.advice);
		ck_assert_msg(v.insn == plain.insn && v.line == plain.line,
			"%s %s '%s': insn %d line %u", c->kernel, c->name, leads[i], v.insn,
			v.line);
		free(log);
	}
}

START_TEST(same_behind_other_words)
{
	each_case(kernels[_i], check_leads);
}
END_TEST

START_TEST(same_of_ours_behind_other_words)
{
	each_case(our_kernels[_i], check_leads);
}
END_TEST

START_TEST(kernel_words_of_7_3)
{
	const char *log = "0: R1=ctx() R10=fp0\n"
			  "0: (79) r1 = *(u64 *)(r1 +112)        ; R1=scalar()\n"
			  "1: (79) r0 = *(u64 *)(r1 +0)\n"
			  "R1 invalid mem access 'scalar'\n"
			  "\n"
			  "Verification failed: Register Type Safety: Invalid dereference\n"
			  "\n"
			  "Reason:\n"
			  "  R1 is an integer scalar here,\n"
			  "  not a pointer to memory.\n"
			  "\n"
			  "At:\n"
			  "  insn 1\n"
			  "\n"
			  "Suggestion:\n"
			  "  Preserve it.\n"
			  "\n"
			  "processed 2 insns (limit 1000000)\n";
	struct vlog v;

	ck_assert_int_eq(vlog_parse(log, strlen(log), -EACCES, &v), 0);
	ck_assert_str_eq(v.msg, "R1 invalid mem access 'scalar'");
	has_words("7.3", "deref", v.advice,
		"bpf_probe_read_user|R1 is an integer scalar here, not a pointer to memory. "
		"Preserve it");
	ck_assert_int_eq(v.insn, 1);
}
END_TEST

/* Of a log whose middle is gone only the end of the block is left: it still shows the place. */
START_TEST(message_cut_off)
{
	static const char log[] =
		"8: (b7) r2 = 0\n9: (85) call bpf_ringbuf_submit#132\n"
		"       9 | (85) call bpf_ringbuf_submit#132\n"
		"  >>> 10 | (bf) r1 = r6\n      11 | (b7) r0 = 0\n\n"
		"Suggestion:\n  Add a NULL check before it.\n\nprocessed 9 insns\n";
	static const char none[] = "8: (b7) r2 = 0\n\nSuggestion:\n  Do it.\nprocessed 9 insns\n";
	static const char path[] = "8: (b7) r2 = 0\n\nCausal path:\n  >>> 3 | (bf) r1 = r6\n\n"
				   "Suggestion:\n  Do it.\nprocessed 9 insns\n";
	struct vlog v;

	ck_assert_int_eq(vlog_parse(log, strlen(log), -EACCES, &v), 0);
	ck_assert_int_eq(v.insn, 10);
	ck_assert_str_eq(
		v.msg, "the verifier's message is missing from the log, which points at 'r1 = r6'");
	ck_assert_str_eq(v.advice, "a pointer may be NULL; compare it with 0 first; the kernel "
				   "says: Add a NULL check before it");
	ck_assert_int_eq(vlog_parse(none, strlen(none), -EACCES, &v), 0);
	ck_assert_int_eq(v.insn, 8);
	ck_assert_str_eq(v.msg, "the verifier's message is missing from the log");
	ck_assert_int_eq(vlog_parse(path, strlen(path), -EACCES, &v), 0);
	ck_assert_int_eq(v.insn, 8);
}
END_TEST

START_TEST(source_line_and_place)
{
	const char *log = "func#0 @0\n"
			  "0: R1=ctx(off=0,imm=0) R10=fp0\n"
			  "; int on_open(struct pt_regs *ctx) @ open.c:11\n"
			  "0: (79) r1 = *(u64 *)(r1 +112)\n"
			  "; return *p; @ dir/open.c:12\n"
			  "1: (79) r0 = *(u64 *)(r1 +0)\n"
			  "R1 invalid mem access 'scalar'\n"
			  "processed 2 insns (limit 1000000)\n";
	struct rawbpf_error e;
	struct vlog v;

	ck_assert_int_eq(vlog_parse(log, strlen(log), -EACCES, &v), 0);
	ck_assert_str_eq(v.source, "return *p;");
	ck_assert_str_eq(v.file, "dir/open.c");
	ck_assert_uint_eq(v.line, 12);
	ck_assert_int_eq(rawbpf_explain_log(log, strlen(log), -EACCES, &e), 0);
	ck_assert_str_eq(e.msg, "R1 invalid mem access 'scalar': EACCES");
	ck_assert_str_eq(e.src_file, "dir/open.c");
	ck_assert_uint_eq(e.line, 12);
	ck_assert_int_eq(e.insn, 1);
	ck_assert_ptr_nonnull(strstr(e.hint, "bpf_probe_read_kernel"));
	ck_assert_int_eq(rawbpf_explain_log(log, strlen(log), 0, &e), 0);
	ck_assert_str_eq(e.msg, "R1 invalid mem access 'scalar'");
	ck_assert_int_eq(rawbpf_explain_log(log, strlen(log), EACCES, NULL), 0);
}
END_TEST

START_TEST(source_without_place)
{
	const char *log =
		"; return *p;\n1: (79) r0 = *(u64 *)(r1 +0)\nR1 invalid mem access 'inv'\n";
	struct vlog v;

	ck_assert_int_eq(vlog_parse(log, strlen(log), 0, &v), 0);
	ck_assert_str_eq(v.source, "return *p;");
	ck_assert_uint_eq(v.line, 0);
}
END_TEST

/* The number stands in the message when no instruction was walked. */
START_TEST(structure)
{
	static const struct {
		const char *log;
		int insn;
	} rows[] = {
		{"unreachable insn 3\nprocessed 0 insns\n", 3},
		{"jump out of range from insn 1 to 7\nprocessed 0 insns\n", 1},
		{"back-edge from insn 5 to 2\n", 5},
		{"1: (05) goto pc-1\ninfinite loop detected at insn 1\ncur state: R0=1\nold state: "
		 "R0=1\nprocessed 2 insns\n",
			1},
		{"last insn is not an exit or jmp\nprocessed 0 insns\n", -1},
		{"Invalid line_info[0].insn_off:0 (prev_offset:0 linfo_cnt:1)\n", -1},
	};
	struct vlog v;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(vlog_parse(rows[i].log, strlen(rows[i].log), -EINVAL, &v), 0);
		ck_assert_msg(v.insn == rows[i].insn, "%s: %d", rows[i].log, v.insn);
		ck_assert_msg(v.advice[0], "%s", rows[i].log);
		ck_assert_msg(
			!strncmp(v.msg, strstr(rows[i].log, v.msg), strlen(v.msg)), "%s", v.msg);
	}
}
END_TEST

/* The verifier stops at some calls without a word. */
START_TEST(no_message_at_a_call)
{
	static const char log[] = "; call bpf_snprintf @ a.bpf:12\n11: (85) call %s#165\n"
				  "processed 10 insns (limit 1000000)\n";
	char text[200];
	struct vlog v;

	snprintf(text, sizeof(text), log, "bpf_snprintf");
	ck_assert_int_eq(vlog_parse(text, strlen(text), -EINVAL, &v), 0);
	ck_assert_str_eq(v.msg, "the verifier stopped at this call without a message");
	ck_assert_ptr_nonnull(strstr(v.advice, "in r5 must be a multiple of 8"));
	ck_assert_int_eq(v.insn, 11);
	snprintf(text, sizeof(text), log, "bpf_other");
	ck_assert_int_eq(vlog_parse(text, strlen(text), -EINVAL, &v), 0);
	ck_assert_ptr_nonnull(strstr(v.advice, "a constant or a size"));
	/* another errno comes from elsewhere */
	ck_assert_int_eq(vlog_parse(text, strlen(text), -ENOMEM, &v), 0);
	ck_assert_str_eq(v.msg, "the verifier found nothing wrong");
}
END_TEST

/* Of a program without lines the kernel says it in the line of a jump. */
START_TEST(message_behind_a_jump)
{
	static const struct {
		const char *log, *msg, *advice;
		int insn;
	} rows[] = {
		{"1: (b7) r2 = 5 ; R2=5\n2: (55) if r3 != 0xa goto pc-2 infinite loop detected at "
		 "insn 1\ncur state: R1=ctx()\nold state: R1=ctx()\nprocessed 14 insns\n",
			"infinite loop detected at insn 1", "count in a register", 1},
		{"2: (55) if r3 != 0xa goto pc-2 BPF program is too large. Processed 1000001 insn\n"
		 "processed 1000001 insns\n",
			"BPF program is too large. Processed 1000001 insn",
			"the loop that insn 2 closes", 2},
		{"2: (55) if r3 != 0xa goto pc+2 The sequence of 8193 jumps is too complex.\n",
			"The sequence of 8193 jumps is too complex.", "8193 branches", 2},
		/* states are none */
		{"2: (55) if r3 != 0xa goto pc+2 5: R1=ctx() R10=fp0\n5: (95) exit\nR0 !read_ok\n",
			"R0 !read_ok", "r0 is the result", 5},
		{"2: (55) if r3 != 0xa goto pc+2 R1=ctx(id=0,off=0) R10=fp0\n5: (95) exit\n"
		 "R0 !read_ok\n",
			"R0 !read_ok", "r0 is the result", 5},
	};
	struct vlog v;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(vlog_parse(rows[i].log, strlen(rows[i].log), -EINVAL, &v), 0);
		ck_assert_str_eq(v.msg, rows[i].msg);
		ck_assert_int_eq(v.insn, rows[i].insn);
		ck_assert_msg(strstr(v.advice, rows[i].advice), "%s", v.advice);
	}
}
END_TEST

/* Of a loop that is walked too often the jump back is told, not the step that was the last. */
START_TEST(too_long_a_loop)
{
	static const char log[] = "; if r0 != 0 goto a @ a.bpf:6\n3: (55) if r0 != 0x0 goto pc-3\n"
				  "; return 0 @ a.bpf:7\n4: (b7) r0 = 0\n"
				  "BPF program is too large. Processed 1000001 insn\n";
	struct vlog v;

	ck_assert_int_eq(vlog_parse(log, strlen(log), -E2BIG, &v), 0);
	ck_assert_int_eq(v.insn, 3);
	ck_assert_uint_eq(v.line, 6);
	ck_assert_str_eq(v.source, "if r0 != 0 goto a");
	ck_assert_ptr_nonnull(strstr(v.advice, "the loop that insn 3 closes"));
}
END_TEST

/* What loaders print around a log, and notes that are no refusal. */
START_TEST(other_text_around)
{
	const char *log = "libbpf: prog 'f': BPF program load failed: Permission denied\n"
			  "libbpf: prog 'f': -- BEGIN PROG LOAD LOG --\n"
			  "arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n"
			  "0: R1=ctx(off=0,imm=0) R10=fp0\n"
			  "0: (79) r0 = *(u64 *)(r1 +900)\n"
			  "invalid bpf_context access off=900 size=8\n"
			  "processed 1 insns (limit 1000000)\n"
			  "-- END PROG LOAD LOG --\n"
			  "libbpf: prog 'f': failed to load: -13\n"
			  "something else\n";
	const char *good = "arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n"
			   "processed 1 insns (limit 1000000)\n";
	struct vlog v;

	ck_assert_int_eq(vlog_parse(log, strlen(log), 0, &v), 0);
	ck_assert_str_eq(v.msg, "invalid bpf_context access off=900 size=8");
	ck_assert_int_eq(v.insn, 0);
	ck_assert_int_eq(vlog_parse(good, strlen(good), 0, &v), -ENOENT);
}
END_TEST

/* An argument whose type has no size: of the main program that is no matter, at a call it is. */
START_TEST(argument_without_a_size)
{
	static const char main_one[] =
		"arg#0 reference type('UNKNOWN ') size cannot be determined: -22\n";
	static const struct {
		const char *log, *msg, *advice;
	} rows[] = {
		{"0: (85) call pc+1\narg#0 reference type('FWD foo') size cannot be determined: "
		 "-22\n"
		 "Caller passes invalid args into func#1 ('f')\n",
			"arg#0 reference type('FWD foo') size cannot be determined: -22; Caller "
			"passes "
			"invalid args into func#1 ('f')",
			"struct foo, is only declared"},
		{"0: (85) call pc+1\narg#1 reference type('FWD foo') size cannot be determined: "
		 "-22\n",
			"arg#1 reference type('FWD foo') size cannot be determined: -22",
			"struct foo, is only declared"},
		{"0: (85) call bpf_loop#181\narg#1 reference type('UNKNOWN ') size cannot be "
		 "determined: -22\n",
			"arg#1 reference type('UNKNOWN ') size cannot be determined: -22",
			"argument 1 (counted from 0)"},
		/* of a callback, which was good */
		{"0: (85) call bpf_loop#181\narg#1 reference type('UNKNOWN ') size cannot be "
		 "determined: -22\n9: (95) exit\nR0 !read_ok\n",
			"R0 !read_ok", "r0 is the result"},
	};
	char log[512];
	struct vlog v;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(log, sizeof(log), "%s%sprocessed 1 insns\n", main_one, rows[i].log);
		ck_assert_int_eq(vlog_parse(log, strlen(log), -EINVAL, &v), 0);
		ck_assert_str_eq(v.msg, rows[i].msg);
		ck_assert_int_eq(v.insn, i < 3 ? 0 : 9);
		ck_assert_msg(strstr(v.advice, rows[i].advice), "%s", v.advice);
	}
}
END_TEST

/* What may be said of the whole program is of the step before it, but where a walk had ended. */
START_TEST(step_before_the_message)
{
	static const char said[] = "combined stack size of 2 calls is 1024. Too large\n";
	static const struct {
		const char *log;
		int insn;
	} rows[] = {
		{"; call f @ a.bpf:3\n7: (85) call pc+4\n", 7},
		{"7: (95) exit\n", -1},
		{"from 3 to 5: R0=1\n5: (b7) r0 = 0\n6: safe\n", -1},
		{"5: (b7) r0 = 0\n6: safe\n; call f @ a.bpf:3\n7: (85) call pc+4\n", 7},
		{"", -1},
	};
	char log[256];
	struct vlog v;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(log, sizeof(log), "%s%sprocessed 1 insns\n", rows[i].log, said);
		ck_assert_int_eq(vlog_parse(log, strlen(log), -EINVAL, &v), 0);
		ck_assert_msg(v.insn == rows[i].insn, "%zu: %d", i, v.insn);
	}
}
END_TEST

START_TEST(nothing_there)
{
	struct rawbpf_error e;
	struct vlog v;

	ck_assert_int_eq(vlog_parse("", 0, 0, &v), -ENOENT);
	ck_assert_int_eq(vlog_parse(NULL, 0, 0, &v), -ENOENT);
	ck_assert_int_eq(vlog_parse("\0\0", 2, 0, &v), -ENOENT);
	ck_assert_int_eq(rawbpf_explain_log("", 0, 0, &e), -ENOENT);
	ck_assert_str_eq(e.msg, "the log holds no refusal: ENOENT");
	ck_assert_int_eq(vlog_parse("", 0, -EPERM, &v), 0);
	has_words("", "", v.advice, "CAP_BPF");
	/* unknown words are still the message */
	ck_assert_int_eq(vlog_parse("3: (95) exit\nbad hair day\n", 27, 0, &v), 0);
	ck_assert_str_eq(v.msg, "bad hair day");
	ck_assert_int_eq(v.insn, 3);
}
END_TEST

static unsigned rnd(unsigned *s)
{
	*s = *s * 1664525u + 1013904223u;
	return *s >> 8;
}

/* Any bytes are taken, and the answer is always within its arrays and terminated. */
static void mutate(const struct refusal *c)
{
	const char *log = c->log;
	int err = c->err;
	size_t len = strlen(log), n, i;
	unsigned seed = (unsigned)len + (unsigned)err;
	struct rawbpf_error e;
	struct vlog v;
	char *copy;
	int k;

	for (k = 0; k < 40; k++) {
		n = len ? rnd(&seed) % (len + 1) : 0;
		copy = malloc(n + 1);
		memcpy(copy, log + (k & 1 ? 0 : len - n), n);
		for (i = 0; n && i < 1 + rnd(&seed) % 8; i++)
			copy[rnd(&seed) % n] = "\n:;R#0 ()=\xff\0'"[rnd(&seed) % 13];
		/* an exact allocation, so that one byte too far is seen */
		copy = realloc(copy, n ? n : 1);
		vlog_parse(copy, n, k & 2 ? -err : 0, &v);
		ck_assert(memchr(v.msg, '\0', sizeof(v.msg)));
		ck_assert(memchr(v.advice, '\0', sizeof(v.advice)));
		ck_assert(memchr(v.source, '\0', sizeof(v.source)));
		ck_assert(v.insn >= -1 && v.reg >= -1 && v.reg <= 10);
		rawbpf_explain_log(copy, n, -err, &e);
		free(copy);
	}
}

START_TEST(mutated_logs)
{
	each_case(kernels[_i], mutate);
}
END_TEST

/* Processor time of two logs of so many bytes: steps, and one line of stars and numbers. */
static double large(size_t size)
{
	const char *step = "2: (07) r6 += 1                       ; R6=0x79eb8\n";
	const char *tail = "9: (79) r0 = *(u64 *)(r9 +0)\nR9 invalid mem access 'scalar'\n";
	size_t n = strlen(step), i;
	char *log = malloc(size + strlen(tail) + 1);
	struct timespec t0, t1;
	struct vlog v;

	ck_assert_ptr_nonnull(log);
	for (i = 0; i + n <= size; i += n)
		memcpy(log + i, step, n);
	strcpy(log + i, tail);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	ck_assert_int_eq(vlog_parse(log, i + strlen(tail), -EACCES, &v), 0);
	ck_assert_int_eq(v.insn, 9);
	memset(log, 'R', size);
	for (i = 0; i + 12 < size; i += 12)
		memcpy(log + i, " expected= 1", 12);
	vlog_parse(log, size, -EACCES, &v);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	free(log);
	return (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
}

/* Eight times the bytes take eight times as long, not sixty-four times. */
START_TEST(large_logs)
{
	double one = large(1 << 20), eight = large(8 << 20);

	ck_assert_msg(eight < 32 * one, "1 MiB %.3f s, 8 MiB %.3f s", one, eight);
}
END_TEST

Suite *suite_vlog(void);
Suite *suite_vlog(void)
{
	Suite *s = suite_create("vlog");
	TCase *t = tcase_create("unit");
	int n = sizeof(kernels) / sizeof(*kernels);

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, refusals_of_all_kernels, 0, n);
	tcase_add_test(t, refusals_at_level_2);
	tcase_add_loop_test(t, our_own_refusals, 0, sizeof(our_kernels) / sizeof(*our_kernels));
	tcase_add_loop_test(t, same_behind_other_words, 0, n);
	tcase_add_loop_test(
		t, same_of_ours_behind_other_words, 0, sizeof(our_kernels) / sizeof(*our_kernels));
	tcase_add_test(t, kernel_words_of_7_3);
	tcase_add_test(t, message_cut_off);
	tcase_add_test(t, source_line_and_place);
	tcase_add_test(t, source_without_place);
	tcase_add_test(t, structure);
	tcase_add_test(t, no_message_at_a_call);
	tcase_add_test(t, too_long_a_loop);
	tcase_add_test(t, message_behind_a_jump);
	tcase_add_test(t, other_text_around);
	tcase_add_test(t, argument_without_a_size);
	tcase_add_test(t, step_before_the_message);
	tcase_add_test(t, nothing_there);
	tcase_add_loop_test(t, mutated_logs, 0, n);
	tcase_add_test(t, large_logs);
	suite_add_tcase(s, t);
	return s;
}
