/* What stubby*.c share. */
#ifndef CTL_STUBBY_PARTS_H
#define CTL_STUBBY_PARTS_H

#include "config/node.h"
#include "ctl/import.h"

struct stubby {
	struct complaint complaint;
	struct import *import;
	bool has_transports, has_authentication;
};

/* A row for each key that getdns knows. */
struct stubby_key {
	const char *name;
	/* `base` is what the keys of that map are read into. NULL: it is left out. */
	enum status (*take)(struct stubby *s, const struct node *value, void *base);
	const char *why; /* it is left out */
};

/* The keys of `map`, each by its row; keys that have no row become notes. */
MUST_CHECK enum status stubby_take(struct stubby *s, const struct node *map,
	const struct stubby_key *keys, size_t key_n, void *base);

/* A constant of getdns: its word, or its number, which getdns takes as well. */
struct stubby_word {
	const char *word, *number;
	unsigned value;
};
/* CONFIG with the words that are allowed. */
MUST_CHECK enum status stubby_word(struct stubby *s, const struct node *value,
	const struct stubby_word *words, size_t word_n, unsigned *out);
MUST_CHECK enum status stubby_number(
	struct stubby *s, const struct node *value, unsigned max, unsigned *out);
/* An address and perhaps "%SCOPE": no port. */
MUST_CHECK enum status stubby_address(
	struct stubby *s, const struct node *value, uint16_t port, struct endpoint *out);
/* "KEY: VALUE PROBLEM". Returns CONFIG. */
enum status stubby_refuse(
	struct stubby *s, const struct node *value, const char *problem);

/* stubby_server.c; `base` is not looked at. */
enum status stubby_servers(struct stubby *s, const struct node *list, void *base);
enum status stubby_listen(struct stubby *s, const struct node *list, void *base);
enum status stubby_min_version(struct stubby *s, const struct node *value, void *base);

/* stubby_values.c; nor is it here. */
enum status stubby_round_robin(struct stubby *s, const struct node *value, void *base);
enum status stubby_timeout(struct stubby *s, const struct node *value, void *base);
enum status stubby_idle(struct stubby *s, const struct node *value, void *base);
enum status stubby_padding(struct stubby *s, const struct node *value, void *base);
enum status stubby_subnet(struct stubby *s, const struct node *value, void *base);
enum status stubby_ca_file(struct stubby *s, const struct node *value, void *base);
enum status stubby_ca_path(struct stubby *s, const struct node *value, void *base);
enum status stubby_log_level(struct stubby *s, const struct node *value, void *base);
/* Absolute, printable ASCII without quotes and backslashes; a copy. */
MUST_CHECK enum status stubby_path(
	struct stubby *s, const struct node *value, const char **out);

#endif
