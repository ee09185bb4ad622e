/* Names written compressed into a message (RFC 1035 §4.1.4). */
#ifndef DNS_COMPRESS_H
#define DNS_COMPRESS_H

#include "dns/name.h"

/* Where names begin that were written already, by a hash of them. One that lost its
 * place to another is only not found again. Zeroed: none yet. */
#define COMPRESS_SLOTS 256
struct compressor {
	uint16_t at[COMPRESS_SLOTS];
};

/* Appends `name` to `message`, a writer that begins with the message's first byte: as a
 * pointer to the same name, or with one to its end, case ignored, if that was written
 * with the same compressor. What is written can always be read by name_read(). */
void compress_name(struct compressor *c, struct writer *message, const struct name *name);

#endif
