/* Certificates with SCTs that come each way, and staples, for handshakes with the world's
 * chain. Logs have letters: A and C are Ann's, B is Bob's, U's is not in the list. */
#ifndef TESTS_UNIT_TLS_TLS_SCENE_H
#define TESTS_UNIT_TLS_TLS_SCENE_H

#include "ct/loglist.h"
#include "tests/unit/ct/make_sct.h"

/* A letter for each SCT, of that log; a small one: its signature is over another
 * certificate. NULL: none. */
struct scene_spec {
	const char *embedded, *tls, *ocsp;
	const char *issuer_tls; /* with the intermediate, over the leaf */
	bool empty_tls;         /* an extension with nothing in it */
	int64_t scts_s;         /* their time; 0: an hour before now */
	bool must_staple;
	enum scene_staple {
		SCENE_NONE,
		SCENE_GOOD,
		SCENE_OLD,
		SCENE_REVOKED,
		SCENE_FORGED, /* by a CA of the issuer's name */
		SCENE_NOISE,
	} staple;         /* holds `ocsp` */
	int64_t staple_s; /* when a day of it began; 0: an hour before now */
};

struct scene {
	X509 *leaf; /* owned */
	struct der tls, issuer_tls, staple;
	bool has_tls;
};

void scenes_init(void);
void scenes_deinit(void);
/* A, B and C; borrowed. */
struct loglist *scenes_logs(void);

/* The world's leaf otherwise, with the world's key. */
void scene_init(struct scene *scene, const struct scene_spec *spec);
void scene_deinit(struct scene *scene);

#endif
