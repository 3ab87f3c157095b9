#if defined(__aarch64__)

// A vector takes four of 32 registers: 24 hold a tile's sums.
#define TILE 6
#define VERBS pawl_kernels_neon
#include "verbs.h"

#endif
