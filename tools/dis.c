// SPDX-License-Identifier: MIT
/* dis.c - rawbpf dis: instructions back to text. */
#include <getopt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpfasm.h"
#include "tool.h"

static const char usage[] =
	"[-EB|-EL] FILE|-\n"
	"  a BPF object, 'asm -f hex' output or raw instructions as text that assembles back\n"
	"  -EB, --big-endian     hex or raw instructions are big endian (an object says it "
	"itself)\n"
	"  -EL, --little-endian  ... are little endian; default: as this machine";

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* a digit's value, -1: none */
static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * Lines of 16 or 32 hexadecimal digits become bytes, in place: *len is then their number.  Any
 * other text is left alone, and so are raw bytes.
 */
static void unhex(char *p, size_t *len)
{
	size_t i, digits = 0, n = 0;

	for (i = 0; i <= *len; i++) {
		if (i < *len && digit(p[i]) >= 0) {
			digits++;
			continue;
		}
		if ((i < *len && !is_space(p[i])) || digits % 16 || digits > 32)
			return;
		n += digits;
		digits = 0;
	}
	if (!n)
		return;
	for (i = n = 0; i < *len; i++) {
		if (digit(p[i]) < 0)
			continue;
		p[n++] = (char)(digit(p[i]) << 4 | digit(p[i + 1]));
		i++;
	}
	*len = n;
}

/* Strings of the object have its own bytes, which a terminal should not get. */
static int list_to_stdout(const char *p, size_t len, struct rawbpf_error *e)
{
	size_t size = 0;
	char *text = NULL;
	FILE *f = isatty(STDOUT_FILENO) == 1 ? open_memstream(&text, &size) : NULL;
	int err = rawbpf_list_object(p, len, f ? f : stdout, e);

	if (f && !fclose(f))
		rawbpf_fprint_text(stdout, text, size, true);
	free(text);
	return err;
}

static int list_object(const char *path, const char *p, size_t len)
{
	struct rawbpf_error e;

	if (list_to_stdout(p, len, &e))
		return tool_fail("dis", "'%s': %s", path, e.msg);
	if (e.msg)
		tool_fail("dis", "warning: '%s': %s", path, e.msg);
	return TOOL_OK;
}

static int list_insns(const char *path, const char *p, size_t len, bool big_endian)
{
	struct bpfasm_opts o = {.sz = sizeof(o), .big_endian = big_endian};
	struct bpfasm_out out;
	int err, status = TOOL_OK;

	if (!len)
		return tool_fail("dis", "'%s' holds no instructions: it is empty", path);
	if (len % 8)
		return tool_fail("dis",
			"'%s' holds no instructions: neither ELF nor hex, and %zu is no multiple "
			"of 8 bytes",
			path, len);
	err = bpfasm_disassemble(p, len, &o, &out);
	if (err)
		status = tool_fail("dis", "'%s': %s", path, rawbpf_errno_name(err));
	else
		fwrite(out.data, 1, out.len, stdout);
	bpfasm_free(&out);
	return status;
}

static bool host_is_big(void)
{
	const uint16_t one = 1;

	return !*(const unsigned char *)&one;
}

int dis_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"big-endian", no_argument, NULL, 'b'},
		{"little-endian", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	bool big_endian = host_is_big();
	const char *path;
	int c, status;
	size_t len;
	char *p;

	while ((c = tool_getopt("dis", usage, argc, argv, ":E:h", options)) != -1) {
		switch (c) {
		case 'b': big_endian = true; break;
		case 'l': big_endian = false; break;
		case 'E':
			if (strcmp(optarg, "B") != 0 && strcmp(optarg, "L") != 0)
				return tool_wrong("dis", usage, "no option '-E%s'", optarg);
			big_endian = *optarg == 'B';
			break;
		case 'h': return tool_usage("dis", usage);
		default: return TOOL_USAGE;
		}
	}
	if (tool_operands("dis", usage, argc, argv, "FILE", 1, 1))
		return TOOL_USAGE;
	path = argv[optind];
	p = tool_read("dis", path, &len);
	if (!p)
		return TOOL_FAILED;
	if (len >= 4 && !memcmp(p, "\177ELF", 4)) {
		status = list_object(path, p, len);
	} else {
		unhex(p, &len);
		status = list_insns(path, p, len, big_endian);
	}
	free(p);
	return tool_finish("dis", status);
}
