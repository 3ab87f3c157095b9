#if defined(__aarch64__)

// A vector takes four of 32 registers.
#define VERBS pawl_kernels_neon
#define FORWARD_SAMPLES 6
#define FORWARD_GATES 1
#define BACKWARD_SAMPLES 6
#include "verbs.h"

#endif
