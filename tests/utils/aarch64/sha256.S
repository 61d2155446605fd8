// SPDX-License-Identifier: MIT
// sha256.S - SHA-256 by the instructions that most aarch64 processors have for it
// (Arm Architecture Reference Manual: SHA256H, SHA256H2, SHA256SU0, SHA256SU1).
        .arch   armv8-a+crypto

// The eight variables, and the next 16 words of the schedule, four in each.
abcd    .req    v0
efgh    .req    v1
words0 .req    v4
words1 .req    v5
words2 .req    v6
words3 .req    v7

// bool sha256_has_instructions(void): bit 6 of AT_HWCAP (16) says so.
        .section .text.sha256_has_instructions, "ax", %progbits
        .globl  sha256_has_instructions
        .type   sha256_has_instructions, %function
sha256_has_instructions:
        bti     c
        stp     x29, x30, [sp, #-16]!
        mov     x0, #16
        bl      __getauxval             // Weft's crt0 has it, and each libc
        ubfx    x0, x0, #6, #1
        ldp     x29, x30, [sp], #16
        ret
        .size   sha256_has_instructions, . - sha256_has_instructions

// void sha256_instructions(uint32_t hash[8], const uint8_t *block, size_t count,
//                          const uint32_t K[64])
//   C passes:  x0 hash  x1 block  x2 count  x3 K
        .section .text.sha256_instructions, "ax", %progbits
        .globl  sha256_instructions
        .type   sha256_instructions, %function
sha256_instructions:
        bti     c
        ld1     {abcd.4s, efgh.4s}, [x0]
1:      subs    x2, x2, #1
        b.lo    3f
        ld1     {words0.16b-words3.16b}, [x1], #64
        rev32   words0.16b, words0.16b
        rev32   words1.16b, words1.16b
        rev32   words2.16b, words2.16b
        rev32   words3.16b, words3.16b
        mov     v16.16b, abcd.16b
        mov     v17.16b, efgh.16b
        mov     x4, x3
        mov     w5, #16
2:      ld1     {v2.4s}, [x4], #16      // four rounds: the words plus K
        add     v2.4s, v2.4s, words0.4s
        mov     v3.16b, abcd.16b
        sha256h  q0, q1, v2.4s          // q0: abcd
        sha256h2 q1, q3, v2.4s          // q1: efgh
        sha256su0 words0.4s, words1.4s          // the four words of 16 rounds later
        sha256su1 words0.4s, words2.4s, words3.4s
        mov     v3.16b, words0.16b
        mov     words0.16b, words1.16b
        mov     words1.16b, words2.16b
        mov     words2.16b, words3.16b
        mov     words3.16b, v3.16b
        subs    w5, w5, #1
        b.ne    2b
        add     abcd.4s, abcd.4s, v16.4s
        add     efgh.4s, efgh.4s, v17.4s
        b       1b
3:      st1     {abcd.4s, efgh.4s}, [x0]
        ret
        .size   sha256_instructions, . - sha256_instructions

        .section .note.GNU-stack, "", %progbits
