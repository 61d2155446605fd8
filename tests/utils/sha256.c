// SPDX-License-Identifier: MIT
// sha256.c - the SHA-256 message digest, written from FIPS 180-4: how a message
// becomes blocks. What is made of a block is in sha256_portable.c and, where the
// processor has instructions for it, in <processor>/sha256.S.
//
// Our own, because every packaged implementation needs a libc or a package that
// plain `make` would have to install first.
#include "sha256.h"

bool sha256_by_instructions;

static void add_blocks(uint32_t hash[8], const uint8_t *block, size_t count)
{
    if (sha256_by_instructions) {
        sha256_instructions(hash, block, count, sha256_K);
    } else {
        sha256_portable(hash, block, count);
    }
}

void sha256_init(struct sha256 *sum)
{
    // The fractional parts of the square roots of the first 8 primes (5.3.3).
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                      0xa54ff53a, 0x510e527f, 0x9b05688c,
                                      0x1f83d9ab, 0x5be0cd19};
    for (int i = 0; i < 8; i++) {
        sum->hash[i] = first[i];
    }
    sum->length = 0;
}

void sha256_add(struct sha256 *sum, const void *data, size_t size)
{
    const uint8_t *byte = data;
    size_t used = sum->length % SHA256_BLOCK;

    sum->length += size;
    if (used > 0) {
        for (; used < SHA256_BLOCK && size > 0; size--) {
            sum->rest[used++] = *byte++;
        }
        if (used < SHA256_BLOCK) {
            return;
        }
        add_blocks(sum->hash, sum->rest, 1);
    }
    add_blocks(sum->hash, byte, size / SHA256_BLOCK);
    byte += size / SHA256_BLOCK * SHA256_BLOCK;
    for (size_t i = 0; i < size % SHA256_BLOCK; i++) {
        sum->rest[i] = byte[i];
    }
}

// The padding (5.1.1): a one bit, zeros up to the last 8 bytes of a block, and
// there the length in bits.
void sha256_end(struct sha256 *sum, uint8_t digest[SHA256_SIZE])
{
    static const uint8_t one_bit_and_zeros[SHA256_BLOCK] = {0x80};
    uint64_t bits = sum->length * 8;
    size_t used = sum->length % SHA256_BLOCK;
    uint8_t end[8];

    for (int i = 0; i < 8; i++) {
        end[i] = (uint8_t)(bits >> (56 - 8 * i));
    }
    sha256_add(sum, one_bit_and_zeros,
               (used < 56 ? 56 : 56 + SHA256_BLOCK) - used);
    sha256_add(sum, end, sizeof end);
    for (int i = 0; i < SHA256_SIZE; i++) {
        digest[i] = (uint8_t)(sum->hash[i / 4] >> (24 - 8 * (i % 4)));
    }
}
