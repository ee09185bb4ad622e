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

#define KEEP_AGAIN_MS 60000

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

/* Learned anew at each start would be learned never. What is in force already binds
 * also while the disk is full. */
static enum status check_keeps(
	const struct contact_of *of, const struct contact *before, struct text *error)
{
	bool in_force = before != NULL && before->known;
	char words[WHY_MAX];
	struct text why = text_in(words, sizeof words);
	enum status status;

	if (of->state_dir == NULL)
		return complain(of, error, "what is learned cannot be kept",
			"there is no state_dir");
	status = in_force ? learned_prepare(of->state_dir, &why)
			  : learned_try_save(of->state_dir, &why);
	if (status == STATUS_IO)
		return complain(of, error, "what is learned cannot be kept", words);
	return status;
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
		status = check_keeps(of, before, error);
	if (status != STATUS_OK)
		return status;
	if (before != NULL && before->unsaved && is_about(&before->learned, of)) {
		*out = *before;
		return STATUS_OK;
	}
	return of->state_dir != NULL ? load(of, error, out) : STATUS_OK;
}

enum status contact_check(const struct contact_of *of, struct text *error)
{
	char words[WHY_MAX];
	struct text why = text_in(words, sizeof words);
	struct contact nobody = { 0 };
	enum status status;

	if (!is_kept(of) || !learns(of))
		return STATUS_OK;
	if (of->state_dir == NULL)
		return complain(of, error, "what is learned cannot be kept",
			"there is no state_dir");
	status = learned_look(of->state_dir, &why);
	if (status == STATUS_OK)
		return load(of, error, &nobody);
	if (status == STATUS_IO)
		return complain(of, error, "what is learned cannot be kept", words);
	if (status == STATUS_UNSUPPORTED)
		log_warning("upstream %s: what was learned is not looked at: %s",
			of->config->name, words);
	return STATUS_OK;
}

bool contact_same(const struct contact *a, const struct contact *b)
{
	return a->known == b->known &&
	       (!a->known || learned_pins_equal(&a->learned.pins, &b->learned.pins));
}

const struct learned_pins *contact_pins(
	const struct contact *contact, const struct tls_policy *policy)
{
	return policy->pin_mode == PIN_LEARN && contact->known ? &contact->learned.pins
							       : NULL;
}

/* --- contacts -------------------------------------------------------------- */

static enum status save(struct contact *c, const struct contact_of *of, struct text *why)
{
	enum status status = STATUS_IO;

	if (of->state_dir != NULL)
		status = learned_save(of->state_dir, of->config->name, &c->learned, why);
	else
		text_add(why, "there is no state_dir");
	c->tried_ms = clock_now_ms();
	c->unsaved = status != STATUS_OK;
	if (c->told && !c->unsaved) {
		c->told = false;
		log_notice(
			"upstream %s: what it has shown is kept now", of->config->name);
	}
	return status;
}

/* Said once: it is tried again as long as it takes. */
static void save_or_say(struct contact *c, const struct contact_of *of)
{
	char words[WHY_MAX];
	struct text why = text_in(words, sizeof words);
	enum status status = save(c, of, &why);

	if (status == STATUS_OK || c->told)
		return;
	c->told = learns(of);
	log_line(learns(of) ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG,
		"upstream %s: what it has shown is not kept: %s", of->config->name,
		why.n > 0 ? words : status_text(status));
}

void contact_keep(struct contact *c, const struct contact_of *of)
{
	if (c->known && c->unsaved && learns(of))
		save_or_say(c, of);
}

