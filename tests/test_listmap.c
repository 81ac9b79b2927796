// SPDX-License-Identifier: MIT
/* test_listmap.c - maps and their records, as text and back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfasm.h"
#include "listmap.h"
#include "t.h"

#define PROGRAM ".license \"GPL\"\n.prog p \"uprobe\"\n r0 = 0\n exit\n"

/* The map lines of an object made from decls; NULL: refused. */
static char *listed(const char *decls, size_t cut)
{
	struct bpfasm_out out;
	struct rawbpf_error e;
	struct buf text = {0};
	struct listtype types;
	struct elf_file *f;
	char source[2048];
	int err;

	snprintf(source, sizeof(source), "%s%s", decls, PROGRAM);
	bpfasm_assemble(source, strlen(source), NULL, &out);
	ck_assert_msg(out.data != NULL, "%s", out.diag);
	/* cut: damage the BTF's header, which the object's text does not need */
	for (size_t i = 0; cut && i + 4 < out.len; i++)
		if (!memcmp(out.data + i, "\x9f\xeb\x01", 3))
			out.data[i + cut] = 0xff;
	err = elf_open_memory(out.data, out.len, "test", &f, &e);
	ck_assert_int_eq(err, 0);
	err = listtype_open(f, &text, &types, &e);
	if (!err) {
		err = listmap_print(f, &types, &e);
		listtype_close(&types);
	}
	elf_close(f);
	bpfasm_free(&out);
	if (!err)
		return buf_steal(&text);
	ck_assert_ptr_nonnull(strstr(e.msg, "EINVAL"));
	buf_free(&text);
	return NULL;
}

static void comes_back(const char *decls)
{
	char *text = listed(decls, 0);

	ck_assert_str_eq(text, decls);
	free(text);
}

START_TEST(every_kind_comes_back)
{
	comes_back(".map dist histogram(65)\n");
	comes_back(".map h hash(u32, u64, 100)\n");
	comes_back(".map h percpu_hash(char[16], s32, 7) flags=1\n");
	comes_back(".map h lru_hash(u8, u16, 2)\n");
	comes_back(".map r ringbuf(4096)\n.map e perf_event_array\n.map s stack_trace(64)\n");
	comes_back(".map j prog_array(8)\n");
	comes_back(".map l lpm_trie(char[8], u64, 100)\n.map q queue(u64, 4)\n"
		   ".map s stack(s16, 4)\n.map b bloom_filter(u32, 9)\n");
	comes_back(".map u user_ringbuf(4096)\n.map t task_storage(u64)\n"
		   ".map c cgrp_storage(char[7])\n.map i inode_storage(u32) flags=512\n"
		   ".map k sk_storage(s8)\n");
	comes_back(".map s type(19, u64, u32, 0)\n.map z type(1, u32, u64, 0)\n"
		   ".map h type(18, 8, 4, 5)\n.map l type(11, char[8], u64, 5)\n");
	comes_back(".map a array_of_maps(hash(u32, u64, 4), 3)\n"
		   ".map h hash_of_maps(array(u64, 8), 10)\n");
}
END_TEST

START_TEST(what_they_hold_comes_back)
{
	comes_back(".map in hash(u32, u64, 4)\n"
		   ".map a array_of_maps(in, 3) = {0, in}\n"
		   ".map c array_of_maps(hash(u32, u64, 5), 3) = {0, other}\n"
		   ".map other hash(u32, u64, 5)\n"
		   ".map j prog_array(4) = {0, 0, p}\n"
		   ".struct key\n\tpid: s32\n.end\n"
		   ".map like hash(key, u64, 4) flags=1\n"
		   ".map b array_of_maps(like, 1) flags=2048 = {late}\n"
		   ".map late hash(key, u64, 4) flags=1\n");
	/* nothing at the end, or nowhere */
	comes_back(".map in hash(u32, u64, 4)\n.map a array_of_maps(in, 4) = {in, 0, 0}\n"
		   ".map z array_of_maps(in, 2) = {0}\n.map j prog_array(4) = {p, 0, 0, 0}\n");
}
END_TEST

