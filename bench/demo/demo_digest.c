/* demo_digest.c: see demo_digest.h. */
#include "demo_digest.h"

#include <stdio.h>

#include "demo_status.h"

void digest_start(struct digest *digest)
{
    digest->context = EVP_MD_CTX_new();
    digest->ok = digest->context != NULL && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) == 1;
}

void digest_add(struct digest *digest, const void *data, size_t bytes)
{
    digest->ok = digest->ok && EVP_DigestUpdate(digest->context, data, bytes) == 1;
}

int digest_end(struct digest *digest, const char *path, unsigned char out[DIGEST_BYTES])
{
    const bool ok = digest->ok && EVP_DigestFinal_ex(digest->context, out, NULL) == 1;
    EVP_MD_CTX_free(digest->context);
    digest->context = NULL;
    if (!ok) {
        fprintf(stderr, "%s: OpenSSL cannot compute a SHA-256\n", path);
    }
    return ok ? DEMO_OK : DEMO_FAILED;
}

const char *digest_text(const unsigned char digest[DIGEST_BYTES], char text[DIGEST_TEXT])
{
    for (int i = 0; i < DIGEST_BYTES; ++i) {
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    }
    return text;
}
