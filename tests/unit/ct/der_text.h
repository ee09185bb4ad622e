/* DER as text: hexadecimal, in which a pair of braces stands for the length of what is
 * between them, in its shortest form. Blanks are passed over.
 *
 *	30{ 06{2b0601} 04{} }   is   30 07 06 03 2b 06 01 04 00
 *
 * A length that is to be wrong is written out. */
#ifndef TESTS_UNIT_CT_DER_TEXT_H
#define TESTS_UNIT_CT_DER_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Ends the process if the text is wrong or does not fit. */
size_t der_text(const char *text, uint8_t *out, size_t cap);

#endif
