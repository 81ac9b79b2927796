// SPDX-License-Identifier: MIT
/* test_coredecl.c - names of the kernel's types that a text tells itself, with no target. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "btfext.h"
#include "core.h"
#include "elf.h"
#include "t.h"
#include "tasm.h"

Suite *suite_coredecl(void);

/* What an object's records ask, and what they say of its own types. */
struct made {
	struct bpfasm_out out;
	struct elf_file *f;
	struct btf *btf;
	struct btfext ext;
	const unsigned char *records, *code;
	uint32_t n;
};

static const void *section(struct made *m, const char *name, size_t *len)
{
	struct elf_section s;
	const void *p;

	ck_assert_int_eq(elf_find_section(m->f, name, &s), 0);
	ck_assert_int_eq(elf_section_data(m->f, &s, &p, len), 0);
	return p;
}

static void make(struct made *m, const char *text)
{
	struct bpfasm_opts o = {.sz = sizeof(o)};
	const void *p;
	size_t len;

	memset(m, 0, sizeof(*m));
	ck_assert_msg(!bpfasm_assemble(text, strlen(text), &o, &m->out), "%s", m->out.diag);
	ck_assert_int_eq(elf_open_memory(m->out.data, m->out.len, "t", &m->f, NULL), 0);
	p = section(m, ".BTF", &len);
	ck_assert_int_eq(btf_parse(p, len, &m->btf, NULL), 0);
	p = section(m, ".BTF.ext", &len);
	ck_assert_int_eq(btfext_parse(p, len, &m->ext, NULL), 0);
	m->records = btfext_records(&m->ext, BTFEXT_CORE, m->btf, "socket", &m->n);
	m->code = section(m, "socket", &len);
}

static void unmake(struct made *m)
{
	btfext_free(&m->ext);
	btf_free(m->btf);
	elf_close(m->f);
	bpfasm_free(&m->out);
}

static void expect(const struct made *m, uint32_t i, uint32_t insn, enum core_kind kind,
	const char *text, uint64_t value)
{
	struct core_place place;
	struct core_answer a;
	uint32_t rec[4];
	char what[200];

	ck_assert_uint_lt(i, m->n);
	memcpy(rec, m->records + 16 * i, sizeof(rec));
	ck_assert_uint_eq(rec[0], 8 * insn);
	ck_assert_uint_eq(rec[3], (unsigned)kind);
	ck_assert_int_eq(core_parse(m->btf, rec[3], rec[1], btf_str(m->btf, rec[2]), &place), 0);
	ck_assert_str_eq(core_text(&place, what, sizeof(what)), text);
	ck_assert_int_eq(core_answer(&place, &place, &a), 0);
	ck_assert_uint_eq(a.is, value);
}

static const char names[] =
	".core task_struct.pid: struct 9792, signed int 4 at 19744\n"
	".core task_struct.comm[3]: struct 9792, array 16 at 24064 of 16 1 signed int 1, "
	"signed int 1\n"
	".core task_struct.in_execve: struct 9792, int 4 at 12803 bits 1\n"
	".core task_struct.se.load.weight: struct 9792, struct sched_entity 320 at 1024, "
	"struct load_weight 16 at 0, int 8 at 64\n"
	".core pid_type: enum 4\n"
	".core pid_type.PIDTYPE_SID: enum 4, enum 4 = 3\n"
	".core spinlock_t: typedef struct 4\n"
	".core task_struct.stack: struct 9792, ptr 8 at 128\n"
	".prog p \"socket\"\n";

