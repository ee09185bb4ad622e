/* A house whose answers are validated, by a stand-in. */
#ifndef TESTS_UNIT_QUERY_VALIDATED_H
#define TESTS_UNIT_QUERY_VALIDATED_H

#include "query/validator.h"
#include "tests/unit/query/fake_dnssec.h"
#include "tests/unit/query/house.h"

/* The one in force. */
extern struct validator *validated_by;

/* For cmocka; at the end every validation that was made is freed. */
int validated_setup(void **state);
int validated_teardown(void **state);

/* One with these anchors; NULL: built in. */
struct validator *validated_anchors(struct house *house, const char *anchors);
/* As a reload does. NULL: off. */
void validated_change(struct house *house, struct validator *validator);

/* With DO. */
struct visit validated_visit(const char *name);
/* Asked, and answered later; and at once. */
void validated_get(struct house *house, struct visit *visit);
void validated_have(struct house *house, struct visit *visit);
/* What comes of the next two validations; codes 6 and 7 where there is one. */
void validated_say(enum validation_state first, enum validation_state second);
/* Questions that the servers have had. */
unsigned validated_asked(const struct house *house);

/* It is one of the chain's. */
bool validated_is_key(const struct message *query);
/* What was asked needs one, and gets no answer. */
void validated_wait_for_need(struct house *house);

#endif
