/* What goes to the terminal or into a pipe. */
#ifndef CTL_OUTPUT_H
#define CTL_OUTPUT_H

#include <jansson.h>

#include "ctl/command.h"
#include "tls/verdict.h"

/* A stranger's bytes: what is not printable ASCII becomes \xNN. */
void print_untrusted(const char *text);
/* The same for lines in presentation format (RFC 1035 §5.1), which has its own
 * escapes: backslash, tab and newline stay. */
void print_untrusted_lines(const char *text);

/* One object on stdout; `json` is given away. NULL: there was no memory. */
enum exit_code print_json(json_t *json);

/* JSON has no way to write text that is not UTF-8: null then. NULL: no memory. */
json_t *text_json(const char *text);

/* Accepted or not, and each rule with what it found. `identity`: the name or
 * address asked for, or NULL. */
void print_verdict(const struct verdict *verdict, const char *identity);
/* The chain with its pins; as verified, or as sent. */
void print_chain(const struct verdict *verdict);

/* As of when it was judged, and why. Nothing if no certificate was looked at. */
void print_clock(const struct verdict *verdict);

/* The SCTs: print_verdict()'s line for them, behind the rule's outcome. */
void print_ct(const struct verdict *verdict);
/* What they amount to, and one of them: a line each. */
void print_ct_policy(const struct ct_policy *policy, const struct ct_report *report);
void print_ct_row(const struct sct_row *row);
/* A log list's age, and until when it can satisfy the policy; a line. The times as in
 * struct peer. */
void print_log_list(
	const char *policy, int64_t timestamp_s, int64_t horizon_s, int64_t at_s);
/* What the stapled OCSP response says; a line. */
void print_staple(const struct staple *staple);

#endif
