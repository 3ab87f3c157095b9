#if defined(__x86_64__)
#pragma clang attribute push(                                                              \
  __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)

// A vector takes one of 32 registers.
#define VERBS pawl_kernels_avx512
// Gates whose sums are in registers at once, for up to six samples.
#define SUM_GATES 2
#include "verbs.h"

#pragma clang attribute pop
#endif
