// SPDX-License-Identifier: MIT
// sha256.S - SHA-256 by the instructions that some x86_64 processors have for it
// (Intel's Software Developer's Manual, volume 2: SHA256RNDS2, SHA256MSG1, SHA256MSG2).
//
// They want the eight variables in two registers, of four words each; the first
// named is the highest:      ABEF  a b e f      CDGH  c d g h
#define ABEF %xmm1
#define CDGH %xmm2
#define W0   %xmm3                      // the next 16 words of the schedule,
#define W1   %xmm4                      // four in each
#define W2   %xmm5
#define W3   %xmm6

// bool sha256_has_instructions(void)
        .section .text.sha256_has_instructions, "ax", @progbits
        .globl  sha256_has_instructions
        .type   sha256_has_instructions, @function
sha256_has_instructions:
        endbr64
        push    %rbx                    // cpuid writes it
        xor     %eax, %eax
        cpuid
        cmp     $7, %eax                // the last leaf that there is
        mov     $0, %eax
        jb      1f
        mov     $1, %eax
        cpuid
        mov     %ecx, %r8d
        and     $1 << 9 | 1 << 19, %r8d // SSSE3 and SSE4.1, for the rest
        mov     $7, %eax
        xor     %ecx, %ecx
        cpuid
        shr     $29, %ebx               // SHA
        and     $1, %ebx
        cmp     $1 << 9 | 1 << 19, %r8d
        sete    %al
        movzbl  %al, %eax
        and     %ebx, %eax
1:      pop     %rbx
        ret
        .size   sha256_has_instructions, . - sha256_has_instructions

// void sha256_instructions(uint32_t hash[8], const uint8_t *block, size_t count,
//                          const uint32_t K[64])
//   C passes:  rdi hash  rsi block  rdx count  rcx K, aligned to 16
        .section .text.sha256_instructions, "ax", @progbits
        .globl  sha256_instructions
        .type   sha256_instructions, @function
sha256_instructions:
        endbr64
        movdqa  reverse(%rip), %xmm10
        movdqu  (%rdi), %xmm7           // (lowest word first:) a b c d
        movdqu  16(%rdi), CDGH          // e f g h
        pshufd  $0xb1, %xmm7, %xmm7     // b a d c
        pshufd  $0x1b, CDGH, CDGH       // h g f e
        movdqa  %xmm7, ABEF
        palignr $8, CDGH, ABEF          // f e b a
        pblendw $0xf0, %xmm7, CDGH      // h g d c
1:      sub     $1, %rdx
        jb      4f
        movdqa  ABEF, %xmm8
        movdqa  CDGH, %xmm9
        movdqu  (%rsi), W0
        movdqu  16(%rsi), W1
        movdqu  32(%rsi), W2
        movdqu  48(%rsi), W3
        pshufb  %xmm10, W0
        pshufb  %xmm10, W1
        pshufb  %xmm10, W2
        pshufb  %xmm10, W3
        add     $64, %rsi
        xor     %eax, %eax
2:      movdqa  (%rcx, %rax), %xmm0     // four rounds: the words plus K, which
        paddd   W0, %xmm0               // rnds2 looks for in xmm0; two a time. It
        sha256rnds2 %xmm0, ABEF, CDGH   // leaves the new ABEF in CDGH, and the
        pshufd  $0x0e, %xmm0, %xmm0     // old ABEF is the new CDGH
        sha256rnds2 %xmm0, CDGH, ABEF
        sha256msg1 W1, W0               // the four words of 16 rounds later
        movdqa  W3, %xmm7
        palignr $4, W2, %xmm7
        paddd   %xmm7, W0
        sha256msg2 W3, W0
        movdqa  W0, %xmm7
        movdqa  W1, W0
        movdqa  W2, W1
        movdqa  W3, W2
        movdqa  %xmm7, W3
        add     $16, %eax
        cmp     $256, %eax
        jne     2b
        paddd   %xmm8, ABEF
        paddd   %xmm9, CDGH
        jmp     1b
4:      pshufd  $0x1b, ABEF, %xmm7      // a b e f
        pshufd  $0xb1, CDGH, CDGH       // g h c d
        movdqa  %xmm7, ABEF
        pblendw $0xf0, CDGH, ABEF       // a b c d
        palignr $8, %xmm7, CDGH         // e f g h
        movdqu  ABEF, (%rdi)
        movdqu  CDGH, 16(%rdi)
        ret
        .size   sha256_instructions, . - sha256_instructions

        .section .rodata.reverse, "a", @progbits
        .balign 16
reverse:                                // the bytes of each word the other way
        .byte   3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12

        .section .note.GNU-stack, "", @progbits
