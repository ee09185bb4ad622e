/* A hosts file (hosts(5)): a line an address, then names; # begins a comment. */
#ifndef LOCAL_HOSTS_H
#define LOCAL_HOSTS_H

#include "dns/name.h"

enum hosts_item {
	HOSTS_END,
	HOSTS_NAME,   /* an address and one of its names */
	HOSTS_BROKEN, /* what is skipped, at `line` */
};

struct hosts_entry {
	unsigned line; /* from 1 */
	uint8_t address[16];
	size_t address_n; /* 4 or 16 */
	struct name name;
};

/* Where it is; `rest` is the file's bytes at first, all else zero. Borrows from them. */
struct hosts_reader {
	struct bytes rest;
	struct bytes names; /* left of the line */
	struct hosts_entry entry;
};

/* Lines may end in CR LF. Not broken and yet without effect: an address with a zone
 * (fe80::1%lo0), which means something on one machine only, and an address in the place
 * of a name, both of which lists on the net have. */
enum hosts_item hosts_next(struct hosts_reader *r, struct hosts_entry *out);

#endif
