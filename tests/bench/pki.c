/* What upstream and clients of a measurement need, in a directory: the lab's authority
 * and logs, and a certificate for the upstream's name and addresses.
 *
 *	pki DIRECTORY ADDRESS [ADDRESS]
 *
 *	root.pem      the root, which is to be trusted
 *	chain.pem     the upstream's certificate, with SCTs of three logs, and its issuer
 *	key.pem       its key
 *	ct-logs.json  the list with those logs
 *	pin           "sha256//…" of its key */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/pem.h>

#include "tests/lab/file.h"
#include "tests/lab/pki.h"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void write_key(int directory, EVP_PKEY *key)
{
	FILE *f = lab_file_open_at(directory, "key.pem");

	must(f != NULL, "key.pem");
	must(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1, "key.pem");
	/* Peers read it as another user; it is worth nothing. */
	must(fchmod(fileno(f), 0644) == 0, "key.pem");
	must(lab_file_close(f, STATUS_OK) == STATUS_OK, "key.pem");
}

static void write_pin(int directory, const X509 *certificate)
{
	char pin[LAB_PIN_TEXT_MAX];

	must(certificate_pin(certificate, pin) == STATUS_OK, "pin");
	must(lab_file_write(directory, "pin", bytes_of_text(pin)) == STATUS_OK, "pin");
}

static void write_all(
	int directory, const struct ctlogs *logs, const struct pki *pki, X509 *leaf)
{
	X509 *chain[] = { leaf, pki_of(pki, WHO_ISSUER)->certificate };
	X509 *root = pki_of(pki, WHO_ROOT)->certificate;

	must(pem_write(directory, "chain.pem", chain, 2) == STATUS_OK, "chain.pem");
	must(pem_write(directory, "root.pem", &root, 1) == STATUS_OK, "root.pem");
	must(ctlogs_write(logs, directory) == STATUS_OK, "ct-logs.json");
	write_pin(directory, leaf);
}

int main(int argc, char **argv)
{
	struct wish wish = { .dns = { LAB_AUTH_NAME } };
	const struct credential *issuer;
	struct ctlogs *logs;
	struct pki *pki;
	EVP_PKEY *key;
	X509 *leaf;
	int directory;

	if (argc != 3 && argc != 4)
		return 2;
	directory = open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(directory >= 0, argv[1]);
	wish.ip[0] = argv[2];
	wish.ip[1] = argc == 4 ? argv[3] : NULL;
	must(ctlogs_new(&logs) == STATUS_OK, "logs");
	must(pki_new(logs, &pki) == STATUS_OK, "authorities");
	issuer = pki_of(pki, WHO_ISSUER);
	must(key_make(KEY_P256, &key) == STATUS_OK, "key");
	must(certificate_make(&wish, key, issuer->certificate, issuer->key, logs,
		     &leaf) == STATUS_OK,
		"certificate");
	write_key(directory, key);
	write_all(directory, logs, pki, leaf);
	X509_free(leaf);
	EVP_PKEY_free(key);
	pki_free(pki);
	ctlogs_free(logs);
	close(directory);
	return 0;
}
