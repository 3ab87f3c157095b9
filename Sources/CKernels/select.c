// Which variant runs, and where the scratch of a pass lies.

#include "CKernels.h"

extern const pawl_kernels pawl_kernels_baseline;
extern const pawl_kernels pawl_kernels_avx2;
extern const pawl_kernels pawl_kernels_avx512;
extern const pawl_kernels pawl_kernels_neon;

int32_t pawl_variant_supported(pawl_variant variant) {
  switch (variant) {
    case pawl_variant_baseline:
      return 1;
#if defined(__x86_64__)
    case pawl_variant_avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case pawl_variant_avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")
        && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
#elif defined(__aarch64__)
    case pawl_variant_neon:
      return 1;
#endif
    default:
      return 0;
  }
}

const pawl_kernels *pawl_kernels_of(pawl_variant variant) {
  switch (variant) {
#if defined(__x86_64__)
    case pawl_variant_avx2:
      return &pawl_kernels_avx2;
    case pawl_variant_avx512:
      return &pawl_kernels_avx512;
#elif defined(__aarch64__)
    case pawl_variant_neon:
      return &pawl_kernels_neon;
#endif
    default:
      return &pawl_kernels_baseline;
  }
}

// One walk over the buffers serves both: the sum of their sizes, and their places.
static ptrdiff_t lay_out(pawl_lstm_shape shape, float *base, pawl_lstm_workspace *work) {
  const ptrdiff_t padded = pawl_padded(shape.hidden), columns = 4 * padded;
  const ptrdiff_t samples = shape.samples, rows = shape.lookback * samples;
  const ptrdiff_t outputs = pawl_padded(shape.outputs);
  ptrdiff_t used = 0;
#define PLACE(name, size)           \
  work->name = base + used;         \
  used += pawl_padded(size);
  PLACE(inputs, shape.gate_inputs * rows * pawl_input_stride(shape))
  PLACE(gates, rows * columns)
  PLACE(cells, rows * padded)
  PLACE(squashed, rows * padded)
  PLACE(last, samples * padded)
  PLACE(output, samples * outputs)
  PLACE(d_output, samples * outputs)
  PLACE(d_hidden, samples * padded)
  PLACE(d_cell, samples * padded)
  PLACE(bias, columns)
  PLACE(backward_hh, columns * padded)
  work->span = (int32_t *)(base + used);
  used += pawl_padded(1 + samples);
  PLACE(span_inputs, (rows / 2 + 1) * pawl_padded(1 + shape.features))
  PLACE(span_columns, (rows / 2 + 1) * columns)
  PLACE(input_mask, samples * shape.gate_inputs * pawl_padded(shape.features))
  PLACE(hidden_mask, samples * columns)
  PLACE(output_mask, samples * padded)
#undef PLACE
  return used;
}

ptrdiff_t pawl_lstm_workspace_floats(pawl_lstm_shape shape) {
  pawl_lstm_workspace unused;
  return lay_out(shape, (float *)0, &unused);
}

pawl_lstm_workspace pawl_lstm_workspace_over(pawl_lstm_shape shape, float *base) {
  pawl_lstm_workspace work;
  lay_out(shape, base, &work);
  return work;
}
