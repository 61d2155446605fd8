// SPDX-License-Identifier: MIT
// digests.c - fwsum's SHA-256: the processor's own instructions give what C gives.
// build: tests/utils/sha256.c tests/utils/sha256_portable.c
// build.x86_64: tests/utils/x86_64/sha256.S
// build.aarch64: tests/utils/aarch64/sha256.S
//
//   digests same   both, for messages of every length up to some blocks, taken in
//                  pieces; and what the standard's own examples say
//   digests which  prints "instructions" where they are used, "portable" where not
#include "../utils/sha256.h"
#include "support.h"

enum { LONGEST = 500 };

static unsigned char message[LONGEST];

static void digest(bool by_instructions, size_t length, size_t piece,
                   uint8_t result[SHA256_SIZE])
{
    struct sha256 sum;
    sha256_by_instructions = by_instructions;
    sha256_init(&sum);
    for (size_t at = 0; at < length; at += piece) {
        sha256_add(&sum, message + at,
                   piece < length - at ? piece : length - at);
    }
    sha256_end(&sum, result);
}

static void check_same_digest(const uint8_t a[SHA256_SIZE],
                              const uint8_t b[SHA256_SIZE])
{
    for (int i = 0; i < SHA256_SIZE; i++) {
        CHECK_EQ(a[i], b[i]);
    }
}

static void same(void)
{
    // FIPS 180-2, B.1: the digest of "abc".
    static const uint8_t of_abc[SHA256_SIZE] = {
        0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
        0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
        0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    uint8_t portable[SHA256_SIZE], own[SHA256_SIZE];
    bool has = sha256_has_instructions();

    for (size_t i = 0; i < 3; i++) {
        message[i] = (unsigned char)"abc"[i];
    }
    digest(false, 3, 3, portable);
    check_same_digest(portable, of_abc);
    for (size_t i = 0; i < LONGEST; i++) {
        message[i] = (unsigned char)(i * 251 + i / 7);
    }
    for (size_t length = 0; length <= LONGEST && has; length++) {
        digest(false, length, 64, portable);
        digest(true, length, 1 + length % 200, own);
        check_same_digest(portable, own);
    }
}

int weft_main(int argc, char **argv, char **envp)
{
    (void)envp;
    CHECK_EQ(argc, 2);
    if (same_text(argv[1], "same")) {
        same();
    } else {
        print(1, sha256_has_instructions() ? "instructions\n" : "portable\n");
    }
    return 0;
}
