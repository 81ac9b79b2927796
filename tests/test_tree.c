// SPDX-License-Identifier: MIT
/* test_tree.c - the rules that hold the tree together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"

/* Runs a check written in shell from the top of the tree; it must print nothing. */
static void expect_silence(const char *what, const char *script)
{
	char *out;

	t_run(&out, "cd '%s' && export BUILD='%s' && { %s\n} 2>&1", TEST_ROOT, TEST_BUILD, script);
	ck_assert_msg(!*out, "%s:\n%s", what, out);
	free(out);
}

START_TEST(only_sys_talks_to_the_kernel)
{
	expect_silence("raw system calls outside src/sys.c",
		"grep -nE '\\bsyscall *\\(' -r src bpfasm tools --include='*.[ch]' |"
		" grep -v '^src/sys\\.c'");
	expect_silence("files, mappings and ioctls past src/sys.c",
		"grep -nwE '(open|openat|fopen|read|pread|write|ioctl|mmap|poll|close)\\(' "
		"src/*.c |"
		" grep -vE '^src/sys\\.c|^[^:]*:[0-9]+:[[:space:]]*(/?\\*|//)'");
	expect_silence("libelf outside src/elf.c",
		"grep -nE '#include *<(gelf|libelf)\\.h>' -r src bpfasm tools include |"
		" grep -v '^src/elf\\.c'");
}
END_TEST

START_TEST(library_neither_prints_nor_exits)
{
	expect_silence("printing or exiting in the library",
		"grep -nE '\\b(printf|puts|putchar|perror|exit|_exit|abort|assert) *\\(' src/*.c"
		" bpfasm/*.c | grep -vE ':[[:space:]]*(/?\\*|//)'");
}
END_TEST

START_TEST(every_source_file_has_a_test)
{
	expect_silence("source files without a test", "for f in src/*.c bpfasm/*.c; do test -f "
						      "tests/test_$(basename $f) || echo $f; done");
}
END_TEST

/*
 * What needs root needs the kernel: it belongs into the TCase "live", which make check-vm runs on
 * old and new kernels, or into "host" if it needs more tools than the virtual machines have.
 */
START_TEST(root_tests_are_live)
{
	expect_silence("tests with T_NEED_ROOT outside of the TCases live and host",
		"awk '/^START_TEST/ {split($0, p, /[()]/); test = p[2]}"
		" /T_NEED_ROOT\\(\\)/ && test {root[test] = 1}"
		" /^END_TEST/ {test = \"\"}"
		" /tcase_create/ {n = split($0, p, /,/); for (i = 1; i <= n; i++)"
		"  if (match(p[i], /[a-z]+ = tcase_create/)) {"
		"   split(substr(p[i], RSTART), q, /[ \"]/); name[q[1]] = q[4]}}"
		" /tcase_add_/ {split($0, p, /[(), ]+/); if (p[3] in root &&"
		"  name[p[2]] != \"live\" && name[p[2]] != \"host\")"
		"  print FILENAME, p[3], \"in\", name[p[2]]}"
		" FNR == 1 {split(\"\", root); split(\"\", name)}' tests/test_*.c");
}
END_TEST

START_TEST(files_stay_short)
{
	expect_silence("files over 800 lines",
		"wc -l src/*.[ch] bpfasm/*.[ch] tools/*.[ch] include/*.h tests/*.[ch] |"
		" awk '$2 != \"total\" && $1 > 800'");
}
END_TEST

START_TEST(assembler_stands_alone)
{
	expect_silence("bpfasm includes more than its own headers and libc's",
		"grep -hoE '#include \"[^\"]+\"' bpfasm/*.[ch] | sort -u |"
		" sed 's/#include \"//; s/\"//' |"
		" while read -r h; do test -f bpfasm/$h || test $h = bpfasm.h || test -f "
		"include/$h &&"
		" test $h != rawbpf.h || echo $h; done");
}
END_TEST