START_TEST(records)
{
	static const char code[] = "r1 = *(u32 *)(r6 + task_struct.pid)\n"
				   "r2 = task_struct.comm[3]\n"
				   "r3 = sizeof(task_struct.se.load.weight)\n"
				   "r4 = exists(task_struct.stack)\n"
				   "r5 = pid_type.PIDTYPE_SID\n"
				   "r1 = exists(pid_type.PIDTYPE_SID)\n"
				   "r1 = exists(spinlock_t)\nr1 = sizeof(spinlock_t)\n"
				   "r1 = task_struct.se.load.weight ll\n"
				   ".core lshift_u64 task_struct.in_execve\n\nr1 <<= 60\n"
				   ".core byte_off task_struct.in_execve\n"
				   "r1 = *(u32 *)(r2 +1600)\n"
				   ".core signed task_struct.pid\nr3 = 1\n"
				   "return 0\n";
	char text[2048];
	struct made m;

	snprintf(text, sizeof(text), "%s%s", names, code);
	make(&m, text);
	ck_assert_uint_eq(m.n, 12);
	expect(&m, 0, 0, CORE_FIELD_OFFSET, "field 'pid' of 'struct task_struct'", 2468);
	expect(&m, 1, 1, CORE_FIELD_OFFSET, "field 'comm[3]' of 'struct task_struct'", 3011);
	expect(&m, 2, 2, CORE_FIELD_SIZE, "field 'se.load.weight' of 'struct task_struct'", 8);
	expect(&m, 3, 3, CORE_FIELD_EXISTS, "field 'stack' of 'struct task_struct'", 1);
	expect(&m, 4, 4, CORE_ENUM_VALUE, "enumerator 'PIDTYPE_SID' of 'enum pid_type'", 3);
	expect(&m, 5, 5, CORE_ENUM_EXISTS, "enumerator 'PIDTYPE_SID' of 'enum pid_type'", 1);
	expect(&m, 6, 6, CORE_TYPE_EXISTS, "type 'spinlock_t'", 1);
	expect(&m, 7, 7, CORE_TYPE_SIZE, "type 'spinlock_t'", 4);
	expect(&m, 8, 8, CORE_FIELD_OFFSET, "field 'se.load.weight' of 'struct task_struct'", 136);
	expect(&m, 9, 10, CORE_FIELD_LSHIFT, "field 'in_execve' of 'struct task_struct'", 60);
	expect(&m, 10, 11, CORE_FIELD_OFFSET, "field 'in_execve' of 'struct task_struct'", 1600);
	expect(&m, 11, 12, CORE_FIELD_SIGNED, "field 'pid' of 'struct task_struct'", 1);
	/* what is in the instructions: the offset, the element's place */
	ck_assert_uint_eq(m.code[2] | m.code[3] << 8, 2468);
	ck_assert_uint_eq(m.code[12] | m.code[13] << 8, 3011);
	unmake(&m);
}
END_TEST

/* The member itself, a bit field too, is read by the same names. */
START_TEST(members)
{
	char text[2048];
	struct made m;

	snprintf(text, sizeof(text),
		"%sr1 = r6->task_struct.pid\nr1 = r6->task_struct.in_execve\n"
		"return 0\n",
		names);
	make(&m, text);
	ck_assert_uint_eq(m.n, 8);
	expect(&m, 0, 0, CORE_FIELD_OFFSET, "field 'pid' of 'struct task_struct'", 2468);
	expect(&m, 7, 15, CORE_FIELD_RSHIFT, "field 'in_execve' of 'struct task_struct'", 63);
	unmake(&m);
}
END_TEST

#define FAR(at)                                                                                  \
	".core a.b: struct 3000000, int 4 at 32 bits 3\n.core a.c: struct 3000000, int 4 at " at \
	"\n.prog p \"socket\"\n.core signed a.b\nr1 = 0\nr1 = a.c ll\nreturn 0"

START_TEST(messages)
{
	tasm_fails(".core", "a name of the kernel's types is '.core NAME: TYPE SIZE");
	tasm_fails(".core a.b", "a name of the kernel's types is '.core NAME: TYPE SIZE");
	tasm_fails(".core a: strct 4", "a name of the kernel's types is '.core NAME: TYPE SIZE");
	tasm_fails(".core a: struct", "a value is missing here");
	tasm_fails(".core a.b: struct 4", "',' is missing");
	tasm_fails(".core a.b: struct 4, int 4, int 4", "is too much here");
	tasm_fails(".core a.b: int 4, int 4", "part 2 of the name is none of what is before it");
	tasm_fails(".core a.b[3]: struct 4, int 4, int 4", "part 3 of the name is none of what");
	tasm_fails(".core a.b.c: enum 4, enum 4, int 4", "part 3 of the name is none");
	tasm_fails(".core a: struct -1", "-1 is too small here");
	tasm_fails(".core a: struct 4294967296", "4294967296 is too large here");
	tasm_fails(".core a.b: struct 4, array 4", "an array is 'array SIZE of COUNT");
	tasm_fails(".core a.b: struct 4, int 4 at 20000000 bits 3", "too far for a bit field");
	/* the other member's place has no more bits than that of a bit field */
	tasm_fails(FAR("16777216"), "has a bit field and a member at bit 16777216 or farther");
	tasm_passes(FAR("16777152"));
	tasm_fails(".core a: struct 4\n.core a: struct 4", "'a' is known already");
	tasm_fails(".core a.b: struct 4, ptr 8 at 0\n.prog p \"socket\"\nr1 = a.c\nexit",
		"no type 'a.c'");
	tasm_fails(".core a: struct 4\n.prog p \"socket\"\n.core type_size a\nexit",
		"cannot stand here");
	tasm_fails(".core a: struct 4\n.prog p \"socket\"\nr0 = 0\nexit\n.core type_size a",
		"no instruction follows");
	tasm_fails(".core a: struct 4\n.prog p \"socket\"\n.core type_size a\n.core type_size a\n"
		   "r0 = 4\nexit",
		"no instruction follows");
	tasm_fails(".prog p \"socket\"\n.core type_size b\nr0 = 4\nexit", "'b' needs a target");
	tasm_fails(".core a.b[1073741824][1]: struct 8, array 8 at 0 of 4 1 int 4, "
		   "array 1073741824 of 4 1 int 4, int 4",
		"element 1073741824 of 1073741824 bytes is too far away");
	tasm_fails(".core a.b[1]: struct 8, array 8 at 0 of 4 1 int 4, int 2147483647\n"
		   ".prog p \"socket\"\nr6 = r1\nr1 = &r6->a.b[1] + 8\nreturn 0",
		"the field at offset 2147483647 is out of reach");
	/* what is added stands in no record */
	tasm_fails(".core a.b: struct 8, int 4 at 32\n.prog p \"socket\"\nr6 = r1\n"
		   "r6 = &r6->a.b + sizeof(a.b)\nreturn 0",
		"a name of the kernel's types cannot stand here");
}
END_TEST

