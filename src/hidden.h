// SPDX-License-Identifier: MIT
// hidden.h - marks data that several of the library's files share.
// Without the mark a compiler has to assume that such data may be elsewhere, in a
// shared library, and reaches it through a table of addresses: larger, slower,
// and wrong until a static-pie has relocated that table.
#ifndef HIDDEN_H
#define HIDDEN_H

#define WEFT__HIDDEN __attribute__((visibility("hidden")))

#endif
