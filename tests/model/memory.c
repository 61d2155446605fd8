// SPDX-License-Identifier: MIT
// memory.c - which stores a load may return: C11 without load buffering.
// Read before: README.md.  Read after: access.c.
//
// A location is a list of messages, one for each store, in modification order.
// The real memory always holds the last one. A load returns any message that is
// not older than what the thread knows of (its view); a store goes anywhere
// behind that, and an update directly behind the message it has read. A message
// carries what its writer released, and an acquire takes that over.
#include <string.h>
#include "machine.h"

struct message {
    uint64_t value;
    uint8_t place; // in the location's order
    uint8_t update;
    uint8_t writer;
    uint16_t step; // of the writer
    struct knowledge released;
};

static struct location {
    uintptr_t address;
    uint8_t size, count, gone;
    uint8_t order[MESSAGES]; // modification order: indices of messages
    struct message messages[MESSAGES];
} locations[LOCATIONS];
static unsigned location_count;

// What seq_cst accesses and fences have shown each other so far, and the last of
// them: they stand in one order.
static uint8_t agreed[LOCATIONS];
static uint64_t agreed_last;

void memory_reset(void)
{
    location_count = 0;
    agreed_last = 0;
}

static unsigned place_of(unsigned location, unsigned message)
{
    return locations[location].messages[message].place;
}

static void view_join(uint8_t *to, const uint8_t *from)
{
    for (unsigned i = 0; i < location_count; i++) {
        if (from[i] != to[i] && place_of(i, from[i]) > place_of(i, to[i])) {
            to[i] = from[i];
        }
    }
}

void knowledge_join(struct knowledge *to, const struct knowledge *from)
{
    for (unsigned i = 0; i < PARTIES; i++) {
        if (from->clock[i] > to->clock[i]) {
            to->clock[i] = from->clock[i];
        }
    }
    view_join(to->view, from->view);
}

// ---- Locations ----

static uint64_t real_value(uintptr_t address, unsigned size)
{
    return size == 8 ? *(uint64_t *)address : *(uint32_t *)address;
}

static void set_real_value(uintptr_t address, unsigned size, uint64_t value)
{
    if (size == 8) {
        *(uint64_t *)address = value;
    } else {
        *(uint32_t *)address = (uint32_t)value;
    }
}

// A location's first message is what plain code has left there.
static void begin(unsigned index, uintptr_t address, unsigned size)
{
    struct location *location = &locations[index];
    struct message *first = &location->messages[0];
    location->address = address;
    location->size = (uint8_t)size;
    location->count = 1;
    location->gone = 0;
    location->order[0] = 0;
    memset(first, 0, sizeof *first);
    first->value = real_value(address, size);
    first->writer = PARTIES;
    for (unsigned i = 0; i < PARTIES; i++) {
        model_threads[i].now.view[index] = 0;
        model_threads[i].acquired.view[index] = 0;
        model_threads[i].released.view[index] = 0;
    }
    agreed[index] = 0;
    if (!plain_is_watched(address)) {
        model_fail("an atomic access to memory that is not watched");
    }
    plain_is_atomic(address, size);
}

unsigned memory_find(const void *word, unsigned size)
{
    uintptr_t address = (uintptr_t)word;
    for (unsigned i = 0; i < location_count; i++) {
        struct location *location = &locations[i];
        if (location->address == address && !location->gone) {
            if (location->size != size) {
                model_fail("accesses of %u and %u bytes at one address",
                           location->size, size);
            }
            return i;
        }
    }
    if (location_count == LOCATIONS) {
        model_fail("more than %d locations", LOCATIONS);
    }
    begin(location_count++, address, size);
    return location_count - 1;
}

void memory_forget(uintptr_t address, size_t size)
{
    for (unsigned i = 0; i < location_count; i++) {
        if (locations[i].address < address + size &&
            locations[i].address + locations[i].size > address) {
            locations[i].gone = 1;
        }
    }
}

// ---- Reading ----

static unsigned oldest_place(unsigned location, enum order order)
{
    unsigned known = place_of(location, running()->now.view[location]);
    unsigned shown = place_of(location, agreed[location]);
    return order == SEQ_CST && shown > known ? shown : known;
}

static int updated(unsigned location, unsigned place)
{
    struct location *l = &locations[location];
    return place + 1 < l->count && l->messages[l->order[place + 1]].update;
}

// Whether the access can be one that reads this message.
static int may_read(const struct question *q, unsigned place)
{
    struct location *l = &locations[q->location];
    uint64_t value = l->messages[l->order[place]].value;
    int stores = q->updates && (!q->compares || value == q->expected);
    return !stores || !updated(q->location, place);
}

unsigned memory_pick(const struct question *q)
{
    struct location *l = &locations[q->location];
    unsigned oldest = oldest_place(q->location, q->order);
    uint8_t allowed[MESSAGES];
    unsigned count = 0;
    for (unsigned place = l->count; place-- > oldest;) {
        unsigned message = l->order[place];
        if (may_read(q, place) &&
            (count == 0 || !await_forbids(q->location, message))) {
            allowed[count++] = (uint8_t)message;
        }
        if (count > 0 && (model_current == ALONE || !may_read_old())) {
            break;
        }
    }
    unsigned chosen = choose(count);
    if (chosen > 0) {
        has_read_old();
    }
    return allowed[chosen];
}

