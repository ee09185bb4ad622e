/* Shorthands that the tables of scenarios share. */
#ifndef LAB_PLANS_H
#define LAB_PLANS_H

/* clang-format off */
#define LAB_TABLE(table) { table, sizeof table / sizeof *table }

/* The configuration of most scenarios: PKIX and the name, no pins. */
#define BY_NAME          { .auth_name = LAB_AUTH_NAME }
#define BY_ADDRESS       { .auth_name = NULL }
/* PKIX off; what is left is the leaf's key and its dates. */
#define BY_LEAF_PIN      { .pins_only = true, .pins = { WHO_OWN } }
/* The same without Certificate Transparency. */
#define BY_NAME_ALONE    { .auth_name = LAB_AUTH_NAME, .ct_off = true }
/* What a careful user configures: the genuine leaf and its issuer. */
#define BY_GENUINE_PINS  { .auth_name = LAB_AUTH_NAME, .pins = { WHO_GENUINE, WHO_ISSUER } }

/* Lists of SCTs to order. */
#define SCTS(...)        (const struct sct_wish[]){ __VA_ARGS__, { CTLOG_NONE, SCT_SOUND } }
#define GOOD(log)        { CTLOG_##log, SCT_SOUND }
#define BAD(log, fault)  { CTLOG_##log, SCT_##fault }

/* A certificate without a fault. */
#define GOOD_LEAF        { .dns = { LAB_AUTH_NAME } }
#define LEAF_WITH(list)  { .dns = { LAB_AUTH_NAME }, .scts = list }
#define STAPLED_LEAF     { .dns = { LAB_AUTH_NAME }, .must_staple = true }
#define GOOD_RSA_LEAF    { .dns = { LAB_AUTH_NAME }, .key = KEY_RSA_2048 }
#define GOOD_SERVER      { .leaf = GOOD_LEAF, .issuer = WHO_ISSUER }
#define GENUINE_SERVER   { .leaf_is_genuine = true, .issuer = WHO_ISSUER }

/* Of HTTP/2: everything but the server, the server, and what it does. */
#define HONEST(called, what) \
	.name = called, .explains = what, .genuine_zone = true, .over = OVER_DOH_ONLY, \
	.client = BY_GENUINE_PINS
#define MISDEED(...) \
	{ .leaf_is_genuine = true, .issuer = WHO_ISSUER, \
	  .misdeed = &(const struct misdeed){ __VA_ARGS__ } }
#define RESPONSE(...)    &(const struct http_response){ __VA_ARGS__ }
#define FRAMES(...) \
	{ (const struct raw_frame[]){ __VA_ARGS__ }, \
	  sizeof (struct raw_frame[]){ __VA_ARGS__ } / sizeof (struct raw_frame) }
#define PAYLOAD(bytes)   .payload = bytes, .given = sizeof bytes - 1, .n = sizeof bytes - 1
#define ZEROS(length)    .n = length
/* clang-format on */

#endif
