/* open (what the disk knows) -> accepted: first contact, the same again, or another
 * issuer -> saved. Refused for its keys alone: kept, for an operator to take over. */
#include "upstream/contact.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define DAY_S 86400
/* Servers behind one address may have certificates of two issuers, in turn: not each
 * change is worth a write to a router's flash. */
#define CHANGE_SAVE_S 3600

#define WHY_MAX 512

static bool learns(const struct contact_of *of)
{
	return of->config->policy.pin_mode == PIN_LEARN;
}

/* Who has pins is told by them; who has no chain has no issuer. */
static bool is_kept(const struct contact_of *of)
{
	const struct tls_policy *policy = &of->config->policy;

	return policy->pkix == PKIX_REQUIRE && policy->pins.n == 0;
}

static const char *identity(const struct contact_of *of)
{
	const char *name = of->config->policy.auth_name;

	return name != NULL ? name : "";
}

static bool pins_equal(const struct learned_pins *a, const struct learned_pins *b)
{
	return pin_equal(&a->issuer, &b->issuer) && pin_equal(&a->root, &b->root);
}

/* --- before ---------------------------------------------------------------- */

static bool is_about(const struct learned *learned, const struct contact_of *of)
{
	if (learned_is_of(learned, of->config->policy.auth_name))
		return true;
	log_line(learns(of) ? LOG_LEVEL_NOTICE : LOG_LEVEL_DEBUG,
		"upstream %s: what was learned of it was for another auth_name: its next "
		"contact is the first",
		of->config->name);
	return false;
}

static enum status complain(const struct contact_of *of, struct text *error,
	const char *what, const char *why)
{
	text_add(error, "upstream %s: pin_mode: learn: %s: %s", of->config->name, what,
		why);
	return STATUS_CONFIG;
}

/* Learned anew at each start would be learned never. */
static enum status check_keeps(const struct contact_of *of, struct text *error)
{
	char words[WHY_MAX];
	struct text why = text_in(words, sizeof words);

	if (of->state_dir == NULL)
		return complain(of, error, "what is learned cannot be kept",
			"there is no state_dir");
	if (learned_prepare(of->state_dir, &why) != STATUS_OK)
		return complain(of, error, "what is learned cannot be kept", words);
	return STATUS_OK;
}

/* A broken record is not as good as none: an attacker could break it. */
static enum status load(
	const struct contact_of *of, struct text *error, struct contact *out)
{
	char words[WHY_MAX];
	struct text why = text_in(words, sizeof words);
	enum status status =
		learned_load(of->state_dir, of->config->name, &why, &out->learned);

	if (status == STATUS_NOTFOUND)
		return STATUS_OK;
	if (status == STATUS_OK) {
		out->known = is_about(&out->learned, of);
		return STATUS_OK;
	}
	if (status == STATUS_NOMEM)
		return status;
	if (learns(of))
		return complain(of, error, "what was learned cannot be read", words);
	log_warning(
		"upstream %s: its issuer is learned anew: %s", of->config->name, words);
	return STATUS_OK;
}

enum status contact_open(const struct contact_of *of, const struct contact *before,
	struct text *error, struct contact *out)
{
	enum status status = STATUS_OK;

	memset(out, 0, sizeof *out);
	if (!is_kept(of))
		return STATUS_OK;
	if (learns(of))
		status = check_keeps(of, error);
	if (status != STATUS_OK)
		return status;
	if (before != NULL && before->unsaved && is_about(&before->learned, of)) {
		*out = *before;
		return STATUS_OK;
	}
	return of->state_dir != NULL ? load(of, error, out) : STATUS_OK;
}

bool contact_same(const struct contact *a, const struct contact *b)
{
	return a->known == b->known &&
	       (!a->known || pins_equal(&a->learned.pins, &b->learned.pins));
}

const struct learned_pins *contact_pins(
	const struct contact *contact, const struct tls_policy *policy)
{
	return policy->pin_mode == PIN_LEARN && contact->known ? &contact->learned.pins
							       : NULL;
}

/* --- contacts -------------------------------------------------------------- */

/* As the verdict compares them: a leaf that is its own issuer has no other. */
static struct learned_pins shown(const struct verdict *v)
{
	return (struct learned_pins){
		.issuer = v->chain.certificates[v->chain.n > 1 ? 1 : 0].pin,
		.root = v->chain.certificates[v->chain.n - 1].pin,
	};
}

static enum status save(struct contact *c, const struct contact_of *of, struct text *why)
{
	enum status status = STATUS_IO;

	if (of->state_dir != NULL)
		status = learned_save(of->state_dir, of->config->name, &c->learned, why);
	else
		text_add(why, "there is no state_dir");
	c->unsaved = status != STATUS_OK;
	return status;
}

static void save_or_say(struct contact *c, const struct contact_of *of)
{
	char words[WHY_MAX];
	struct text why = text_in(words, sizeof words);

	if (save(c, of, &why) != STATUS_OK)
		log_line(learns(of) ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG,
			"upstream %s: what it has shown is not kept: %s",
			of->config->name, words);
}