/* README's table of layers against the includes. */
START_TEST(layers_hold)
{
	expect_silence("files that README's table of layers lacks, or names and that are not there",
		"sed -n 's/^| \\([0-9]\\) | \\([a-z_ ]*\\) |.*/\\1 \\2/p' README.md |"
		" awk '{for (i = 2; i <= NF; i++) print $i, $1}' | sort >$BUILD/layers;"
		"awk '{print $1}' $BUILD/layers >$BUILD/layers.named;"
		"ls src/*.c | sed 's,src/,,; s,\\.c,,' | sort >$BUILD/layers.there;"
		"sort $BUILD/layers.named | diff - $BUILD/layers.there");
	expect_silence("includes of a higher layer",
		"for f in src/*.[ch]; do m=$(basename ${f%.*});"
		" n=$(awk -v m=$m '$1 == m {print $2}' $BUILD/layers);"
		" for i in $(sed -n 's/^#include \"\\([a-z_]*\\)\\.h\"/\\1/p' $f); do"
		" test -f src/$i.h && awk -v i=$i -v n=\"$n\" -v f=$f '$1 == i && $2 > n"
		" {print f \" (layer \" n \") includes \" i \".h (layer \" $2 \")\"}'"
		" $BUILD/layers; done; done");
	expect_silence("includes in a circle",
		"for f in src/*.[ch]; do m=$(basename ${f%.*});"
		" for i in $(sed -n 's/^#include \"\\([a-z_]*\\)\\.h\"/\\1/p' $f); do"
		" test $i = $m || ! test -f src/$i.h || echo $m $i; done; done |"
		" tsort 2>&1 >/dev/null");
}
END_TEST

START_TEST(headers_compile_alone)
{
	expect_silence("public headers",
		"command -v g++ >/dev/null || echo 'no C++ compiler';"
		"for h in include/*.h; do for c in 'gcc -std=c11' 'g++ -std=c++17 -x c++'; do"
		" echo \"#include \\\"$(basename $h)\\\"\" |"
		" $c -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only"
		" $(case $c in gcc*) echo -x c;; esac) - || echo \"$h with $c\"; done; done");
	expect_silence("internal headers",
		"for h in src/*.h bpfasm/*.h; do gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror"
		" -Iinclude -iquote src -iquote bpfasm -fsyntax-only -x c $h || echo $h; done");
}
END_TEST

START_TEST(exports_only_public_names)
{
	expect_silence("exported symbols",
		"readelf -sW $BUILD/librawbpf.a $BUILD/libbpfasm.a |"
		" awk '$5 == \"GLOBAL\" && $6 == \"DEFAULT\" && $7 != \"UND\" {print $8}' |"
		" grep -vE '^(rawbpf|bpfasm)_'");
}
END_TEST

START_TEST(no_writable_globals)
{
	if (T_SANITIZED)
		T_SKIP("sanitizers add globals of their own");
	expect_silence("writable globals",
		"objdump -h $BUILD/librawbpf.a $BUILD/libbpfasm.a |"
		" awk '$2 ~ /^\\.(data|bss|tdata|tbss)/ && $2 !~ /^\\.data\\.rel\\.ro/ &&"
		" $3 !~ /^0+$/ {print $2}'");
}
END_TEST

