/* SPDX-License-Identifier: MIT */
/* vlogscan.h - the refusal in a verifier log, found by the shape of the lines. */
#ifndef VLOGSCAN_H
#define VLOGSCAN_H

#include "vlogstep.h"

/* Parts of the block that 7.3 adds. */
enum vlog_part { VLOG_OUTSIDE, VLOG_TITLE, VLOG_REASON, VLOG_AT, VLOG_PATH, VLOG_SUGGESTION };

/* Messages after one step that are kept: some refusals take three lines. */
enum { VLOG_KEPT = 6, VLOG_MSG = 256 };

/* What the lines say; all texts lie in the log. */
struct vlog_scan {
	struct vlog_lines lines;
	const char *end;
	bool trim;		  /* nothing was found by shape: lines count without their blanks */
	struct vlog_text summary; /* the message in a Go error before the log */
	bool omitted;		  /* the line at hand is such a one */
	bool validating;	  /* a global function's arguments are looked at */
	bool global;		  /* it is one that is verified */
	bool safe;		  /* behind the last step a path ended where another had been */
	enum vlog_part part;
	int insn;			  /* of the step printed last, -1: none */
	struct vlog_text step;		  /* its line, without comment */
	struct vlog_text source;	  /* line after "; " */
	struct vlog_text kept[VLOG_KEPT]; /* messages since the step, the last first */
	struct vlog_text msg, prev;	  /* the one chosen, and the one before it */
	struct vlog_text title, reason, suggestion;
	int at;			  /* the block's own instruction number, -1: none */
	struct vlog_text at_text; /* that instruction, where the block shows it */
	int at_call_insn;	  /* the first call that it shows behind that */
	struct vlog_text at_call;
	bool done, cut_head;
	unsigned turns; /* steps back in the program */
};

/* One pass, two when the shape tells nothing. */
void vlogscan_search(struct vlog_scan *s, const struct vlog_index *x, const char *log, size_t len);

#endif
