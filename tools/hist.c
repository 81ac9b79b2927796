// SPDX-License-Identifier: MIT
/* hist.c - rawbpf hist: "slot count" lines, as a map of a program has them, to a histogram. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

static const char hist_usage[] =
	"[--linear] [--val-type T] [--section-header H] [--strip-leading-zero] [--json] [FILE | "
	"-]\n"
	"\n"
	"Lines are \"SLOT COUNT\", or \"SECTION SLOT COUNT\" for one histogram a section; of two\n"
	"lines with one slot the later counts.  Slot i covers 2^(i-1) to 2^i - 1, or with --linear "
	"i.\n"
	"\n"
	"  --linear              slots are values, 0 to 1024\n"
	"  --val-type T          what is counted, the column's header (default: value)\n"
	"  --section-header H    what a section is (default: Bucket ptr)\n"
	"  --strip-leading-zero  begin with the first slot that has a count\n"
	"  --json                one object a histogram";

enum { HIST_CMD_SLOTS = 1025 };

struct hist_cmd {
	struct rawbpf_hist_opts o;
	struct rawbpf_error error;
	bool linear, json;
	const char *file;
	struct rawbpf_hist_entry *e; /* buckets point into the text; NULL: no section */
	size_t n;
};

static int hist_last(const struct hist_cmd *c, bool section)
{
	return c->linear && !section ? HIST_CMD_SLOTS - 1 : 64;
}

static int bad_line(const struct hist_cmd *c, size_t line, const char *what, const char *word)
{
	fflush(stdout);
	fputs("rawbpf hist: '", stderr);
	tool_puts_safe(stderr, c->file);
	fprintf(stderr, "' line %zu: %s '", line, what);
	tool_puts_safe(stderr, word);
	fputs("'\n", stderr);
	return TOOL_FAILED;
}

static size_t strip_blanks(char *line)
{
	size_t len = strlen(line);

	while (len && strchr(" \t\r", line[len - 1]))
		line[--len] = '\0';
	return len;
}

/* The last word of line, cut off with the blanks around it; NULL: there is none. */
static char *last_word(char *line)
{
	size_t len = strip_blanks(line);
	char *p;

	if (!len)
		return NULL;
	for (p = line + len; p > line && p[-1] != ' ' && p[-1] != '\t';)
		p--;
	if (p > line)
		p[-1] = '\0';
	return p;
}

/* Decimal digits only: strtoull also takes blanks and signs. */
static bool to_number(const char *s, uint64_t *v)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	*v = strtoull(s, &end, 10);
	return !errno && !*end;
}

static int hist_line(struct hist_cmd *c, char *line, size_t number)
{
	struct rawbpf_hist_entry *e = &c->e[c->n];
	char *count, *slot = NULL;
	uint64_t v = 0, low = 0;
	int last;

	line += strspn(line, " \t");
	count = last_word(line);
	if (!count)
		return TOOL_OK;
	if (count != line)
		slot = last_word(line);
	if (!slot)
		return bad_line(c, number, "expected SLOT COUNT, not", count);
	if (!to_number(count, &v))
		return bad_line(c, number, "no count:", count);
	if (!to_number(slot + (*slot == '-'), &low) || low > INT32_MAX)
		return bad_line(c, number, "no slot:", slot);
	*e = (struct rawbpf_hist_entry){
		.slot = *slot == '-' ? -(int64_t)low : (int64_t)low, .count = (int64_t)v};
	if (slot != line) {
		e->bucket = line;
		e->size = strip_blanks(line);
	}
	last = hist_last(c, slot != line);
	if (e->slot < 0) /* as bcc, whose lists count from the end */
		e->slot += last + 1;
	if (e->slot < 0 || e->slot > last) {
		char what[64];

		snprintf(what, sizeof(what), "the last slot is %d, not", last);
		return bad_line(c, number, what, slot);
	}
	c->n++;
	return TOOL_OK;
}

static int hist_lines(struct hist_cmd *c, char *text, size_t len)
{
	size_t number = 0, lines = 1;
	char *p, *next;
	int status = TOOL_OK;

	for (p = text; (p = memchr(p, '\n', (size_t)(text + len - p))); p++)
		lines++;
	c->e = calloc(lines, sizeof(*c->e));
	if (!c->e)
		return tool_fail("hist", "out of memory");
	for (p = text; p && p < text + len && status == TOOL_OK; p = next) {
		next = memchr(p, '\n', (size_t)(text + len - p));
		if (next)
			*next++ = '\0';
		status = hist_line(c, p, ++number);
	}
	return status;
}

static void json_hist(
	const struct hist_cmd *c, const char *section, size_t size, const uint64_t *slots)
{
	int i, last = hist_last(c, section != NULL), first = !c->linear;
	struct json j;

	while (last > 0 && !slots[last])
		last--;
	while (c->o.strip_leading_zero && first < last && !slots[first])
		first++;
	if (!slots[last])
		last = -1;
	json_open(&j, stdout);
	json_null(&j, "map");
	if (section)
		json_strn(&j, "section", section, size);
	else
		json_null(&j, "section");
	json_str(&j, "val_type", c->o.val_type ? c->o.val_type : "value");
	json_begin(&j, "buckets", '[');
	for (i = first; i <= last; i++) {
		json_begin(&j, NULL, '{');
		if (c->linear) {
			json_int(&j, "low", i);
			json_int(&j, "high", i);
		} else {
			json_uint(&j, "low", i == 1 ? 0 : UINT64_C(1) << (i - 1));
			json_uint(&j, "high", UINT64_MAX >> (64 - i));
		}
		json_uint(&j, "count", slots[i]);
		json_end(&j, '}');
	}
	json_end(&j, ']');
	json_close(&j);
}

