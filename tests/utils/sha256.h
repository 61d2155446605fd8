// SPDX-License-Identifier: MIT
// sha256.h - the SHA-256 message digest (FIPS 180-4).
#ifndef SHA256_H
#define SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE  32 // bytes of a digest
#define SHA256_BLOCK 64 // bytes digested at a time

struct sha256 {
    uint32_t hash[8];
    uint64_t length;            // bytes taken so far
    uint8_t rest[SHA256_BLOCK]; // the length % SHA256_BLOCK last of them
};

void sha256_init(struct sha256 *sum);
void sha256_add(struct sha256 *sum, const void *data, size_t size);

// Ends the message; sum is of no further use.
void sha256_end(struct sha256 *sum, uint8_t digest[SHA256_SIZE]);

// ---- blocks: by any processor, and as <processor>/sha256.S has it ----

extern const uint32_t sha256_K[64];

// Whether the processor's instructions are used. To be set to what it has, before
// there are threads.
extern bool sha256_by_instructions;

bool sha256_has_instructions(void);
void sha256_portable(uint32_t hash[8], const uint8_t *block, size_t count);
void sha256_instructions(uint32_t hash[8], const uint8_t *block, size_t count,
                         const uint32_t K[64]);

#endif
