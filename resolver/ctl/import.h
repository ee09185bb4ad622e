/* Another program's settings as a pintle.yaml: what stubby.c and stamp.c read, import.c
 * settles and import_write.c writes. What cannot be carried over is a note with its
 * reason; what would come out less safe than it was is an error. */
#ifndef CTL_IMPORT_H
#define CTL_IMPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/endpoint.h"
#include "config/config.h"
#include "pinning/pin.h"

/* As many as the configuration takes. */
#define IMPORT_ADDRESSES_MAX 16
#define IMPORT_PINS_MAX      64
#define IMPORT_LISTEN_MAX    64
#define IMPORT_BOOTSTRAP_MAX 8

struct import_note {
	struct import_note *next;
	unsigned line;   /* in the source; 0: of the whole */
	const char *key; /* printable; NULL: of the whole */
	const char *why; /* printable */
};

struct import_upstream {
	struct import_upstream *next;
	char name[CONFIG_NAME_BYTES_MAX + 1];
	const char *url; /* DoH; NULL: DoT */
	/* NULL: the certificate must name the address, or, with pins, be pinned itself.
	 */
	const char *auth_name;
	struct endpoint addresses[IMPORT_ADDRESSES_MAX];
	size_t address_n;
	struct pin pins[IMPORT_PINS_MAX];
	size_t pin_n;
};

struct import {
	struct arena arena; /* owns all below */
	struct import_note *notes, *last_note;
	struct import_upstream *upstreams, *last_upstream;
	size_t upstream_n;

	/* 0, NULL, false: nothing was said, and pintle's default holds. */
	struct endpoint listen[IMPORT_LISTEN_MAX];
	size_t listen_n;
	struct endpoint bootstrap[IMPORT_BOOTSTRAP_MAX];
	size_t bootstrap_n;
	const char *log_level, *strategy, *client_subnet;
	const char *ca_file, *ca_path, *anchors;
	uint32_t timeout_ms, idle_timeout_ms;
	bool has_padding, tls_1_3, validate;
	unsigned padding;
};

void import_init(struct import *import);
void import_deinit(struct import *import);

/* `why` is a format. NOMEM. */
MUST_CHECK enum status import_note(struct import *import, unsigned line, const char *key,
	const char *why, ...) PRINTF_LIKE(4, 5);

/* Puts a copy of `from` behind the others, under a name of its own, or its address to
 * the upstream that has the same name and pins. LIMIT: too many; NOMEM. */
MUST_CHECK enum status import_add(
	struct import *import, const struct import_upstream *from);

/* The whole file. `source` is what it was made of, for its first line. `out->p` is owned:
 * free(). It has been read by config_parse(): CONFIG, and `error` says so, if that
 * refuses it. LIMIT, NOMEM. */
MUST_CHECK enum status import_write(const struct import *import, const char *source,
	struct config_error *error, struct bytes *out);

#endif