static bool same_section(const struct rawbpf_hist_entry *a, const struct rawbpf_hist_entry *b)
{
	return a->size == b->size && !memcmp(a->bucket, b->bucket, a->size);
}

/* One histogram's slots; entries that were used lose their bucket. */
static void collect(struct hist_cmd *c, size_t first, uint64_t *slots)
{
	struct rawbpf_hist_entry of = c->e[first];
	size_t i;

	memset(slots, 0, HIST_CMD_SLOTS * sizeof(*slots));
	for (i = first; i < c->n; i++) {
		if (!of.bucket != !c->e[i].bucket || (of.bucket && !same_section(&of, &c->e[i])))
			continue;
		slots[c->e[i].slot] = (uint64_t)c->e[i].count;
		c->e[i].size = SIZE_MAX;
	}
}

static void put_section(FILE *out, const void *bucket, size_t size, void *arg)
{
	const char *p = bucket;
	char one[2] = "";

	(void)arg;
	for (; size; size--) {
		*one = *p++;
		tool_puts_safe(out, one);
	}
}

/* Lines without a section first, then the sections. */
static int hist_text(struct hist_cmd *c, const uint64_t *slots, bool plain, bool sections)
{
	int err = 0;

	if (plain && c->linear)
		err = rawbpf_fprint_linear_hist_opts(stdout, slots, HIST_CMD_SLOTS, &c->o);
	else if (plain)
		err = rawbpf_fprint_log2_hist_opts(stdout, slots, 65, &c->o);
	if (!err && sections && c->linear)
		err = rawbpf_fprint_linear_sections_opts(stdout, c->e, c->n, &c->o);
	else if (!err && sections)
		err = rawbpf_fprint_log2_sections_opts(stdout, c->e, c->n, &c->o);
	return err ? tool_error("hist", &c->error) : TOOL_OK;
}

static int hist_json(struct hist_cmd *c)
{
	uint64_t slots[HIST_CMD_SLOTS];
	const char *section;
	size_t i, size;

	for (i = 0; i < c->n; i++) {
		section = c->e[i].bucket;
		size = c->e[i].size;
		if (size == SIZE_MAX)
			continue;
		collect(c, i, slots);
		json_hist(c, section, size, slots);
	}
	if (!c->n) {
		memset(slots, 0, sizeof(slots));
		json_hist(c, NULL, 0, slots);
	}
	return TOOL_OK;
}

static int hist_print(struct hist_cmd *c)
{
	uint64_t slots[HIST_CMD_SLOTS] = {0};
	struct rawbpf_hist_entry *e = c->e;
	bool plain = false;
	size_t i, n = 0;

	if (c->json)
		return hist_json(c);
	for (i = 0; i < c->n; i++) {
		if (e[i].bucket) {
			e[n++] = e[i];
			continue;
		}
		slots[e[i].slot] = (uint64_t)e[i].count;
		plain = true;
	}
	c->n = n;
	return hist_text(c, slots, plain, n > 0);
}

/* false: it is over, with *status */
static bool hist_options(struct hist_cmd *c, int argc, char **argv, int *status)
{
	static const struct option longs[] = {{"linear", no_argument, NULL, 'l'},
		{"val-type", required_argument, NULL, 't'},
		{"section-header", required_argument, NULL, 's'},
		{"strip-leading-zero", no_argument, NULL, 'z'}, {"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'}, {0}};
	int opt;

	while ((opt = tool_getopt("hist", hist_usage, argc, argv, ":h", longs)) != -1) {
		switch (opt) {
		case 'l': c->linear = true; break;
		case 't': c->o.val_type = optarg; break;
		case 's': c->o.section_header = optarg; break;
		case 'z': c->o.strip_leading_zero = true; break;
		case 'j': c->json = true; break;
		case 'h': *status = tool_usage("hist", hist_usage); return false;
		default: *status = TOOL_USAGE; return false;
		}
	}
	c->file = optind < argc ? argv[optind] : "-";
	*status = tool_operands("hist", hist_usage, argc, argv, "FILE", 0, 1);
	return *status == TOOL_OK;
}

int hist_main(int argc, char **argv)
{
	struct hist_cmd c = {.o = {.sz = sizeof(c.o), .section_print_fn = put_section}};
	size_t len;
	char *text;
	int status;

	if (!hist_options(&c, argc, argv, &status))
		return status;
	c.o.error = &c.error;
	text = tool_read("hist", c.file, &len);
	if (!text)
		return TOOL_FAILED;
	status = hist_lines(&c, text, len);
	if (status == TOOL_OK)
		status = hist_print(&c);
	free(c.e);
	free(text);
	return status == TOOL_OK ? tool_finish("hist", status) : status;
}
