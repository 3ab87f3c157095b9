#if defined(__aarch64__)

// A vector takes four of 32 registers.
#define VERBS pawl_kernels_neon
// Gates whose sums are in registers at once, for up to six samples.
#define SUM_GATES 1
#include "verbs.h"

#endif