static void meet(struct contact *c, const struct contact_of *of,
	const struct learned_pins *pins, int64_t now_s)
{
	const struct learned_span now = { now_s, now_s };
	char issuer[PIN_TEXT_MAX], root[PIN_TEXT_MAX];

	c->known = true;
	c->learned =
		(struct learned){ .pins = *pins, .issuer_seen = now, .root_seen = now };
	text_copy(c->learned.name, sizeof c->learned.name, identity(of));
	pin_format(&pins->issuer, issuer);
	pin_format(&pins->root, root);
	log_line(learns(of) ? LOG_LEVEL_NOTICE : LOG_LEVEL_DEBUG,
		"upstream %s: first contact: issuer %s, root %s%s", of->config->name,
		issuer, root, learns(of) ? " are its pins from now on" : "");
	save_or_say(c, of);
}

static void take(struct contact *c, const struct learned_pins *pins, int64_t now_s)
{
	const struct learned_span now = { now_s, now_s };
	struct learned *l = &c->learned;

	if (!pin_equal(&l->pins.issuer, &pins->issuer)) {
		l->was = (struct learned_pair){ true, l->pins, now_s };
		l->issuer_seen = now;
	}
	if (!pin_equal(&l->pins.root, &pins->root))
		l->root_seen = now;
	l->pins = *pins;
	c->unsaved = true;
}

static void warn_of_change(const struct contact_of *of, const struct learned_pins *was,
	const struct learned_pins *is)
{
	char before[PIN_TEXT_MAX], after[PIN_TEXT_MAX];

	pin_format(&was->issuer, before);
	pin_format(&is->issuer, after);
	log_warning("upstream %s: its certificate has another issuer: %s, which was %s",
		of->config->name, after, before);
}

/* Without pins. Where only the root is another one, the issuer is cross-signed. */
static void change(struct contact *c, const struct contact_of *of,
	const struct learned_pins *pins, int64_t now_s)
{
	const struct learned_pair *last = &c->learned.was;
	bool often = last->known && now_s < last->at_s + CHANGE_SAVE_S;
	bool issuer = !pin_equal(&c->learned.pins.issuer, &pins->issuer);

	if (issuer) {
		warn_of_change(of, &c->learned.pins, pins);
		c->changes++;
	}
	take(c, pins, now_s);
	if (issuer && !often)
		save_or_say(c, of);
}

static void meet_again(struct contact *c, const struct contact_of *of, int64_t now_s)
{
	bool due = now_s >= c->learned.issuer_seen.last_s + DAY_S;

	if (due)
		c->learned.issuer_seen.last_s = c->learned.root_seen.last_s = now_s;
	if (due || (c->unsaved && learns(of)))
		save_or_say(c, of);
}

void contact_accepted(
	struct contact *c, const struct contact_of *of, const struct verdict *verdict)
{
	int64_t now_s = clock_wall_s();
	struct learned_pins pins;

	if (!is_kept(of) || !verdict->chain_verified || verdict->chain.n == 0)
		return;
	pins = shown(verdict);
	if (!c->known)
		meet(c, of, &pins, now_s);
	else if (!pins_equal(&c->learned.pins, &pins))
		change(c, of, &pins, now_s);
	else
		meet_again(c, of, now_s);
}

/* Whoever is refused for something else, too, is not to be taken over, nor who has only
 * shown a certificate, which is public. */
static bool only_by_pins(const struct verdict *verdict)
{
	enum reason reasons[2];

	return !verdict->provisional && verdict->chain_verified && verdict->chain.n > 0 &&
	       verdict_reasons(verdict, reasons, 2) == 1 &&
	       reasons[0] == REASON_PIN_MISMATCH;
}

static void warn_of_refused(const struct contact_of *of, const struct learned_pins *pins)
{
	char issuer[PIN_TEXT_MAX], root[PIN_TEXT_MAX];

	pin_format(&pins->issuer, issuer);
	pin_format(&pins->root, root);
	log_warning(
		"upstream %s: issuer %s with root %s is not what was learned; if it is "
		"as it should be: pintlectl pins accept %s",
		of->config->name, issuer, root, of->config->name);
}

void contact_refused(
	struct contact *c, const struct contact_of *of, const struct verdict *verdict)
{
	struct learned *l = &c->learned;
	struct learned_pins pins;

	if (!is_kept(of) || !learns(of) || !c->known || !only_by_pins(verdict))
		return;
	pins = shown(verdict);
	if (l->refused.known && pins_equal(&l->refused.pins, &pins))
		return;
	l->refused = (struct learned_pair){ true, pins, clock_wall_s() };
	text_copy(l->refused_leaf, sizeof l->refused_leaf,
		verdict->chain.certificates[0].subject);
	warn_of_refused(of, &pins);
	save_or_say(c, of);
}

enum status contact_take_over(struct contact *c, const struct contact_of *of,
	struct text *error, struct learned_pins *was)
{
	struct contact before = *c;
	enum status status;

	if (!c->known || !c->learned.refused.known) {
		text_add(error, "upstream %s: no other issuer was refused",
			of->config->name);
		return STATUS_NOTFOUND;
	}
	*was = c->learned.pins;
	take(c, &before.learned.refused.pins, clock_wall_s());
	c->learned.refused.known = false;
	c->learned.refused_leaf[0] = '\0';
	status = save(c, of, error);
	if (status != STATUS_OK)
		*c = before;
	return status;
}
