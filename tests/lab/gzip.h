/* gzip without compressing (RFC 1952, RFC 1951 §3.2.4): enough for a body that says it
 * is compressed and, to who believes it, is. */
#ifndef LAB_GZIP_H
#define LAB_GZIP_H

#include "tests/lab/h2frame.h"

/* `in` has less than 65536 bytes. */
void gzip_store(struct outbox *out, struct bytes in);

#endif
