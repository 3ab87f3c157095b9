#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// A vector takes two of 16 registers: twelve hold a tile's sums.
#define TILE 6
#define VERBS pawl_kernels_avx2
#include "verbs.h"

#pragma clang attribute pop
#endif
