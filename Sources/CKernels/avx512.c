#if defined(__x86_64__)
#pragma clang attribute push(                                                              \
  __attribute__((target("avx2,fma,avx512f,avx512vl,avx512dq,avx512bw"))), apply_to = function)

// A vector takes one of 32 registers.
#define VERBS pawl_kernels_avx512
#define FORWARD_SAMPLES 4
#define FORWARD_GATES 4
#define BACKWARD_SAMPLES 8
#include "verbs.h"

#pragma clang attribute pop
#endif
