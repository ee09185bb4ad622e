#include "tls/extension.h"

#include <openssl/asn1t.h>
#include <openssl/x509v3.h>

void *extension_read(const X509 *x, int nid, bool *present)
{
	const ASN1_ITEM *type = ASN1_ITEM_ptr(X509V3_EXT_get_nid(nid)->it);
	int at = X509_get_ext_by_NID(x, nid, -1);
	const ASN1_OCTET_STRING *content;
	const unsigned char *p;
	ASN1_VALUE *value;

	*present = at >= 0;
	if (!*present || X509_get_ext_by_NID(x, nid, at) >= 0)
		return NULL;
	content = X509_EXTENSION_get_data(X509_get_ext(x, at));
	p = ASN1_STRING_get0_data(content);
	value = ASN1_item_d2i(NULL, &p, ASN1_STRING_length(content), type);
	if (value != NULL &&
		p == ASN1_STRING_get0_data(content) + ASN1_STRING_length(content))
		return value;
	ASN1_item_free(value, type);
	return NULL;
}
