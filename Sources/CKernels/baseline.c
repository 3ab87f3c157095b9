// What every CPU of the architecture has: SSE2 on x86-64, where fma is a call of libm's fmaf.

#define VERBS pawl_kernels_baseline
#include "verbs.h"