START_TEST(records_come_before_their_map)
{
	comes_back(".struct key\n\tcomm: char[16]\n\tpid: u32\n\tslot: u64\n.end\n"
		   ".map keyed hash(key, u64, 1024)\n");
	/* two maps of one record: it is written once */
	comes_back(".struct key\n\tpid: s32\n.end\n"
		   ".map a hash(key, u64, 10)\n.map b hash(key, key, 10)\n");
}
END_TEST

START_TEST(options_come_back)
{
	comes_back(".map b bloom_filter(u32, 9) extra=5\n"
		   ".map a type(33, 0, 0, 10) flags=1024 extra=17592186044416\n"
		   ".map n hash(u32, u64, 9) flags=1 numa=3\n.map z hash(u32, u64, 9) numa=0\n"
		   ".map h histogram(65) numa=1\n"
		   ".map m array_of_maps(b, 2) numa=1\n");
}
END_TEST

START_TEST(no_maps_no_lines)
{
	comes_back("");
}
END_TEST

/* A section of an object, to be written to. */
static unsigned char *bytes_of(struct bpfasm_out *out, const char *name, size_t *len)
{
	struct elf_section s;
	struct elf_file *f;
	const void *p;
	unsigned char *at;

	ck_assert_int_eq(elf_open_memory(out->data, out->len, "test", &f, NULL), 0);
	ck_assert_int_eq(elf_find_section(f, name, &s), 0);
	ck_assert_int_eq(elf_section_data(f, &s, &p, len), 0);
	at = memmem(out->data, out->len, p, *len);
	elf_close(f);
	ck_assert_ptr_nonnull(at);
	return at;
}

/* Maps that all say to reach up to the last one's element, which is far away. */
START_TEST(maps_in_each_other)
{
	enum { MAPS = 128, SIZE = 40, FAR = 8 * 65000, MOST = 14 << 20 };
	static const uint32_t all = INT32_MAX;
	static const uint64_t to = FAR;
	uint32_t word[2], maps = 0;
	struct bpfasm_out out;
	struct rawbpf_error e;
	unsigned char *p;
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	for (i = 0; i < MAPS; i++)
		fprintf(f, ".map m%zu prog_array(65000) = {p}\n", i);
	fputs(PROGRAM, f);
	fclose(f);
	ck_assert_int_eq(bpfasm_assemble(text, len, NULL, &out), 0);
	free(text);
	p = bytes_of(&out, ".rel.maps", &len);
	memcpy(p + len - 16, &to, sizeof(to));
	p = bytes_of(&out, ".BTF", &len);
	for (i = 0; i + 8 <= len; i += 4) {
		memcpy(word, p + i, sizeof(word));
		if (word[0] != SIZE * maps || word[1] != SIZE)
			continue;
		memcpy(p + i + 4, &all, sizeof(all));
		maps++;
	}
	ck_assert_uint_eq(maps, MAPS);
	f = open_memstream(&text, &len);
	ck_assert_int_eq(rawbpf_list_object(out.data, out.len, f, &e), 0);
	fclose(f);
	ck_assert_uint_gt(len, FAR);
	ck_assert_uint_lt(len, MOST);
	free(text);
	bpfasm_free(&out);
}
END_TEST

START_TEST(damaged_btf_is_refused)
{
	size_t at;

	/* version, header length, and the offsets and lengths behind it */
	for (at = 8; at < 24; at++) {
		char *text = listed(".map h hash(u32, u64, 100)\n", at);

		ck_assert_msg(!text || at < 12, "a damaged byte %zu gave %s", at, text);
		free(text);
	}
}
END_TEST

Suite *suite_listmap(void);
Suite *suite_listmap(void)
{
	Suite *s = suite_create("listmap");
	TCase *t = tcase_create("unit");

	tcase_add_test(t, every_kind_comes_back);
	tcase_add_test(t, what_they_hold_comes_back);
	tcase_add_test(t, records_come_before_their_map);
	tcase_add_test(t, options_come_back);
	tcase_add_test(t, no_maps_no_lines);
	tcase_add_test(t, maps_in_each_other);
	tcase_add_test(t, damaged_btf_is_refused);
	suite_add_tcase(s, t);
	return s;
}
