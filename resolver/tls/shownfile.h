/* What a server has shown, as a file: certificates and, in PEM blocks of their own
 * beside them, SCT list and staple, as evidence of a refusal is kept. */
#ifndef TLS_SHOWNFILE_H
#define TLS_SHOWNFILE_H

#include "base/text.h"
#include "tls/peer.h"

#define SHOWNFILE_SCTS_LABEL   "SCT LIST"      /* the leaf's extension 18 */
#define SHOWNFILE_STAPLE_LABEL "OCSP RESPONSE" /* DER */

struct shownfile {
	STACK_OF(X509) * chain; /* owned; at least one, the leaf first */
	struct bytes tls_scts;  /* owned; p NULL: none */
	struct bytes staple;    /* owned; p NULL: none */
};

/* Certificates as certfile_parse() takes them; of each block the first counts.
 * NOTFOUND: no certificate in it; MALFORMED, LIMIT, NOMEM: `error` says where. On
 * OK shownfile_deinit(). */
MUST_CHECK enum status shownfile_parse(
	struct bytes in, struct text *error, struct shownfile *out);
void shownfile_deinit(struct shownfile *file);

/* As peer_collect() takes it; borrowed from `file`. */
struct peer_shown shownfile_shown(const struct shownfile *file);

#endif