void contact_keep_in_time(struct contact *c, const struct contact_of *of)
{
	if (c->unsaved && clock_now_ms() >= c->tried_ms + KEEP_AGAIN_MS)
		contact_keep(c, of);
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

static void warn_of_change(const struct contact_of *of, const struct learned_pins *was,
	const struct learned_pins *is)
{
	char before[PIN_TEXT_MAX], after[PIN_TEXT_MAX];

	pin_format(&was->issuer, before);
	pin_format(&is->issuer, after);
	log_warning("upstream %s: its certificate has another issuer: %s, which was %s",
		of->config->name, after, before);
}

static void change_root(struct learned *l, const struct pin *root, int64_t now_s)
{
	l->pins.root = *root;
	l->root_seen = (struct learned_span){ now_s, now_s };
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
	if (issuer)
		learned_change(&c->learned, pins, now_s);
	else
		change_root(&c->learned, &pins->root, now_s);
	c->unsaved = true;
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

bool contact_allows(const struct contact *c, const struct contact_of *of,
	const struct verdict *verdict)
{
	struct learned_pins pins;

	return !learns(of) || !is_kept(of) || !c->known ||
	       !verdict_keys(verdict, &pins) ||
	       learned_pins_equal(&c->learned.pins, &pins);
}

void contact_accepted(
	struct contact *c, const struct contact_of *of, const struct verdict *verdict)
{
	int64_t now_s = clock_wall_s();
	struct learned_pins pins;

	/* An exception of the moment shows nothing to be kept; and not when. */
	if (!is_kept(of) || verdict->clock_suspect || !verdict_keys(verdict, &pins))
		return;
	if (!c->known)
		meet(c, of, &pins, now_s);
	else if (!learned_pins_equal(&c->learned.pins, &pins))
		change(c, of, &pins, now_s);
	else
		meet_again(c, of, now_s);
}

static void warn_of_refused(const struct contact *c, const struct contact_of *of,
	const struct learned_pins *pins)
{
	char issuer[PIN_TEXT_MAX], root[PIN_TEXT_MAX], command[LEARNED_COMMAND_MAX];
	struct text text = text_in(command, sizeof command);

	pin_format(&pins->issuer, issuer);
	pin_format(&pins->root, root);
	learned_command(&c->learned, of->config->name, pins, &text);
	log_warning(
		"upstream %s: issuer %s with root %s is not what was learned; if it is "
		"as it should be: %s",
		of->config->name, issuer, root, command);
}

/* Whoever is refused for something else, too, is not to be taken over. */
void contact_refused(
	struct contact *c, const struct contact_of *of, const struct verdict *verdict)
{
	struct learned_pins pins;
	enum learned_news news;

	if (!is_kept(of) || !learns(of) || !c->known || !verdict_only_pins(verdict) ||
		!verdict_keys(verdict, &pins))
		return;
	news = learned_refuse(&c->learned, &pins, verdict->chain.certificates[0].subject,
		clock_wall_s());
	if (news == LEARNED_NEW)
		warn_of_refused(c, of, &pins);
	if (news != LEARNED_NOTHING)
		save_or_say(c, of);
}

static enum status complain_of_choice(const struct contact *c,
	const struct contact_of *of, const struct contact_choice *choice,
	struct text *error)
{
	const char *name = of->config->name;

	if (!c->known || (choice->issuer == NULL && c->learned.refused_n == 0)) {
		text_add(error, "upstream %s: no other issuer was refused", name);
		return STATUS_NOTFOUND;
	}
	text_add(error,
		choice->issuer == NULL
			? "upstream %s: not one other issuer was refused, but several: "
			  "say which"
			: "upstream %s: that is none that was refused, or more than one",
		name);
	return STATUS_NOTFOUND;
}

enum status contact_take_over(struct contact *c, const struct contact_of *of,
	const struct contact_choice *choice, struct text *error, struct learned_pins *was)
{
	struct contact before = *c;
	const struct learned_pins *chosen =
		c->known ? learned_choose(&c->learned, choice->issuer, choice->root)
			 : NULL;
	enum status status;

	if (chosen == NULL)
		return complain_of_choice(c, of, choice, error);
	*was = c->learned.pins;
	learned_change(&c->learned, chosen, clock_wall_s());
	status = save(c, of, error);
	if (status != STATUS_OK)
		*c = before;
	return status;
}
