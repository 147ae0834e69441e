/* demo_digest.h: SHA-256, of OpenSSL. A failure is remembered and reported at the end. */
#ifndef DEMO_DIGEST_H
#define DEMO_DIGEST_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

enum { DIGEST_BYTES = 32, DIGEST_TEXT = 2 * DIGEST_BYTES + 1 };

struct digest {
    EVP_MD_CTX *context;
    bool ok;
};

/* Every digest that was started must be ended, which releases it. */
void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t bytes);

/* DEMO_OK, or DEMO_FAILED with a message that names the path. */
int digest_end(struct digest *digest, const char *path, unsigned char out[DIGEST_BYTES]);

/* In hexadecimal digits. Returns text. */
const char *digest_text(const unsigned char digest[DIGEST_BYTES], char text[DIGEST_TEXT]);

#endif
