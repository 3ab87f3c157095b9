#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// A vector takes two of 16 registers: twelve for sums.
#define VERBS pawl_kernels_avx2
// Gates whose sums are in registers at once, for up to six samples.
#define SUM_GATES 1
#include "verbs.h"

#pragma clang attribute pop
#endif
