/* What tests of ct_verify() share: three logs of as many operators, all listed. */
#ifndef TESTS_UNIT_CT_VERIFY_SCENE_H
#define TESTS_UNIT_CT_VERIFY_SCENE_H

#include "tests/unit/ct/ct_world.h"

#define NOT_AFTER_S (MAKE_CERT_NOW + 86400)

extern struct ct_world world;
extern struct loglist *list; /* of the first three logs of `world` */
extern struct ct_scene scene;
extern struct ct_report report;

/* For cmocka: a list of its own for each case. `world` is there already. */
int scene_setup(void **state);
int scene_teardown(void **state);

/* `scene` under the policy of that name, into `report`. */
void verify(const char *policy);
/* Makes `scene`: two good SCTs each way. */
void make_full_scene(void);

#endif
