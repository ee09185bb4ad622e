#include "ctl/loglist_proof.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ct/loglist_sign.h"

/* X.json.sig, then X.sig. `*signature` is owned, free(); NULL if there is none. */
static enum exit_code find_signature(
	const char *list_path, struct list_proof *out, struct bytes *signature)
{
	size_t n = strlen(list_path);
	size_t stem = n > 5 && strcmp(list_path + n - 5, ".json") == 0 ? n - 5 : n;
	size_t lengths[] = { n, stem };
	char why[CTL_ERROR_MAX];

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct text path = text_in(out->path, sizeof out->path);
		struct text error = text_in(why, sizeof why);
		enum status status;

		text_add(&path, "%.*s.sig", (int)lengths[i], list_path);
		status = file_read(out->path, LIST_SIGNATURE_FILE_MAX, &error, signature);
		if (status == STATUS_OK)
			return CTL_OK;
		if (status != STATUS_NOTFOUND)
			return complain(CTL_FAILED, "%s", why);
	}
	out->path[0] = '\0';
	return CTL_OK;
}

/* --key: base64 of an Ed25519 key, or else a file. */
static enum exit_code open_key(const char *text, struct list_key **out)
{
	uint8_t raw[LIST_KEY_BYTES];
	char why[CTL_ERROR_MAX];
	struct text error = text_in(why, sizeof why);
	enum status status;
	struct bytes pem;

	if (list_key_from_text(text, raw) == STATUS_OK) {
		status = list_key_new(raw, out);
	} else {
		status = file_read(text, LIST_KEY_PEM_MAX, &error, &pem);
		if (status != STATUS_OK)
			return complain(CTL_USAGE,
				"--key is neither the base64 of an Ed25519 key nor a "
				"file with one: %s",
				why);
		status = list_key_new_pem(pem, out);
		free((void *)pem.p);
	}
	if (status == STATUS_OK)
		return CTL_OK;
	return complain(CTL_USAGE,
		"--key %s: not a public key of Ed25519, or of RSA with 2048 bits or more",
		text);
}

/* `*key` stays NULL if the signature may be anybody's. */
static enum exit_code choose_key(const struct args *args, struct bytes signature,
	struct list_proof *out, struct list_key **key)
{
	uint8_t raw[LIST_SIGNATURE_BYTES];

	if (args->key != NULL) {
		out->signer = "the key given";
		return open_key(args->key, key);
	}
	if (signature.p == NULL || list_signature_decode(signature, raw))
		return CTL_OK;
	out->signer = "Google's key";
	if (list_key_new_google(key) != STATUS_OK)
		return complain(CTL_FAILED, "%s", status_text(STATUS_CRYPTO));
	return CTL_OK;
}

static enum exit_code check(const struct args *args, struct bytes list,
	struct bytes signature, struct list_proof *out)
{
	struct list_key *key = NULL;
	enum exit_code code = choose_key(args, signature, out, &key);
	bool good = false;

	if (code == CTL_OK && signature.p != NULL) {
		out->verdict = PROOF_UNCHECKED;
		if (key != NULL &&
			list_key_check(key, list, signature, &good) != STATUS_OK)
			code = complain(CTL_FAILED, "%s", status_text(STATUS_NOMEM));
		else if (key != NULL)
			out->verdict = good ? PROOF_GOOD : PROOF_BAD;
	}
	list_key_free(key);
	return code;
}

enum exit_code list_proof_check(const struct args *args, const char *list_path,
	struct bytes list, struct bytes own, struct list_proof *out)
{
	struct bytes beside = bytes_of(NULL, 0);
	enum exit_code code = CTL_OK;

	*out = (struct list_proof){ .verdict = PROOF_NONE };
	if (own.p == NULL)
		code = find_signature(list_path, out, &beside);
	if (code == CTL_OK)
		code = check(args, list, own.p != NULL ? own : beside, out);
	free((void *)beside.p);
	return code;
}
