// SPDX-License-Identifier: MIT
// weft/sync.h - what the synchronisation objects have in common.
//
// All-zero bytes are a valid private object of every kind, unlocked, empty, with
// nothing registered and nothing allocated. Flags need the object's _init, and
// SHARED objects their _destroy before the memory goes.
#ifndef WEFT_SYNC_H
#define WEFT_SYNC_H

// Flags of _init. Any other bit is WEFT_EINVAL; bit 31 will stay so for ever.
#define WEFT_SHARED       0x1u // in memory that several processes have mapped
#define WEFT_ROBUST       0x2u // the next owner learns that one died holding it
#define WEFT_PRIO_INHERIT 0x4u // the owner runs at its most urgent waiter's
#define WEFT_PRIO_PROTECT 0x8u // the owner runs at the ceiling at least

#endif
