/* A row a certificate; issuers stand above what they issued. */
#include "tests/lab/pki.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/pem.h>

#include "tests/lab/file.h"

struct pki {
	struct credential of[WHO_COUNT]; /* owned */
};

struct authority {
	const char *file;
	enum who issuer;
	enum who key_of; /* WHO_NONE: a key of its own */
	bool trusted;
	struct wish wish;
};

static const struct authority authorities[WHO_COUNT] = {
	[WHO_ROOT] = { "root.pem", WHO_OWN, .trusted = true,
		.wish = { .cn = "Lab Root", .ca = true } },
	[WHO_ISSUER] = { "issuer.pem", WHO_ROOT,
		.wish = { .cn = "Lab Issuer", .ca = true, .path_length_zero = true } },
	[WHO_GENUINE] = { "genuine.pem", WHO_ISSUER,
		.wish = { .dns = { LAB_AUTH_NAME } } },
	[WHO_RIVAL_ROOT] = { "rival-root.pem", WHO_OWN, .trusted = true,
		.wish = { .cn = "Lab Rival Root", .ca = true } },
	[WHO_RIVAL] = { "rival.pem", WHO_RIVAL_ROOT,
		.wish = { .cn = "Lab Rival Issuer", .ca = true } },
	[WHO_STRANGER_ROOT] = { "stranger-root.pem", WHO_OWN,
		.wish = { .cn = "Lab Stranger Root", .ca = true } },
	[WHO_STRANGER] = { "stranger.pem", WHO_STRANGER_ROOT,
		.wish = { .cn = "Lab Stranger Issuer", .ca = true } },
	[WHO_EXPIRED_ISSUER] = { "expired-issuer.pem", WHO_ROOT,
		.wish = { .cn = "Lab Dated Issuer",
			.ca = true,
			.from_days = -60,
			.to_days = -1 } },
	[WHO_RENEWED_ISSUER] = { "renewed-issuer.pem", WHO_ROOT, WHO_EXPIRED_ISSUER,
		.wish = { .cn = "Lab Dated Issuer", .ca = true } },
	[WHO_SUB_ISSUER] = { "sub-issuer.pem", WHO_ISSUER,
		.wish = { .cn = "Lab Sub Issuer", .ca = true } },
	[WHO_LEAF_ISSUER] = { "leaf-issuer.pem", WHO_RIVAL,
		.wish = { .cn = "Lab Leaf As Issuer",
			.dns = { "customer.lab" },
			.may_sign = true } },
	[WHO_MUTE_ISSUER] = { "mute-issuer.pem", WHO_ROOT,
		.wish = { .cn = "Lab Mute Issuer", .ca = true, .may_not_sign = true } },
	[WHO_WEAK_ISSUER] = { "weak-issuer.pem", WHO_ROOT,
		.wish = { .cn = "Lab Weak Issuer", .ca = true, .key = KEY_RSA_1024 } },
	[WHO_NARROW_ISSUER] = { "narrow-issuer.pem", WHO_ROOT,
		.wish = { .cn = "Lab Narrow Issuer",
			.ca = true,
			.permitted = "other.lab" } },
	[WHO_DENIED_ROOT] = { "denied-root.pem", WHO_OWN, .trusted = true,
		.wish = { .cn = "Lab Denied Root", .ca = true } },
	[WHO_SISTER_ROOT] = { "sister-root.pem", WHO_OWN, .trusted = true,
		.wish = { .cn = "Lab Sister Root", .ca = true } },
	[WHO_CROSS_ROOT] = { "cross-root.pem", WHO_OWN, .trusted = true,
		.wish = { .cn = "Lab Cross Root", .ca = true } },
	[WHO_CROSS_FIRST] = { "cross-first.pem", WHO_ROOT,
		.wish = { .cn = "Lab Cross Issuer", .ca = true } },
	[WHO_CROSS_SECOND] = { "cross-second.pem", WHO_CROSS_ROOT, WHO_CROSS_FIRST,
		.wish = { .cn = "Lab Cross Issuer", .ca = true } },
	[WHO_LOGGED_ISSUER] = { "logged-issuer.pem", WHO_ROOT,
		.wish = { .cn = "Lab Logged Issuer", .ca = true, .scts = scts_usual } },
	[WHO_RESPONDER] = { "responder.pem", WHO_ISSUER,
		.wish = { .cn = "Lab Responder", .ocsp_signing = true } },
};

static enum status authority_make(
	struct pki *pki, const struct ctlogs *logs, enum who who)
{
	const struct authority *a = &authorities[who];
	struct credential *made = &pki->of[who];
	bool root = a->issuer == WHO_OWN;
	enum status status = STATUS_OK;

	if (a->key_of == WHO_NONE) {
		status = key_make(a->wish.key, &made->key);
	} else {
		made->key = pki->of[a->key_of].key;
		EVP_PKEY_up_ref(made->key);
	}
	if (status != STATUS_OK)
		return status;
	return certificate_make(&a->wish, made->key,
		root ? NULL : pki->of[a->issuer].certificate,
		root ? made->key : pki->of[a->issuer].key, logs, &made->certificate);
}

enum status pki_new(const struct ctlogs *logs, struct pki **out)
{
	struct pki *pki = calloc(1, sizeof *pki);
	enum status status = STATUS_OK;

	if (pki == NULL)
		return STATUS_NOMEM;
	for (unsigned who = WHO_ROOT; who < WHO_COUNT && status == STATUS_OK; who++)
		status = authority_make(pki, logs, who);
	if (status != STATUS_OK) {
		pki_free(pki);
		return status;
	}
	*out = pki;
	return STATUS_OK;
}

void pki_free(struct pki *pki)
{
	if (pki == NULL)
		return;
	for (unsigned who = WHO_ROOT; who < WHO_COUNT; who++)
		credential_deinit(&pki->of[who]);
	free(pki);
}

const struct credential *pki_of(const struct pki *pki, enum who who)
{
	return &pki->of[who];
}

enum who pki_issuer_of(enum who who)
{
	return authorities[who].issuer;
}

const char *pki_file_name(enum who who)
{
	return authorities[who].file;
}

enum status pem_write(int directory, const char *file, X509 *const *list, size_t n)
{
	FILE *f = lab_file_open_at(directory, file);
	bool ok = true;

	if (f == NULL)
		return STATUS_IO;
	for (size_t i = 0; ok && i < n; i++)
		ok = PEM_write_X509(f, list[i]) == 1;
	return lab_file_close(f, ok ? STATUS_OK : STATUS_IO);
}

enum status pki_write(const struct pki *pki, int directory)
{
	X509 *roots[WHO_COUNT];
	size_t n = 0;
	enum status status = STATUS_OK;

	for (unsigned who = WHO_ROOT; who < WHO_COUNT; who++)
		if (authorities[who].trusted)
			roots[n++] = pki->of[who].certificate;
	for (unsigned who = WHO_ROOT; who < WHO_COUNT && status == STATUS_OK; who++)
		if (who == WHO_ROOT)
			status = pem_write(directory, authorities[who].file, roots, n);
		else
			status = pem_write(directory, authorities[who].file,
				&pki->of[who].certificate, 1);
	return status;
}
