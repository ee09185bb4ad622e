#include "tls/details.h"

#include <arpa/inet.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "base/base64.h"
#include "base/text.h"

void details_read(const X509 *certificate, struct details *out)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(certificate);
	struct bytes bytes = bytes_of(
		ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial));

	if (bytes.n > (DETAILS_SERIAL_MAX - 1) / 2)
		bytes.n = (DETAILS_SERIAL_MAX - 1) / 2;
	hex_encode(bytes, out->serial);
	peer_describe_name(X509_get_issuer_name(certificate), out->issuer);
}

static void add_string(const char *kind, const ASN1_STRING *from, struct text *out)
{
	text_add(out, "%s:", kind);
	text_add_untrusted(out, (const char *)ASN1_STRING_get0_data(from),
		(size_t)ASN1_STRING_length(from));
}

static void add_address(const ASN1_OCTET_STRING *from, struct text *out)
{
	const unsigned char *p = ASN1_STRING_get0_data(from);
	int n = ASN1_STRING_length(from);
	char address[INET6_ADDRSTRLEN];

	if ((n == 4 || n == 16) && inet_ntop(n == 4 ? AF_INET : AF_INET6, p, address,
					   sizeof address) != NULL)
		text_add(out, "IP:%s", address);
	else
		text_add(out, "IP:(%d bytes)", n);
}

static void describe_name(const GENERAL_NAME *name, struct text *out)
{
	switch (name->type) {
	case GEN_DNS:
		add_string("DNS", name->d.dNSName, out);
		break;
	case GEN_EMAIL:
		add_string("email", name->d.rfc822Name, out);
		break;
	case GEN_URI:
		add_string("URI", name->d.uniformResourceIdentifier, out);
		break;
	case GEN_IPADD:
		add_address(name->d.iPAddress, out);
		break;
	default:
		text_add(out, "other");
	}
}

size_t details_names(const X509 *certificate, size_t max,
	void (*take)(void *data, const char *name), void *data)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	size_t n = names != NULL ? (size_t)sk_GENERAL_NAME_num(names) : 0;

	for (size_t i = 0; i < n && i < max; i++) {
		char line[DETAILS_NAME_MAX];
		struct text text = text_in(line, sizeof line);

		describe_name(sk_GENERAL_NAME_value(names, (int)i), &text);
		take(data, line);
	}
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return n;
}
