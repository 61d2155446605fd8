// SPDX-License-Identifier: MIT
// start_up_pie.c - start_up.c as a program that the kernel may put anywhere.
// build: -fPIE
// link: -static-pie
#include "start_up.c"
