/* The log list in force: the newest of the one this program was built with and
 * the one that `pintlectl loglist update` left in `state_dir`.
 *
 * There, list and signature are one file, so that no crash can part them: a line
 * with the base64 of the Ed25519 signature, then the list's bytes as they were
 * fetched and signed. The file before it is kept beside it.
 *
 * `state_dir` may belong to another user than whoever reads or writes there: no link of
 * his is followed, no pipe read, and only what has a good signature is used or kept. */
#ifndef CT_LOGLIST_STORE_H
#define CT_LOGLIST_STORE_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/text.h"
#include "ct/loglist.h"
#include "ct/loglist_sign.h"
#include "ct/policy.h"

#define LOGLIST_STORE_NAME     "ct-logs.signed"
#define LOGLIST_STORE_OLD_NAME "ct-logs.signed.old"

struct list_choice {
	struct loglist *list; /* owned: loglist_free() */
	bool is_stored;       /* false: built in */
};

/* The stored list counts only if its signature is by `key` (Ed25519, raw) and it
 * is newer than the built-in one; an older or equally old one is passed over in
 * silence, as an upgrade leaves it. Anything else that is wrong with it (no key,
 * a bad signature, a broken list, not readable) is said in `warning`, which stays
 * empty otherwise, and the built-in list is chosen. `state_dir` NULL: none.
 * Not OK only where there is no memory, or the built-in list is in error; then
 * `warning` says so and there is no list. */
MUST_CHECK enum status loglist_choose(const char *state_dir,
	const uint8_t key[LIST_KEY_BYTES], struct list_choice *out, struct text *warning);

/* Where the list in force comes from; all is borrowed. */
struct list_source {
	const char *file;      /* ct.log_list, trusted as it is; NULL: as above */
	const char *state_dir; /* or NULL */
	const uint8_t *key;    /* of the stored list; NULL: none, so it is not used */
};

/* The list that the daemon holds certificates against: every program asks here. Not OK,
 * with words in `why`: there is no list; a file's statuses are loglist_read()'s. With OK
 * `why` has loglist_choose()'s warning, or nothing. */
MUST_CHECK enum status loglist_in_force(
	const struct list_source *source, struct list_choice *out, struct text *why);

/* The two parts of a stored file, borrowed from it. MALFORMED, and neither is set: it
 * is none (a bare list, for one). */
MUST_CHECK enum status loglist_store_split(
	struct bytes file, struct bytes *signature, struct bytes *list);

/* What became of a list that was offered. */
enum list_offer {
	OFFER_TAKEN,
	OFFER_SAME,   /* the bytes of the list in force */
	OFFER_OLDER,  /* not newer than the list in force */
	OFFER_FUTURE, /* dated more than a day ahead: it would keep out all that follow */
	OFFER_FORGED, /* not signed by the key */
	OFFER_BROKEN, /* signed, but no log list with a time */
	OFFER_BARREN, /* no certificate could satisfy the policy with it */
};

/* Takes a list that was fetched into `state_dir`, if it is signed by `key`, newer than
 * the list in force, not of the future as of `at_s`, and has logs enough for `policy`:
 * written beside what is there, synced, renamed. What was stored before, with a good
 * signature, stays as LOGLIST_STORE_OLD_NAME. Whatever else happens leaves the stored
 * list as it was. Two that offer at once wait for each other, for seconds. `signature` is
 * 64 raw bytes, or their base64. `why` says what is wrong, unless TAKEN or SAME. IO: the
 * directory or a file in it, which `why` names; NOMEM. */
MUST_CHECK enum status loglist_store_offer(const char *state_dir,
	const uint8_t key[LIST_KEY_BYTES], const struct ct_policy *policy,
	struct bytes list, struct bytes signature, int64_t at_s, enum list_offer *out,
	struct text *why);

#endif
