// SPDX-License-Identifier: MIT
/* test_tool_asm.c - rawbpf asm: its forms of output, its names for them, its refusals. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define ASM	 TEST_BUILD "/rawbpf asm"
#define EXAMPLES TEST_ROOT "/bpfasm/examples"

Suite *suite_tool_asm(void);

static char dir[64];

static void setup(void)
{
	strcpy(dir, "/tmp/rawbpf-asm-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void teardown(void)
{
	char *out;

	ck_assert_int_eq(t_run(&out, "rm -rf '%s'", dir), 0);
	free(out);
}

static void says(int status, const char *want, const char *command)
{
	char *out;
	int got = t_run(&out, "cd '%s' && %s", dir, command);

	ck_assert_msg(got == status, "%s: status %d, %s", command, got, out);
	ck_assert_msg(strstr(out, want), "%s: no '%s' in: %s", command, want, out);
	free(out);
}

START_TEST(hex_has_one_instruction_a_line)
{
	says(0, "0f21000000000000\n18010000010000000000000002000000\n",
		"printf 'r1 += r2\\nr1 = 0x200000001 ll\\n' | " ASM " -f hex -");
	says(0, "0f12000000000000\n", "echo 'r1 += r2' | " ASM " -f hex -EB -");
	says(0, "0f12000000000000\n", "echo 'r1 += r2' | " ASM " -f hex --arch s390x -");
}
END_TEST

START_TEST(names_of_the_output)
{
	says(0, "p.bpf\np.h\np.hex\np.o\n",
		"echo 'exit' | sed '1i .prog p \"socket\"' > p.bpf; " ASM " p.bpf && " ASM
		" -f c p.bpf && " ASM " -f hex p.bpf && ls");
	says(0, "ELF", ASM " p.bpf -o - | head -c 4");
	says(1, "is the input", "cp p.bpf q.o; " ASM " q.o 2>&1");
	says(1, "'nodir/x.o' cannot be written: ENOENT\n", ASM " p.bpf -o nodir/x.o 2>&1");
	says(1, "'nothing' cannot be read: ENOENT\n", ASM " nothing 2>&1");
	says(1, "stdout cannot be written: ENOSPC\n", ASM " -o - p.bpf 2>&1 >/dev/full");
}
END_TEST

/* records of the target: here those of an object that is the assembler's own */
START_TEST(records_from_btf)
{
	says(0, "b70100000c000000\n61620c0000000000\nb702000018000000\n",
		"printf '.struct key\\na: u64\\nb: u32\\nc: u32\\nd: u64\\n.end\\n.map m hash(key, "
		"u32)\\n"
		".prog p \"socket\"\\nreturn 0\\n' > k.bpf && " ASM " k.bpf && "
		"printf 'r1 = key.c\\nr2 = r6->key.c\\nr2 = sizeof(key)\\n' | " ASM
		" --btf k.o -f hex -");
	says(1, "'key' has no member 'cc'; did you mean 'c'?",
		"echo 'r1 = key.cc' | " ASM " --arch arm64 --btf k.o -f hex - 2>&1");
	says(1, "rawbpf asm: 'none' cannot be read: ENOENT\n",
		"echo 'r1 = key.c' | " ASM " --btf none -f hex - 2>&1");
	says(1, "name a file with --btf", "echo 'r1 = key.c' | " ASM " --arch s390x -f hex - 2>&1");
}
END_TEST

START_TEST(a_header_compiles_alone)
{
	says(0, "#define STRLEN_HIST_BPF_PROG_COUNT \"count\"",
		ASM " -f c -o x.h " EXAMPLES "/strlen_hist.bpf && cat x.h && "
		    "cc -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only x.h");
}
END_TEST

START_TEST(expanded_text_gives_the_same_bytes)
{
	says(0, "same",
		"for f in strlen_hist count_opens exits; do " ASM " -f hex -o a.hex " EXAMPLES
		"/$f.bpf; " ASM " -E -o b.bpf " EXAMPLES "/$f.bpf; " ASM
		" -f hex b.bpf; cmp a.hex b.hex || exit 1; done 2>&1 && echo same");
}
END_TEST

