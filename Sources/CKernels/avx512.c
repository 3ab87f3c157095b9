#if defined(__x86_64__)
#pragma clang attribute push(                                                              \
  __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)

// A vector takes one of 32 registers; eight sums keep two units of multiplication busy.
#define TILE 8
#define VERBS pawl_kernels_avx512
#include "verbs.h"

#pragma clang attribute pop
#endif
