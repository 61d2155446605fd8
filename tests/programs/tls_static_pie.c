// SPDX-License-Identifier: MIT
// link: -static-pie -fPIE
// tls_static_pie.c - tls_both.c as a static-pie, which the kernel loads anywhere:
// the initial values hold an address, and lie where no linker knew.
#include "tls_both.c"