/* to stdout, unless told; the bytes are those of -f hex */
START_TEST(bytes_beside_source)
{
	says(0, "hist.inc:100           r1 = r6\n",
		ASM " --annotate " EXAMPLES "/strlen_hist.bpf | tee a.lst");
	says(0, "same",
		ASM " -f hex -o a.hex " EXAMPLES
		    "/strlen_hist.bpf; sed 's/.\\{16\\}/&\\n/g' a.hex | "
		    "grep . > want; grep -o '^ *[0-9]*  [0-9a-f]\\{16\\}' a.lst | sed 's/.* //' | "
		    "cmp - want && echo same");
	says(0, "0f12000000000000",
		"echo 'r1 += r2' | " ASM " -EB --annotate -o b.lst - && cat b.lst");
}
END_TEST

START_TEST(registers_of_another_cpu)
{
	says(0, "r6 = *(u64 *)(r1 +80)", ASM " -E --arch x86_64 " EXAMPLES "/strlen_hist.bpf");
	says(0, "r6 = *(u64 *)(r1 +0)", ASM " -E --arch arm64 " EXAMPLES "/strlen_hist.bpf");
}
END_TEST

/* The ELF header's byte order, and another's disassembler, of an object for each CPU. */
START_TEST(objects_of_each_cpu)
{
	static const struct {
		const char *cpu, *order, *width;
		unsigned retval, arg3, ip;
	} rows[] = {
		{"x86_64", "little", "u64", 80, 96, 128},
		{"arm64", "little", "u64", 0, 16, 256},
		{"arm", "little", "u32", 0, 8, 60},
		{"riscv64", "little", "u64", 80, 96, 0},
		{"ppc64le", "little", "u64", 24, 40, 256},
		{"ppc64", "big", "u64", 24, 40, 256},
		{"s390x", "big", "u64", 40, 56, 16},
		{"mips64", "big", "u64", 16, 48, 296},
		{"mips64el", "little", "u64", 16, 48, 296},
		{"loongarch64", "little", "u64", 32, 48, 264},
		{"i386", "little", "u32", 24, 4, 48},
	};
	char command[400], want[200], *out;
	int missing;
	size_t i;

	missing = t_run(&out, "command -v llvm-objdump && command -v readelf");
	free(out);
	if (missing)
		T_SKIP("no llvm-objdump or readelf");
	says(0, "",
		"printf '.license \"GPL\"\\n.prog p \"kprobe\"\\nr6 = retval\\nr7 = arg3\\n"
		"r8 = args->ip\\nreturn 0\\n' > r.bpf");
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		snprintf(command, sizeof(command),
			ASM " --arch %s r.bpf && readelf -h r.o | grep -o '[a-z]* endian' && "
			    "llvm-objdump -d r.o | grep -o 'r[678] = .*'",
			rows[i].cpu);
		snprintf(want, sizeof(want),
			"%s endian\nr6 = *(%s *)(r1 + %u)\nr7 = *(%s *)(r1 + %u)\n"
			"r8 = *(%s *)(r1 + %u)\n",
			rows[i].order, rows[i].width, rows[i].retval, rows[i].width, rows[i].arg3,
			rows[i].width, rows[i].ip);
		says(0, want, command);
	}
	/* what is given goes before what the CPU is */
	says(0, "little endian", ASM " --arch s390x -EL r.bpf && readelf -h r.o");
	says(0, "big endian", ASM " --arch arm64 -EB r.bpf && readelf -h r.o");
}
END_TEST

