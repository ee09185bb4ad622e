/* Local names made from texts, and what they answer, in words. */
#ifndef TESTS_UNIT_LOCAL_SCENE_H
#define TESTS_UNIT_LOCAL_SCENE_H

#include "local/local.h"

#define SCENE_LIST_MAX 16

/* What is configured; lists end at the first NULL. */
struct scene {
	const char *hosts;
	const char *records[SCENE_LIST_MAX];
	/* "ads.example nxdomain" */
	const char *zones[SCENE_LIST_MAX];
	const char *forwards[SCENE_LIST_MAX];
};

#define SCENE_SAID_MAX 1024

/* Fails the test unless it can be made. Records stand at "f:1", "f:2" and so on, zones at
 * "z:1" and so on. */
struct local *scene_new(const struct scene *scene);
/* The words of the refusal, in `error`; fails the test if there is none. */
void scene_refused(const struct scene *scene, char *error, size_t cap);

/* "www.lan AAAA" is asked. "NONE", or the rcode and then the records:
 * "NOERROR www.lan. 60 CNAME a.lan. a.lan. 300 A 192.0.2.1", "NXDOMAIN SOA lan.". What
 * every answer must be is asserted: its flags, its question as it was asked, the places
 * of its TTLs, and with the SOA its fields. */
void scene_ask(const struct local *local, const char *question, char *said);

/* A test: `want` is what is said. */
void scene_assert(const struct local *local, const char *question, const char *want);

#endif
