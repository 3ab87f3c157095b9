// What every CPU of the architecture has: SSE2 on x86-64, where fma is a call of libm's fmaf.

#define VERBS pawl_kernels_baseline
// Gates whose sums are in registers at once, for up to six samples.
#define SUM_GATES 1
#include "verbs.h"
