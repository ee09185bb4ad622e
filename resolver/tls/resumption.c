/* offer -> (the server takes it: no certificate, no callback that judges) -> finish.
 * A server that does not take it shows its certificate, and all is as without. */
#include "tls/resumption.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

void resumption_offer(struct handshake *h, SSL *ssl)
{
	struct tls_context *context = h->context;

	h->generation = context->tickets.generation;
	h->ticket = tickets_take(&context->tickets, &h->address, context->policy,
		clock_floor_now_s(context->trust.clock));
	if (h->ticket == NULL)
		return;
	if (SSL_set_session(ssl, h->ticket->session) == 1)
		return;
	/* Without it, then. */
	ERR_clear_error();
	ticket_free(h->ticket);
	h->ticket = NULL;
}

static struct bytes protocol_of_session(const SSL_SESSION *session)
{
	const unsigned char *p;
	size_t n;

	SSL_SESSION_get0_alpn_selected(session, &p, &n);
	return bytes_of(p, n);
}

static struct bytes protocol_of(const SSL *ssl)
{
	const unsigned char *p;
	unsigned n;

	SSL_get0_alpn_selected(ssl, &p, &n);
	return bytes_of(p, n);
}

/* Nor with another ticket of there. */
static void refuse(struct handshake *h, const char *detail)
{
	tickets_drop(&h->context->tickets, &h->address);
	verdict_protocol_failure(detail, &h->verdict);
	h->judged = true;
}

static void take_over(struct handshake *h)
{
	h->verdict = h->ticket->verdict;
	h->verdict.resumed = true;
	h->verified_s = h->ticket->verified_s;
	h->judged = true;
}

static void judge_resumed(struct handshake *h, const SSL *ssl)
{
	if (h->ticket == NULL)
		refuse(h, "a session was resumed that is not known");
	else if (!bytes_equal(protocol_of_session(h->ticket->session), protocol_of(ssl)))
		refuse(h, "the session was resumed for another protocol");
	else if (h->generation != h->context->tickets.generation)
		h->trouble = STATUS_CLOSED;
	else
		take_over(h);
}

void resumption_finish(struct handshake *h, SSL *ssl)
{
	if (SSL_session_reused(ssl) == 1)
		judge_resumed(h, ssl);
	/* It is used up, also where the server did not take it. */
	ticket_free(h->ticket);
	h->ticket = NULL;
}

int resumption_on_ticket(SSL *ssl, SSL_SESSION *session)
{
	struct handshake *h = SSL_get_app_data(ssl);
	struct tls_context *context = h->context;
	struct tickets *tickets = &context->tickets;

	if (!h->open || h->generation != tickets->generation)
		return 0;
	return tickets_keep(tickets, &h->address, session, &h->verdict, h->verified_s,
		clock_floor_now_s(context->trust.clock));
}
