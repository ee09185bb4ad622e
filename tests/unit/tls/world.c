#include "tests/unit/tls/world.h"

#include <stdio.h>
#include <stdlib.h>

#include "tls/roots.h"

struct world world;

X509_STORE *world_open(const char *ca_file, const char *ca_path)
{
	char words[400];
	struct text error = text_in(words, sizeof words);
	X509_STORE *out;

	if (roots_open(ca_file, ca_path, &error, &out) != STATUS_OK) {
		fprintf(stderr, "world: %s\n", words);
		abort();
	}
	return out;
}

/* Slow to make, so once a process. */
static void make_slow_keys(void)
{
	if (world.rsa_1024 != NULL)
		return;
	world.rsa_1024 = make_rsa_key(1024);
	world.rsa_2048 = make_rsa_key(2048);
}

void world_init(void)
{
	const struct cert_spec spec = { .cn = "dns", .san = "DNS:dns.lab,IP:192.0.2.1" };

	world.root = make_ca("Root", NULL);
	world.inter = make_ca("Inter", &world.root);
	world.stranger = make_ca("Stranger", NULL);
	world.key = make_key();
	world.other_key = make_key();
	make_slow_keys();
	world.leaf = make_cert(&spec, world.key, &world.inter, NULL);
	make_directory(world.directory);
	make_hashed_file(world.directory, world.root.certificate);
	world.roots = world_open(NULL, world.directory);
}

void world_deinit(void)
{
	X509_STORE_free(world.roots);
	remove_directory(world.directory);
	X509_free(world.leaf);
	EVP_PKEY_free(world.other_key);
	EVP_PKEY_free(world.key);
	issuer_deinit(&world.stranger);
	issuer_deinit(&world.inter);
	issuer_deinit(&world.root);
}