/* What the assembler may ask of libc: memory, strings, formatting, and reading an include. */
START_TEST(assembler_needs_little)
{
	if (T_SANITIZED)
		T_SKIP("sanitizers add symbols of their own");
	expect_silence("symbols that libbpfasm.a may not need",
		"nm $BUILD/libbpfasm.a | awk '$1 == \"U\" {print $2}' | sort -u >$BUILD/asm.need;"
		"nm $BUILD/libbpfasm.a | awk 'NF == 3 && $2 ~ /[TRDB]/ {print $3}' | sort -u"
		" >$BUILD/asm.have;"
		"comm -23 $BUILD/asm.need $BUILD/asm.have | grep -vxE '_GLOBAL_OFFSET_TABLE_|"
		"__stack_chk_fail|malloc|calloc|realloc|free|mem(cpy|move|set|cmp|chr)|"
		"str(len|cmp|ncmp|chr|rchr|str|casecmp|ncasecmp|nlen|spn|cspn)|v?snprintf|"
		"fopen(64)?|fread|fclose|ferror|fseek|ftell|fstat(64)?|fileno|stat(64)?|qsort|"
		"bsearch|strerror|"
		"__errno_location|__ctype_b_loc|tolower|toupper'");
}
END_TEST

START_TEST(compiles_as_one_unit)
{
	expect_silence("names that clash when all files are one unit",
		"for f in bpfasm/*.c src/*.c; do echo \"#include \\\"$f\\\"\"; done |"
		" gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -Iinclude -iquote src "
		"-iquote bpfasm"
		" -fsyntax-only -x c -");
}
END_TEST

/* tcc has none of these. */
START_TEST(plain_c)
{
	expect_silence("what not every compiler has",
		"grep -nE '__atomic_|__sync_|stdatomic|_Atomic|__int128|__builtin_[a-z]*_overflow' "
		"-r"
		" src bpfasm include tools/*.c tools/examples");
}
END_TEST

START_TEST(top_level_is_fixed)
{
	expect_silence("what does not belong at the top",
		"git ls-files 2>/dev/null | sed 's,/.*,,' | sort -u | grep -vxE"
		" 'src|include|bpfasm|tests|tools|Makefile|README.md|LICENSE|CHANGELOG.md|\\..*'");
}
END_TEST

START_TEST(every_option_is_completed)
{
	expect_silence("options of the command", "tests/completion.sh");
}
END_TEST

/* cron, systemd and containers start programs without a HOME */
START_TEST(caches_without_a_home)
{
	expect_silence("where scripts keep what they fetch, without HOME",
		"for f in $(grep -rl '^cache=' tests tools --include='*.sh'); do\n"
		" c=$(env -u HOME -u XDG_CACHE_HOME -u VM_CACHE -u CACHE"
		"  sh -uc \"$(grep '^cache=' $f)\"'; echo $cache' 2>&1)\n"
		" case $c in /*/.cache/rawbpf*) n=$((${n:-0} + 1)) ;; *) echo \"$f: $c\" ;; esac\n"
		"done\n"
		"[ ${n:-0} -ge 4 ] || echo \"${n:-0} scripts have a cache\"");
}
END_TEST

START_TEST(nothing_left_to_do)
{
	expect_silence("work left in the text",
		"grep -nE '\\b(TODO|FIXME|XXX)\\b' -r src bpfasm tools include");
}
END_TEST

Suite *suite_tree(void);
Suite *suite_tree(void)
{
	Suite *s = suite_create("tree");
	TCase *t = tcase_create("rules");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, only_sys_talks_to_the_kernel);
	tcase_add_test(t, library_neither_prints_nor_exits);
	tcase_add_test(t, every_source_file_has_a_test);
	tcase_add_test(t, root_tests_are_live);
	tcase_add_test(t, files_stay_short);
	tcase_add_test(t, assembler_stands_alone);
	tcase_add_test(t, layers_hold);
	tcase_add_test(t, headers_compile_alone);
	tcase_add_test(t, exports_only_public_names);
	tcase_add_test(t, no_writable_globals);
	tcase_add_test(t, assembler_needs_little);
	tcase_add_test(t, compiles_as_one_unit);
	tcase_add_test(t, plain_c);
	tcase_add_test(t, top_level_is_fixed);
	tcase_add_test(t, every_option_is_completed);
	tcase_add_test(t, caches_without_a_home);
	tcase_add_test(t, nothing_left_to_do);
	suite_add_tcase(s, t);
	return s;
}
