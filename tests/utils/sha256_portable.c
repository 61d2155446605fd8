// SPDX-License-Identifier: MIT
// sha256_portable.c - blocks of a message, digested in C: the hash computation of
// FIPS 180-4 (6.2). Names are the standard's: a to h, K, W, Ch, Maj, the Sigmas.
//
// Speed comes from three things. The eight working variables are not moved from
// one to the next after a round; instead 16 rounds are written out, with the
// names moved on. The message schedule is a ring of 16 words, which compilers
// keep in registers for the most part. And some of the standard's functions are
// written with fewer operations than there, to the same result.
#include "sha256.h"

// The fractional parts of the cube roots of the first 64 primes (4.2.2).
const uint32_t sha256_K[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate_right(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

// Compilers make one load and one byte swap of this.
static inline uint32_t load_big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
           (uint32_t)p[3];
}

// 4.1.2: (x and y) xor (not x and z)
static inline uint32_t Ch(uint32_t x, uint32_t y, uint32_t z)
{
    return z ^ (x & (y ^ z));
}

// Rotations by 2, 13 and 22; by 6, 11 and 25. Turning what is already turned
// needs fewer registers.
static inline uint32_t Sigma0(uint32_t x)
{
    return rotate_right(x ^ rotate_right(x ^ rotate_right(x, 9), 11), 2);
}

static inline uint32_t Sigma1(uint32_t x)
{
    return rotate_right(x ^ rotate_right(x ^ rotate_right(x, 14), 5), 6);
}

static inline uint32_t sigma0(uint32_t x)
{
    return rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
}

static inline uint32_t sigma1(uint32_t x)
{
    return rotate_right(x, 17) ^ rotate_right(x, 19) ^ x >> 10;
}

// Round t (6.2.2, step 3). The caller passes the variables one place further
// each time, so only the two that get new values are written. Maj(a, b, c) is b
// where b and c agree, and a where they do not; b ^ c is left from the round
// before, when b and c were a and b.
#define ROUND(a, b, c, d, e, f, g, h, t, w)                                    \
    do {                                                                       \
        uint32_t T1 = (h) + sha256_K[t] + (w) + Ch(e, f, g) + Sigma1(e);       \
        uint32_t ab = (a) ^ (b);                                               \
        (d) += T1;                                                             \
        (h) = T1 + Sigma0(a) + ((b) ^ (ab & bc));                              \
        bc = ab;                                                               \
    } while (0)

// W of round start + i. The first 16 are the block itself; later each is made of
// four words of the ring, of which W[i] still is that of 16 rounds before.
#define NEXT_W(i)                                                              \
    (start == 0 ? W[i]                                                         \
                : (W[i] += sigma1(W[((i) + 14) % 16]) + W[((i) + 9) % 16] +    \
                           sigma0(W[((i) + 1) % 16])))

#define EIGHT_ROUNDS(i)                                                        \
    do {                                                                       \
        ROUND(a, b, c, d, e, f, g, h, start + (i), NEXT_W(i));                 \
        ROUND(h, a, b, c, d, e, f, g, start + (i) + 1, NEXT_W((i) + 1));       \
        ROUND(g, h, a, b, c, d, e, f, start + (i) + 2, NEXT_W((i) + 2));       \
        ROUND(f, g, h, a, b, c, d, e, start + (i) + 3, NEXT_W((i) + 3));       \
        ROUND(e, f, g, h, a, b, c, d, start + (i) + 4, NEXT_W((i) + 4));       \
        ROUND(d, e, f, g, h, a, b, c, start + (i) + 5, NEXT_W((i) + 5));       \
        ROUND(c, d, e, f, g, h, a, b, start + (i) + 6, NEXT_W((i) + 6));       \
        ROUND(b, c, d, e, f, g, h, a, start + (i) + 7, NEXT_W((i) + 7));       \
    } while (0)

void sha256_portable(uint32_t hash[8], const uint8_t *block, size_t count)
{
    for (; count > 0; count--, block += SHA256_BLOCK) {
        uint32_t W[16];
        uint32_t a = hash[0], b = hash[1], c = hash[2], d = hash[3];
        uint32_t e = hash[4], f = hash[5], g = hash[6], h = hash[7];
        uint32_t bc = b ^ c;

        for (int i = 0; i < 16; i++) {
            W[i] = load_big_endian(block + 4 * i);
        }
        for (int start = 0; start < 64; start += 16) {
            EIGHT_ROUNDS(0);
            EIGHT_ROUNDS(8);
        }
        hash[0] += a;
        hash[1] += b;
        hash[2] += c;
        hash[3] += d;
        hash[4] += e;
        hash[5] += f;
        hash[6] += g;
        hash[7] += h;
    }
}
