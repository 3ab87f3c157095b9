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
static ptrdiff_t lay_out(pawl_layer_shape shape, float *base, pawl_layer_work *work) {
  const ptrdiff_t groups = pawl_padded(shape.hidden) / 16, gates = pawl_gate_count(shape.cell);
  const ptrdiff_t columns = pawl_gate_columns(shape), samples = shape.samples;
  const ptrdiff_t inputs = pawl_padded(shape.inputs), copies = pawl_input_copies(shape);
  const ptrdiff_t is_lowest = shape.has_below ? 0 : 1;
  const int has_cells = shape.cell != pawl_cell_rnn;
  // Room for a step more, odd: panels then spread over a cache's sets.
  work->panel = 16 * samples * ((shape.steps + 1) | 1);
  // Rows are shared where there are at most half as many as (step, sample).
  work->span_panel = 16 * ((shape.steps * samples / 2 + 1) | 1);
  const ptrdiff_t panel = work->panel, span = is_lowest * work->span_panel;
  ptrdiff_t used = 0;
#define PLACE(name, size)                  \
  work->name = base ? base + used : 0;     \
  used += pawl_padded(size);
  PLACE(inputs, (is_lowest || shape.masks ? copies * inputs / 16 : 0) * panel)
  PLACE(h, groups * panel)
  PLACE(masked, (shape.masks & pawl_mask_hidden ? gates * groups : 0) * panel)
  PLACE(gates, gates * groups * panel)
  PLACE(cells, has_cells * groups * panel)
  PLACE(squashed, has_cells * groups * panel)
  PLACE(d_rows, groups * panel)
  PLACE(d_hidden, groups * samples * 16)
  PLACE(d_cell, groups * samples * 16)
  PLACE(d_part, groups * samples * 16)
  PLACE(bias, columns)
  PLACE(turned_hh, columns * groups * 16)
  PLACE(turned_ih, (1 - is_lowest) * columns * inputs)
  work->span = base ? (int32_t *)(base + used) : 0;
  used += pawl_padded(1 + samples);
  PLACE(span_inputs, inputs / 16 * span)
  PLACE(span_columns, columns / 16 * span)
  PLACE(input_mask, samples * copies * inputs)
  PLACE(hidden_mask, samples * columns)
  PLACE(output_mask, samples * pawl_output_steps(shape) * groups * 16)
#undef PLACE
  return used;
}

ptrdiff_t pawl_layer_floats(pawl_layer_shape shape) {
  pawl_layer_work unused;
  return lay_out(shape, 0, &unused);
}

pawl_layer pawl_layer_over(pawl_layer_shape shape, float *base) {
  pawl_layer layer;
  layer.shape = shape;
  lay_out(shape, base, &layer.work);
  return layer;
}

static ptrdiff_t lay_out_head(
  pawl_layer_shape top, int32_t outputs, float *base, pawl_head *head
) {
  const ptrdiff_t rows = pawl_output_steps(top) * top.samples;
  const ptrdiff_t forecasts = rows * pawl_padded(outputs);
  const ptrdiff_t inputs = top.masks & pawl_mask_output ? rows * pawl_padded(top.hidden) : 0;
  head->outputs = outputs;
  head->output = base;
  head->d_output = base ? base + forecasts : 0;
  head->inputs = base ? base + 2 * forecasts : 0;
  return 2 * forecasts + inputs;
}

ptrdiff_t pawl_head_floats(pawl_layer_shape top, int32_t outputs) {
  pawl_head unused;
  return lay_out_head(top, outputs, 0, &unused);
}

pawl_head pawl_head_over(pawl_layer_shape top, int32_t outputs, float *base) {
  pawl_head head;
  lay_out_head(top, outputs, base, &head);
  return head;
}