uint64_t memory_value(unsigned location, unsigned message)
{
    return locations[location].messages[message].value;
}

int memory_newer(unsigned location, unsigned message)
{
    return place_of(location, message) + 1u < locations[location].count;
}

const char *memory_age(unsigned location, unsigned message)
{
    return memory_newer(location, message) ? " (not the newest)" : "";
}

void memory_learn(unsigned location, unsigned index, enum order order)
{
    struct thread *self = running();
    struct message *message = &locations[location].messages[index];
    if (message->place > place_of(location, self->now.view[location])) {
        self->now.view[location] = (uint8_t)index;
    }
    if (acquires(order)) {
        knowledge_join(&self->now, &message->released);
    }
    knowledge_join(&self->acquired, &message->released);
    remember((uint64_t)message->writer << 32 | message->step << 8 | location);
}

uint32_t memory_newest(const uint32_t *word)
{
    uintptr_t address = (uintptr_t)word;
    for (unsigned i = 0; i < location_count; i++) {
        struct location *l = &locations[i];
        if (!l->gone && l->address <= address &&
            l->address + l->size > address) {
            memory_learn(i, l->order[l->count - 1], RELAXED);
        }
    }
    remember(*word);
    return *word;
}

// ---- Writing ----

static unsigned pick_place(unsigned location, enum order order)
{
    struct location *l = &locations[location];
    if (model_current == ALONE) {
        return l->count;
    }
    unsigned oldest = oldest_place(location, order);
    uint8_t allowed[MESSAGES];
    unsigned count = 0;
    for (unsigned place = l->count; place > oldest; place--) {
        if (!updated(location, place - 1)) {
            allowed[count++] = (uint8_t)place;
        }
    }
    return allowed[choose(count)];
}

static unsigned insert(unsigned location, unsigned place, uint64_t value)
{
    struct location *l = &locations[location];
    if (l->count == MESSAGES) {
        model_fail("no end in sight after %d stores to one word", MESSAGES);
    }
    unsigned index = l->count++;
    for (unsigned p = index; p > place; p--) {
        l->order[p] = l->order[p - 1];
        l->messages[l->order[p]].place = (uint8_t)p;
    }
    l->order[place] = (uint8_t)index;
    struct message *message = &l->messages[index];
    message->value = value;
    message->place = (uint8_t)place;
    message->writer = (uint8_t)model_current;
    message->step = (uint16_t)running()->steps;
    if (place + 1u == l->count) {
        set_real_value(l->address, l->size, value);
    }
    return index;
}

// The next place in the one order of all seq_cst stores and fences.
static void agree(void)
{
    remember(agreed_last);
    agreed_last = (uint64_t)model_current << 32 | running()->steps;
}

unsigned memory_put(unsigned location, uint64_t value, enum order order,
                    int from)
{
    struct thread *self = running();
    struct location *l = &locations[location];
    unsigned place = from < 0 ? pick_place(location, order)
                              : place_of(location, (unsigned)from) + 1u;
    unsigned index = insert(location, place, value);
    struct message *message = &l->messages[index];
    message->update = from >= 0;
    self->now.view[location] = (uint8_t)index;
    message->released = releases(order) ? self->now : self->released;
    message->released.view[location] = (uint8_t)index;
    if (from >= 0) { // a release sequence goes on through updates
        knowledge_join(&message->released, &l->messages[from].released);
    }
    if (order == SEQ_CST) {
        agreed[location] = (uint8_t)index;
        agree();
    }
    self->now.clock[model_current]++; // what follows was not released
    return index;
}

// The location that a word is, or is the half of.
static unsigned find_around(const uint32_t *word)
{
    uintptr_t address = (uintptr_t)word;
    for (unsigned i = 0; i < location_count; i++) {
        struct location *l = &locations[i];
        if (!l->gone && l->address <= address &&
            l->address + l->size > address) {
            return i;
        }
    }
    return memory_find(word, sizeof *word);
}

void memory_change(const uint32_t *word, uint32_t value)
{
    plain_atomic((uintptr_t)word, sizeof *word, 1);
    unsigned location = find_around(word);
    struct location *l = &locations[location];
    unsigned newest = l->order[l->count - 1];
    unsigned shift = (unsigned)((uintptr_t)word - l->address) * 8;
    uint64_t other_half =
        l->messages[newest].value & ~((uint64_t)UINT32_MAX << shift);
    memory_learn(location, newest, ACQ_REL);
    memory_put(location, other_half | (uint64_t)value << shift, ACQ_REL,
               (int)newest);
}

void memory_fence(enum order order)
{
    struct thread *self = running();
    if (acquires(order)) {
        knowledge_join(&self->now, &self->acquired);
    }
    if (order == SEQ_CST) {
        view_join(self->now.view, agreed);
        memcpy(agreed, self->now.view, sizeof agreed);
        agree();
    }
    if (releases(order)) {
        self->released = self->now;
        self->now.clock[model_current]++;
    }
}

uint64_t memory_hash(void)
{
    uint64_t sum = agreed_last;
    for (unsigned i = 0; i < location_count; i++) {
        struct location *l = &locations[i];
        uint64_t hash = l->address;
        for (unsigned place = 0; place < l->count; place++) {
            struct message *message = &l->messages[l->order[place]];
            hash = mix(hash, (uint64_t)message->writer << 16 | message->step);
        }
        sum += l->gone ? 0 : hash;
    }
    return sum;
}
