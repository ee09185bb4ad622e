/* Whether an answer is signed by those who may say it (RFC 4033 to 4035, RFC 6840).
 *
 * No sockets, no threads, no clock: a validation says which question it needs answered
 * next, is given the message, and says in the end what the answer is worth. Work with
 * signatures is done in one call that may run in another thread. */
#ifndef DNSSEC_DNSSEC_H
#define DNSSEC_DNSSEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"
#include "base/text.h"
#include "dns/edns.h"
#include "dns/message.h"
#include "dns/name.h"

/* Whom to believe without proof: DS and DNSKEY records of one or more zones, normally of
 * the root. Immutable: one may be read by several threads. */
struct dnssec_anchors;

/* The root's keys of 2017 (tag 20326) and 2024 (tag 38696). NOMEM. */
MUST_CHECK enum status dnssec_anchors_builtin(struct dnssec_anchors **out);
/* DS and DNSKEY records in zone format (RFC 1035 §5.1), as in /usr/share/dns/root.key.
 * CONFIG: `error` says FILE:LINE and what is wrong there; other types, classes and
 * directives are errors, and so is a file without a record. `file` is for the text. */
MUST_CHECK enum status dnssec_anchors_read(struct bytes content, const char *file,
	struct text *error, struct dnssec_anchors **out);
/* Of so many records. */
size_t dnssec_anchors_count(const struct dnssec_anchors *anchors);
void dnssec_anchors_free(struct dnssec_anchors *anchors);

/* What one answer may cost; each is checked before any signature is. What is above ends
 * in BOGUS with the reason, but for `iterations_insecure`. CVE-2023-50387 (KeyTrap) and
 * CVE-2023-50868 are what they are for; docs/decisions/0015-dnssec.md has the numbers'
 * reasons. */
struct dnssec_limits {
	unsigned keys;           /* DNSKEYs in a set */
	unsigned ds;             /* DS records in a set */
	unsigned same_tag;       /* keys of a set with one tag and algorithm */
	unsigned signatures;     /* RRSIGs over one set */
	unsigned checks;         /* signature checks for one answer, with its chain */
	unsigned needs;          /* questions for one answer */
	unsigned links;          /* CNAMEs and DNAMEs in one answer */
	unsigned records;        /* records in one message that are looked at */
	unsigned chain_records;  /* the same of what was supplied; more is as none */
	unsigned sets;           /* sets of records in the answer */
	unsigned iterations;     /* NSEC3: more is insecure (RFC 9276 §3.2) */
	unsigned iterations_max; /* more is bogus */
	unsigned hashes;         /* NSEC3 hashes of names for one answer */
};
extern const struct dnssec_limits dnssec_limits_default;

/* Borrowed by every validation, and not changed, until that is freed. */
struct dnssec_policy {
	const struct dnssec_anchors *anchors;
	/* Negative trust anchors (RFC 7646): what lies there or below is insecure, but
	 * for what an anchor is closer to.
	 * "ipv4only.arpa" always is one (RFC 8880 §7.1). */
	const struct name *negative;
	size_t negative_n;
	struct dnssec_limits limits;
};

/* Under a negative trust anchor: nothing of that name has to be validated. */
bool dnssec_policy_exempts(const struct dnssec_policy *policy, const struct name *name);

/* Zones whose keys were validated, and delegations proven insecure, until their TTLs or
 * signatures end. Belongs to one thread: validation_new(), validation_next() and
 * validation_free() look in. One belongs to one policy: with another, clear it. */
struct dnssec_keys;
#define DNSSEC_KEYS_DEFAULT_BYTES (1024 * 1024)
/* Never more than `size_bytes`; the least used go first. NOMEM. */
MUST_CHECK enum status dnssec_keys_new(size_t size_bytes, struct dnssec_keys **out);
void dnssec_keys_clear(struct dnssec_keys *keys);
/* What is known of `name` and of all zones below it. */
void dnssec_keys_forget(struct dnssec_keys *keys, const struct name *name);
size_t dnssec_keys_count(const struct dnssec_keys *keys);
void dnssec_keys_free(struct dnssec_keys *keys);

/* RFC 4035 §4.3. */
enum validation_state {
	VALIDATION_INDETERMINATE, /* a part of the chain could not be had, or no memory */
	VALIDATION_SECURE,
	/* Proven: there is no chain to it. Or there is no anchor above it. */
	VALIDATION_INSECURE,
	VALIDATION_BOGUS,
};
/* "secure" */
const char *validation_state_text(enum validation_state state);

enum validation_step {
	VALIDATION_NEEDS, /* validation_need() says what: ask, then validation_supply() */
	VALIDATION_WORK,  /* validation_work() has to be called, in whatever thread */
	VALIDATION_DONE,  /* validation_result() */
};

struct validation_result {
	enum validation_state state;
	/* BOGUS and INDETERMINATE: why, in RFC 8914's codes. INSECURE: present where
	 * pintle, not the zone, is why (codes 1, 2, 27). SECURE: never present. */
	struct ede ede;
	/* The answer may be used no longer than so: its signatures end then, or their
	 * original TTL is not more (RFC 4035 §5.3.3). UINT32_MAX where nothing says so. 0
	 * is possible. */
	uint32_t ttl_max_s;
	/* SECURE, but there are NS records without signature in the authority section:
	 * they must be left out of the reply, or AD be clear (RFC 4035 §3.2.3). The
	 * additional section is never looked at: it must be left out, too. */
	bool ns_unproven;
	/* What it took; for counters and tests. */
	unsigned needs, checks;
};

/* One answer that is being decided. */
struct validation;

/* `answer` is copied. It is a response to a query with DO and CD set, whole (no TC), as
 * it came from the upstream: with all records of DNSSEC, and its own question. `now_s`
 * is the time to validate at; `keys` is borrowed until validation_free(). NOMEM;
 * MALFORMED: no response, or without a question; UNSUPPORTED: class other than IN, or an
 * rcode other than NOERROR and NXDOMAIN: such an answer says nothing that could be
 * validated. */
MUST_CHECK enum status validation_new(const struct dnssec_policy *policy,
	struct dnssec_keys *keys, const struct message *answer, int64_t now_s,
	struct validation **out);

/* What to do next:
 *
 *	while ((step = validation_next(v)) != VALIDATION_DONE) {
 *		if (step == VALIDATION_WORK)
 *			validation_work(v);
 *		else
 *			validation_supply(v, ask(validation_need(v)));
 *	}
 *
 * Called again before that was done it says the same again. It ends: the limits of the
 * policy bound the questions and the work. */
enum validation_step validation_next(struct validation *v);

/* After NEEDS: a question of type DS or DNSKEY, to be asked with DO and CD. Borrowed
 * until validation_supply(). */
const struct question *validation_need(const struct validation *v);
/* The response, copied; NULL if none could be had. One with another question, with TC or
 * an rcode other than NOERROR and NXDOMAIN counts as none. */
void validation_supply(struct validation *v, const struct message *response);

/* After WORK. The only function here that may run in another thread than the others;
 * of one validation never two at a time. It takes no lock, and looks at nothing but `v`
 * and the policy. */
void validation_work(struct validation *v);

/* After DONE; borrowed until validation_free(). */
const struct validation_result *validation_result(const struct validation *v);

/* At any time, but not while validation_work() runs. NULL is fine. */
void validation_free(struct validation *v);

#endif