START_TEST(arguments_of_system_calls)
{
	const char *text = "printf '.license \"GPL\"\\n.prog p \"ksyscall/openat\"\\n"
			   "r2 = arg4\\nreturn 0\\n' > s.bpf; " ASM;
	char command[512];

	snprintf(command, sizeof(command), "%s -E --arch x86_64 s.bpf", text);
	says(0, "\tr3 = *(u64 *)(r1 +112)\n\tr3 += 56\n", command);
	says(0, "\tcall bpf_probe_read_kernel#113\n", command);
	snprintf(command, sizeof(command), "%s -E --arch x86_64 --kernel 4.19 s.bpf", text);
	says(0, "\tcall bpf_probe_read#4\n", command);
	snprintf(command, sizeof(command), "%s -E --arch x86_64 --kernel 4.16 s.bpf", text);
	says(0, "\tr2 = *(u64 *)(r1 +88)\n", command);
	says(1, "'arg4' is gone when the function returns",
		"sed s/ksys/kretsys/ s.bpf > t.bpf; " ASM " t.bpf 2>&1");
}
END_TEST

START_TEST(the_kernel_decides)
{
	const char *text =
		"printf '.include \"std.inc\"\\n probe_read_user r1, 1, r3\\n' > k.bpf; " ASM;
	char command[512];

	snprintf(command, sizeof(command), "%s -E --kernel 5.4 k.bpf", text);
	says(0, "call bpf_probe_read#4", command);
	snprintf(command, sizeof(command), "%s -E --kernel 5.5 k.bpf", text);
	says(0, "call bpf_probe_read_user#112", command);
	says(1, "'bpf_probe_read_user' came with Linux 5.5, this is for 5.4",
		"echo 'r0 = bpf_probe_read_user(r1, 1, r3)' | " ASM " -E --kernel 5.4 - 2>&1");
}
END_TEST

START_TEST(include_directories)
{
	says(0, "r0 = 7",
		"mkdir -p inc && echo 'r0 = 7' > inc/seven.inc && echo '.include \"seven.inc\"' "
		"| " ASM " -E -I inc -");
}
END_TEST

/* a node of its own, like /dev/full: what cannot be written to is left where it is */
START_TEST(a_device_is_never_removed)
{
	char *out;

	T_NEED_ROOT();
	if (t_run(&out, "cd '%s' && mknod full c 1 7 2>&1 && head -c 1 full 2>&1", dir) != 0) {
		free(out);
		T_SKIP("device nodes do not work in /tmp");
	}
	free(out);
	says(1, "'full' cannot be written", "echo 'r1 = r2' | " ASM " -f hex -o full - 2>&1");
	says(0, "character special", "stat -c %F full");
}
END_TEST

START_TEST(wrong_usage_and_failures)
{
	says(2, "usage: rawbpf asm", ASM " 2>&1");
	says(2, "no format 'x'", ASM " -f x p 2>&1");
	says(2, "unknown CPU 'z80'", "echo exit | " ASM " --arch z80 - 2>&1");
	says(2, "'new' is no kernel version", ASM " --kernel new - 2>&1");
	says(0, "usage: rawbpf asm", ASM " --help");
	says(1, "'nofile' cannot be read", ASM " nofile 2>&1");
	says(1, "<stdin>:1:6: error: no register 'r11'", "echo 'r1 = r11' | " ASM " -f hex - 2>&1");
	says(0, "0 bytes",
		"echo 'r1 = r11' | " ASM " -o x.o - 2>/dev/null | wc -c | "
		"sed 's/$/ bytes/'; test ! -e x.o");
}
END_TEST

Suite *suite_tool_asm(void)
{
	Suite *s = suite_create("tool_asm");
	TCase *tc = tcase_create("unit");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, hex_has_one_instruction_a_line);
	tcase_add_test(tc, names_of_the_output);
	tcase_add_test(tc, records_from_btf);
	tcase_add_test(tc, a_header_compiles_alone);
	tcase_add_test(tc, expanded_text_gives_the_same_bytes);
	tcase_add_test(tc, bytes_beside_source);
	tcase_add_test(tc, registers_of_another_cpu);
	tcase_add_test(tc, objects_of_each_cpu);
	tcase_add_test(tc, arguments_of_system_calls);
	tcase_add_test(tc, the_kernel_decides);
	tcase_add_test(tc, include_directories);
	tcase_add_test(tc, wrong_usage_and_failures);
	suite_add_tcase(s, tc);
	tc = tcase_create("host");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_device_is_never_removed);
	suite_add_tcase(s, tc);
	return s;
}
