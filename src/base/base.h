/* base: what every room stands on. libc only, no I/O but the log. */
#ifndef AGORA_BASE_H
#define AGORA_BASE_H

#include "base/address.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/id.h"
#include "base/log.h"
#include "base/slice.h"
#include "base/sorted.h"
#include "base/time.h"

#define ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
