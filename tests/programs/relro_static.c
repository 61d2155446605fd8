// SPDX-License-Identifier: MIT
// build: -fPIE
// link: -static -Wl,-z,relro
// relro_static.c - relro.c at a fixed address, compiled as if it were not.
#include "relro.c"
