/* Who signed a list in a file. */
#ifndef CTL_LOGLIST_PROOF_H
#define CTL_LOGLIST_PROOF_H

#include "base/bytes.h"
#include "ctl/command.h"

enum proof_verdict { PROOF_NONE, PROOF_UNCHECKED, PROOF_GOOD, PROOF_BAD };

struct list_proof {
	enum proof_verdict verdict;
	const char *signer;       /* "Google's key"; NULL: no key was tried */
	char path[CTL_ERROR_MAX]; /* of the signature, "" if it is in the list's file */
};

/* `own` is the signature in the list's file, empty if there is none: then it is
 * X.json.sig or X.sig beside X.json. The key is --key's; without it Google's, but for
 * a signature of the size of Ed25519's, which may be anybody's and stays unchecked.
 * USAGE, FAILED: it has been said what is wrong. */
enum exit_code list_proof_check(const struct args *args, const char *list_path,
	struct bytes list, struct bytes own, struct list_proof *out);

#endif
