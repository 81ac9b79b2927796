// SPDX-License-Identifier: MIT
/* test_coreout.c - CO-RE records that the assembler writes, read by loaders. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "btfext.h"
#include "context.h"
#include "core.h"
#include "elf.h"
#include "object.h"
#include "old.h"
#include "rawbpf.h"
#include "rawbpf_sys.h"
#include "t.h"
#include "tasm.h"

Suite *suite_coreout(void);

static struct bpfasm_out assemble(const char *text, const struct bpfasm_resolver *r, bool core)
{
	const uint16_t one = 1;
	struct bpfasm_opts o = {.sz = sizeof(o), .name = "t", .resolver = r, .core = core};
	struct bpfasm_out out;

	o.big_endian = !*(const unsigned char *)&one;
	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &out), "%s", out.diag);
	ck_assert_msg(!out.diag, "%s", out.diag);
	return out;
}

/* ---- as our loader reads them ------------------------------------------------------------------ */

static uint32_t word(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* "INSN KIND WHAT = NUMBER" of each record of a section; checked: as the instruction holds it. */
static void records(const struct bpfasm_out *obj, const char *section, char *text, size_t size)
{
	struct core_place place;
	struct core_answer answer;
	struct elf_section s, code;
	struct btf *btf;
	struct btfext ext;
	struct elf_file *f;
	const unsigned char *r, *insn;
	const void *data, *bytes;
	char what[200];
	size_t n, n_bytes;
	uint32_t count, i;

	*text = '\0';
	ck_assert_int_eq(elf_open_memory(obj->data, obj->len, "t", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &data, &n), 0);
	ck_assert_int_eq(btf_parse(data, n, &btf, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF.ext", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &data, &n), 0);
	ck_assert_int_eq(btfext_parse(data, n, &ext, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, section, &code), 0);
	ck_assert_int_eq(elf_section_data(f, &code, &bytes, &n_bytes), 0);
	r = btfext_records(&ext, BTFEXT_CORE, btf, section, &count);
	for (i = 0; r && i < count; i++, r += 16) {
		ck_assert_int_eq(core_parse(btf, word(r + 12), word(r + 4),
					 btf_str(btf, word(r + 8)), &place),
			0);
		ck_assert_int_eq(core_answer(&place, &place, &answer), 0);
		n = strlen(text);
		snprintf(text + n, size - n, "%u %u %s = %lld\n", word(r) / 8, word(r + 12),
			core_text(&place, what, sizeof(what)), (long long)answer.was);
		insn = (const unsigned char *)bytes + word(r);
		if (!answer.check)
			continue;
		if ((*insn & 7) < 4 && *insn != 0x18)
			ck_assert_uint_eq(*(const uint16_t *)(const void *)(insn + 2), answer.was);
		else
			ck_assert_uint_eq(word(insn + 4), (uint32_t)answer.was);
	}
	btfext_free(&ext);
	btf_free(btf);
	elf_close(f);
}

static const char every_kind[] =
	".nowarn\n.license \"GPL\"\n.map m array(u64, 1)\n.prog p \"socket\"\n"
	"r1 = rec.a\nr1 += rec.arr[2]\nr1 = sizeof(rec)\nr1 = sizeof(rec.arr)\n"
	"r1 = colour.BLUE\nr1 = RED\nr1 = FREE\nr1 = RED ll\n*(u32 *)(r2 + rec.a) = 5\n"
	"r2->rec.a = r1\nr1 = rec.sub.in\nr1 = r2->rec.p.a\nr1 = r2->rec.name\n"
	"r0 = bpf_probe_read_kernel(&m, sizeof(rec.arr), rec.p)\nw1 = r6->rec.neg\nexit\n"
	".func f\nr1 = r1->rec.bit\nexit\n.func g\nr1 = rec.p\nexit\n";

/* an address: the record is the offset alone, what is added to it an instruction of its own */
static const char addresses[] = ".nowarn\n.prog p \"socket\"\nr1 = &r2->rec.arr[2]\n"
				"r1 = &r2->rec.p.a + 3\nr1 = &r2->rec\nr1 = sizeof(r2->rec.arr)\n"
				"exit\n";
static const char address_records[] = "1 0 field 'arr[2]' of 'struct rec' = 20\n"
				      "2 0 field 'p' of 'struct rec' = 8\n"
				      "3 0 field 'a' of 'struct rec' = 4\n"
				      "6 1 field 'arr' of 'struct rec' = 8\n";

/* instruction, libbpf's number of the kind, what, and what the instruction holds */
static const char every_record[] = "0 0 field 'a' of 'struct rec' = 4\n"
				   "1 0 field 'arr[2]' of 'struct rec' = 20\n"
				   "2 9 type 'struct rec' = 64\n"
				   "3 1 field 'arr' of 'struct rec' = 8\n"
				   "4 11 enumerator 'BLUE' of 'enum colour' = -2\n"
				   "5 11 enumerator 'RED' of 'enum colour' = 1\n"
				   "7 11 enumerator 'RED' of 'enum colour' = 1\n"
				   "9 0 field 'a' of 'struct rec' = 4\n"
				   "10 0 field 'a' of 'struct rec' = 4\n"
				   "11 0 field 'sub.in' of 'struct rec' = 24\n"
				   "12 0 field 'p' of 'struct rec' = 8\n"
				   "13 0 field 'a' of 'struct rec' = 4\n"
				   "17 0 field 'name' of 'struct rec' = 40\n"
				   "18 0 field 'p' of 'struct rec' = 8\n"
				   "19 1 field 'arr' of 'struct rec' = 8\n"
				   "23 1 field 'neg' of 'struct rec' = 8\n"
				   "27 0 field 'neg' of 'struct rec' = 32\n"
				   "29 0 field 'neg' of 'struct rec' = 32\n"
				   "31 0 field 'neg' of 'struct rec' = 32\n"
				   "33 0 field 'neg' of 'struct rec' = 32\n"
				   "34 4 field 'neg' of 'struct rec' = 31\n"
				   "35 5 field 'neg' of 'struct rec' = 62\n";

START_TEST(records_of_every_kind)
{
	struct bpfasm_out obj = assemble(every_kind, &tasm_types, true);
	char text[4000];

	records(&obj, "socket", text, sizeof(text));
	ck_assert_str_eq(text, every_record);
	records(&obj, ".text", text, sizeof(text));
	ck_assert_str_eq(text, "1 1 field 'bit' of 'struct rec' = 4\n"
			       "6 0 field 'bit' of 'struct rec' = 32\n"
			       "9 0 field 'bit' of 'struct rec' = 32\n"
			       "12 0 field 'bit' of 'struct rec' = 32\n"
			       "15 0 field 'bit' of 'struct rec' = 32\n"
			       "16 4 field 'bit' of 'struct rec' = 56\n"
			       "17 5 field 'bit' of 'struct rec' = 61\n"
			       "19 0 field 'p' of 'struct rec' = 8\n");
	bpfasm_free(&obj);
	/* for one kernel */
	obj = assemble(every_kind, &tasm_types, false);
	records(&obj, "socket", text, sizeof(text));
	ck_assert_str_eq(text, "");
	bpfasm_free(&obj);
}
END_TEST

START_TEST(records_of_addresses)
{
	struct bpfasm_out obj = assemble(addresses, &tasm_types, true);
	char text[1000];

	records(&obj, "socket", text, sizeof(text));
	ck_assert_str_eq(text, address_records);
	bpfasm_free(&obj);
}
END_TEST

/* An enumerator of more than 32 bits is a constant of 64, with its sign; without ll it is told. */
START_TEST(wide_enumerators)
{
	static const char text[] = ".nowarn\n.prog p \"socket\"\nr1 = BIG ll\nr1 = colour.BLUE "
				   "ll\nw1 = colour.BLUE\nr1 = MASK ll\nexit\n";
	struct bpfasm_out obj = assemble(text, &tasm_types, true);
	struct bpfasm_opts o = tasm_opts(BPFASM_RAW);
	char out[1000];

	records(&obj, "socket", out, sizeof(out));
	ck_assert_str_eq(out, "0 11 enumerator 'BIG' of 'enum wide' = 1099511627776\n"
			      "2 11 enumerator 'BLUE' of 'enum colour' = -2\n"
			      "4 11 enumerator 'BLUE' of 'enum colour' = -2\n"
			      "5 11 enumerator 'MASK' of 'enum wide' = -4294967296\n");
	bpfasm_free(&obj);
	o.resolver = &tasm_types;
	tasm_is_opts("r1 = BIG ll\nr1 = colour.BLUE ll\nr1 = HIGH ll\nw1 = HIGH\nr1 = MASK ll",
		"1801000000000000 0000000000010000 18010000feffffff 00000000ffffffff "
		"18010000000000f0 0000000000000000 b4010000000000f0 1801000000000000 "
		"00000000ffffffff",
		&o);
	ck_assert_int_eq(bpfasm_assemble("r1 = BIG", 8, &o, &obj), -EINVAL);
	ck_assert_ptr_nonnull(strstr(obj.diag, "1099511627776 does not fit in 32 bits; a wider "
					       "constant is written 'rN = VALUE ll'"));
	bpfasm_free(&obj);
}
END_TEST

START_TEST(records_of_existence)
{
	static const char text[] =
		".nowarn\n.prog p \"socket\"\nr1 = exists(rec.arr[2])\nw1 = exists(rec)\n"
		"r1 = exists(colour.BLUE)\nr1 = exists(rec.neg)\nr1 = exists(RED) ll\n"
		"r1 = exists(FREE)\nexit\n";
	struct bpfasm_out obj = assemble(text, &tasm_types, true);
	char out[2000];

	records(&obj, "socket", out, sizeof(out));
	ck_assert_str_eq(out, "0 2 field 'arr[2]' of 'struct rec' = 1\n"
			      "1 8 type 'struct rec' = 1\n"
			      "2 10 enumerator 'BLUE' of 'enum colour' = 1\n"
			      "3 2 field 'neg' of 'struct rec' = 1\n"
			      "4 10 enumerator 'RED' of 'enum colour' = 1\n");
	bpfasm_free(&obj);
}
END_TEST

/* ---- on this kernel, from another --------------------------------------------------------------- */

static struct bpfasm_resolver real;

/* A kernel that has 64 bytes more in front of all members, and three enumerators. */
static int other_kernel(
	void *arg, const char *path, struct bpfasm_step *s, char *msg, size_t msg_len)
{
	int i, n = real.type_path(real.arg, path, s, msg, msg_len);

	(void)arg;
	for (i = 0; i < n; i++) {
		if (s[i].kind == BPFASM_STEP_VALUE)
			s[i].value += 3;
		if (s[i].kind == BPFASM_STEP_MEMBER && s[i - 1].kind == BPFASM_STEP_TYPE)
			s[i].bit_offset += 512;
		if (s[i].kind == BPFASM_STEP_TYPE && s[i].type == BPFASM_TYPE_STRUCT)
			s[i].size += 64;
	}
	return n;
}

struct what {
	uint32_t tgid, parent;
	char comm[16];
	uint32_t third, bytes;
	uint64_t reset, parent_reset, sid, limit, size;
	uint32_t has_state, state, has_enum, has_type;
};

/* Bytes of the running kernel's task_struct. */
static uint64_t task_size(struct rawbpf *b)
{
	struct bpfasm_step steps[BPFASM_STEPS];
	struct bpfasm_resolver r;
	char msg[256];

	ck_assert_int_eq(rawbpf_resolver(b, NULL, &r), 0);
	ck_assert_int_eq(r.type_path(r.arg, "task_struct", steps, msg, sizeof(msg)), 1);
	return steps[0].size;
}

static bool is_since(int major, int minor)
{
	struct utsname u;
	int a, b;

	ck_assert_int_eq(uname(&u), 0);
	ck_assert_int_eq(sscanf(u.release, "%d.%d", &a, &b), 2);
	return a > major || (a == major && b >= minor);
}

/* A child that is like no other, as the program saw it. */
static void see_child(struct rawbpf *b, bool reset, bool has_state)
{
	struct sched_param param = {0};
	struct rawbpf_table *t;
	struct rlimit limit;
	struct what w = {0};
	int status;
	pid_t pid;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_NAME, "names child");
		_exit(reset && sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &param));
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	t = rawbpf_table(b, "seen");
	ck_assert_ptr_nonnull(t);
	ck_assert_msg(!rawbpf_table_lookup(t, &pid, &w), "%s", rawbpf_errmsg(b));
	ck_assert_uint_eq(w.tgid, (uint32_t)pid);
	ck_assert_uint_eq(w.parent, (uint32_t)getpid());
	ck_assert_str_eq(w.comm, "names child");
	ck_assert_uint_eq(w.third, 'm');
	ck_assert_uint_eq(w.bytes, 16);
	ck_assert_uint_eq(w.reset, reset);
	ck_assert_uint_eq(w.parent_reset, 0);
	ck_assert_uint_eq(w.sid, 3); /* since Linux 4.19 */
	ck_assert_uint_eq(w.limit, limit.rlim_cur);
	ck_assert_uint_eq(w.size, task_size(b));
	ck_assert_uint_eq(w.has_state, has_state);
	ck_assert_uint_eq(w.state, 0); /* it runs */
	ck_assert_uint_eq(w.has_enum, 1);
	ck_assert_uint_eq(w.has_type, 1);
}

static const char section[] = "tp_btf/sched_process_exit";

/* Instructions that hold something else than in the object, of those that have records. */
static int n_filled_in(const struct rawbpf *b, const void *image, size_t len)
{
	struct elf_section s, code;
	const struct object_text *t = NULL;
	struct elf_file *f;
	struct btfext ext;
	struct btf *btf;
	const unsigned char *r;
	const void *data, *bytes;
	uint32_t count, i;
	size_t n, size;
	int differ = 0;

	ck_assert_int_eq(elf_open_memory(image, len, "t", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &data, &n), 0);
	ck_assert_int_eq(btf_parse(data, n, &btf, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, ".BTF.ext", &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &data, &n), 0);
	ck_assert_int_eq(btfext_parse(data, n, &ext, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, section, &code), 0);
	ck_assert_int_eq(elf_section_data(f, &code, &bytes, &size), 0);
	for (i = 0; i < b->object->n_texts; i++)
		if (b->object->texts[i].section == code.index)
			t = &b->object->texts[i];
	ck_assert_ptr_nonnull(t);
	r = btfext_records(&ext, BTFEXT_CORE, btf, section, &count);
	ck_assert_uint_ge(count, 20);
	for (i = 0; i < count; i++, r += 16)
		differ += memcmp((const char *)bytes + word(r), (const char *)t->insns + word(r),
				  8) != 0;
	btfext_free(&ext);
	btf_free(btf);
	elf_close(f);
	return differ;
}

static void run(const void *image, size_t len, bool differs, bool has_state)
{
	struct rawbpf *b = rawbpf_new();

	ck_assert_msg(!rawbpf_load(b, .image = image, .image_len = len), "%s", rawbpf_errmsg(b));
	if (differs)
		ck_assert_int_ge(n_filled_in(b, image, len), 8);
	ck_assert_msg(!rawbpf_attach_all(b), "%s", rawbpf_errmsg(b));
	see_child(b, false, has_state);
	see_child(b, true, has_state);
	rawbpf_free(b);
}

static bool has_btf(void)
{
	return !access("/sys/kernel/btf/vmlinux", R_OK);
}

START_TEST(carried_here)
{
	size_t len;
	char *image;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (!has_btf())
		T_SKIP("this kernel has no BTF");
	image = t_data("object/names.bpf.o", &len);
	/* at home nothing may have moved */
	run(image, len, !is_since(6, 18) || is_since(6, 19), is_since(5, 14));
	free(image);
}
END_TEST

/* A member that no kernel has: what it has instead. */
START_TEST(near_names)
{
	struct rawbpf *b = rawbpf_new();
	size_t len;
	char *image, *p;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (!has_btf())
		T_SKIP("this kernel has no BTF");
	image = t_data("object/names.bpf.o", &len);
	p = memmem(image, len, "\0real_parent", 13);
	ck_assert_ptr_nonnull(p);
	p[3] = 'i';
	ck_assert_int_eq(rawbpf_load(b, .image = image, .image_len = len), -EINVAL);
	ck_assert_msg(strstr(rawbpf_errmsg(b),
			      "field 'reil_parent' of 'struct task_struct' is not in this kernel; "
			      "did you mean 'real_parent'"),
		"%s", rawbpf_errmsg(b));
	/* in the words of a text, which it was */
	ck_assert_ptr_nonnull(strstr(rawbpf_error(b)->hint, "exists(TYPE.FIELD)"));
	rawbpf_free(b);
	free(image);
}
END_TEST

/* the text assembled for a kernel that looks otherwise */
static struct bpfasm_out from_elsewhere(struct rawbpf *b)
{
	struct bpfasm_resolver other;
	struct bpfasm_out obj;
	char *text, *p;
	size_t len;

	ck_assert_int_eq(rawbpf_resolver(b, NULL, &real), 0);
	other = real;
	other.type_path = other_kernel;
	text = t_data("object/names.bpf", &len);
	/* what is named has to be there, and it had another name once */
	for (p = text; !is_since(5, 14) && (p = strstr(p, "__state")); p++)
		memmove(p, p + 2, strlen(p + 2) + 1);
	obj = assemble(text, &other, true);
	free(text);
	return obj;
}

START_TEST(offsets_differ)
{
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_out obj;

	T_NEED_ROOT();
	OLD_NEED("prog tracing");
	if (!has_btf())
		T_SKIP("this kernel has no BTF");
	obj = from_elsewhere(b);
	run(obj.data, obj.len, true, true);
	bpfasm_free(&obj);
	rawbpf_free(b);
}
END_TEST

/* ---- as libbpf and bpftool read them ------------------------------------------------------------ */

static int lines(const char *text, const char *what)
{
	int n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

START_TEST(libbpf_applies_them)
{
	char path[] = "/tmp/rawbpf_coreout_XXXXXX", *out;
	struct rawbpf *b = rawbpf_new();
	struct bpfasm_out obj;
	int fd;

	T_NEED_ROOT();
	if (!has_btf() || t_run(&out, "command -v bpftool unshare"))
		T_SKIP("no BTF of the kernel, bpftool or unshare");
	free(out);
	obj = from_elsewhere(b);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, obj.data, obj.len), (ssize_t)obj.len);
	close(fd);
	ck_assert_msg(!t_run(&out,
			      "unshare -m sh -c 'mount -t bpf none /sys/fs/bpf && "
			      "bpftool -d prog loadall %s /sys/fs/bpf/p' 2>&1",
			      path),
		"%s", out);
	/* each record is applied, and each member was elsewhere */
	ck_assert_int_ge(lines(out, ": patched insn"), 20);
	ck_assert_int_eq(lines(out, ": matching candidate"), lines(out, ": patched insn"));
	ck_assert_ptr_nonnull(strstr(out, "enum pid_type::PIDTYPE_SID = 6"));
	free(out);
	unlink(path);
	bpfasm_free(&obj);
	rawbpf_free(b);
}
END_TEST

Suite *suite_coreout(void)
{
	Suite *s = suite_create("coreout");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, records_of_every_kind);
	tcase_add_test(t, records_of_existence);
	tcase_add_test(t, records_of_addresses);
	tcase_add_test(t, wide_enumerators);
	suite_add_tcase(s, t);
	t = tcase_create("live");
	tcase_add_test(t, carried_here);
	tcase_add_test(t, near_names);
	tcase_add_test(t, offsets_differ);
	suite_add_tcase(s, t);
	t = tcase_create("host");
	tcase_add_test(t, libbpf_applies_them);
	suite_add_tcase(s, t);
	return s;
}
