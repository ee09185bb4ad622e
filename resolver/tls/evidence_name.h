/* What a file of evidence is called: UPSTREAM-CLASS-DIGEST.pem, with the first 32 digits
 * of the leaf's SHA-256. The daemon writes them, pintlectl finds them. */
#ifndef TLS_EVIDENCE_NAME_H
#define TLS_EVIDENCE_NAME_H

#include "tls/verdict.h"

/* That the daemon keeps. */
#define EVIDENCE_FILES_MAX 32

/* None of them pushes out the one before it. */
enum evidence_class {
	EVIDENCE_MISISSUED,
	EVIDENCE_MISNAMED,
	EVIDENCE_UNVERIFIED,
	EVIDENCE_CLASS_COUNT /* it is none */
};

enum evidence_class evidence_class_of(const struct verdict *verdict);
/* "misissued"; "" for none. */
const char *evidence_class_word(enum evidence_class class);
/* What that means, in a sentence; "" for none. */
const char *evidence_class_text(enum evidence_class class);
/* How many files of that class are kept; they add up to EVIDENCE_FILES_MAX. */
unsigned evidence_class_files_max(enum evidence_class class);

/* `verdict` has a chain. The odd characters of the upstream's name become '_'. */
void evidence_name_write(
	const char *upstream, const struct verdict *verdict, struct text *out);
/* The class of the file of that name, without a path. */
enum evidence_class evidence_name_class(const char *name);

#endif