/* Where there is no target, only what the text tells is known. */
START_TEST(no_target)
{
	static const char *const texts[] = {
		".core a.b: struct 4, int 4 at 0\n.prog p \"socket\"\nr0 = a.c\nexit\n",
		".prog p \"socket\"\n.core type_size a.c\nr0 = 4\nexit\n",
		".core a: struct 4\n.prog p \"socket\"\nr0 = exists(a.c)\nexit\n",
	};
	struct bpfasm_opts o = {.sz = sizeof(o)};
	struct bpfasm_out out;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		ck_assert_int_eq(bpfasm_assemble(texts[i], strlen(texts[i]), &o, &out), -EINVAL);
		ck_assert_msg(strstr(out.diag, "'a.c' needs a target: the BTF of a kernel"), "%s",
			out.diag);
		bpfasm_free(&out);
	}
}
END_TEST

/* The other names that only a loader knows. */
START_TEST(configuration)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_TEXT};
	static const char text[] = ".kconfig CONFIG_A: u16\n.kconfig CONFIG_B: bool weak\n"
				   ".kconfig CONFIG_C: tristate\n.kconfig CONFIG_D: char[9] weak\n"
				   ".prog p \"socket\"\nr1 = &CONFIG_A\nreturn 0\n";
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_int_eq(memcmp(out.data, text, 112), 0);
	bpfasm_free(&out);
	tasm_fails(".kconfig", "a value of the kernel's configuration is '.kconfig NAME: TYPE'");
	tasm_fails(".kconfig A", "':' is missing");
	tasm_fails(".kconfig A: u7", "no type 'u7'");
	tasm_fails(".kconfig A: u8 strong", "'strong' is too much here");
	tasm_fails(".struct s\na: u8\n.end\n.kconfig A: s", "is no record");
	tasm_fails(".kconfig A: u8\n.kvar A", "'A' is already a name of the kernel");
	tasm_fails(".kconfig A: u8\n.prog p \"socket\"\ncall A\nexit", "it cannot be called");
	o.format = BPFASM_C;
	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), -EINVAL);
	ck_assert_msg(strstr(out.diag, "'CONFIG_A' is for the loader, which knows the kernel: only "
				       "an object can hold it"),
		"%s", out.diag);
	bpfasm_free(&out);
}
END_TEST

/* In bytes alone a name is its number, and there are no records. */
START_TEST(other_formats)
{
	static const char text[] = ".core a.b: struct 8, int 4 at 32\n.prog p \"socket\"\n"
				   "r0 = a.b\n.core byte_sz a.b\nr1 = 4\nexit\n";
	struct bpfasm_opts o = {.sz = sizeof(o), .format = BPFASM_RAW};
	struct bpfasm_out out;

	ck_assert_int_eq(bpfasm_assemble(text, sizeof(text) - 1, &o, &out), 0);
	ck_assert_uint_eq(out.len, 24);
	ck_assert_uint_eq(out.data[4], 4);
	ck_assert_uint_eq(out.data[12], 4);
	bpfasm_free(&out);
}
END_TEST

Suite *suite_coredecl(void)
{
	Suite *s = suite_create("coredecl");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, records);
	tcase_add_test(t, members);
	tcase_add_test(t, messages);
	tcase_add_test(t, no_target);
	tcase_add_test(t, other_formats);
	tcase_add_test(t, configuration);
	suite_add_tcase(s, t);
	return s;
}
