// All verbs of one variant. The including file sets the instruction set, the name of the table
// (VERBS) and the tiles that suit its registers: no tile changes a bit of the result.

#include "CKernels.h"

#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"

#include "lanes.h"
#include "lane_math.h"
#include "philox.h"
#include "forward.h"
#include "head.h"
#include "backward.h"
#include "losses.h"
#include "optimizers.h"

// Windows that overlap share their rows: where half as many rows as (sample, step) do, W x is
// computed once a row. Whether they do depends on the samples alone.
static int gather_span(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const pawl_samples *samples,
  const ptrdiff_t *index, ptrdiff_t n
) {
  ptrdiff_t first = samples->ends[index[0]], last = first;
  for (ptrdiff_t sample = 1; sample < n; sample++) {
    const ptrdiff_t end = samples->ends[index[sample]];
    first = end < first ? end : first;
    last = end > last ? end : last;
  }
  const ptrdiff_t lookback = shape->lookback, features = shape->features;
  if (2 * (last - first + lookback) > n * lookback) return 0;
  const ptrdiff_t stride = pawl_padded(1 + features), count = last - first + lookback;
  work->span[0] = (int32_t)count;
  for (ptrdiff_t sample = 0; sample < n; sample++) {
    work->span[1 + sample] = (int32_t)(samples->ends[index[sample]] - first);
  }
  for (ptrdiff_t row = 0; row < count; row++) {
    const float *from = samples->rows + (first - lookback + 1 + row) * features;
    float *to = work->span_inputs + row * stride;
    to[0] = 1.0f;
    for (ptrdiff_t feature = 0; feature < features; feature++) to[1 + feature] = from[feature];
  }
  return 1;
}

static void gather_verb(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const pawl_samples *samples,
  const ptrdiff_t *index, ptrdiff_t n, int32_t masks
) {
  work->span[0] = 0;
  if (!(masks & pawl_mask_inputs) && shape->gate_inputs == 1
      && gather_span(shape, work, samples, index, n)) {
    return;
  }
  const ptrdiff_t stride = pawl_input_stride(*shape), padded = pawl_padded(shape->hidden);
  const ptrdiff_t features = shape->features, mask_row = pawl_padded(features);
  for (ptrdiff_t gate = 0; gate < shape->gate_inputs; gate++) {
    for (ptrdiff_t step = 0; step < shape->lookback; step++) {
      for (ptrdiff_t sample = 0; sample < n; sample++) {
        const ptrdiff_t row = samples->ends[index[sample]] - shape->lookback + 1 + step;
        const float *from = samples->rows + row * features;
        float *to = work->inputs
          + ((gate * shape->lookback + step) * n + sample) * stride + padded;
        to[0] = 1.0f;
        if (masks & pawl_mask_inputs) {
          const float *mask = work->input_mask + (sample * shape->gate_inputs + gate) * mask_row;
          for (ptrdiff_t feature = 0; feature < features; feature++) {
            to[1 + feature] = from[feature] * mask[feature];
          }
        } else {
          for (ptrdiff_t feature = 0; feature < features; feature++) to[1 + feature] = from[feature];
        }
      }
    }
  }
}

static void forward_verb(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const float *weights, ptrdiff_t n,
  int32_t masks
) {
  cell_forward(shape, work, weights, n);
  if (masks & pawl_mask_output) {
    for (ptrdiff_t at = 0; at < n * pawl_padded(shape->hidden); at += 16) {
      store(work->last + at, load(work->last + at) * load(work->output_mask + at));
    }
  }
  head_forward(shape, work, weights, n);
}

static void backward_verb(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const float *weights, ptrdiff_t n,
  int32_t masks, int32_t first, float *gradient
) {
  if (first) turn_recurrent_matrix(shape, work, weights);
  head_backward(shape, work, weights, n, masks, first, gradient);
  cell_backward(shape, work, n, first, gradient);
}

const pawl_kernels VERBS = {
  .mask = mask_verb,
  .gather = gather_verb,
  .forward = forward_verb,
  .loss = loss_verb,
  .backward = backward_verb,
  .update = update_verb,
  .sum_of_squares = sum_of_squares_verb,
  .all_finite = all_finite_verb,
  .exp = exp_verb,
  .log = log_verb,
  .tanh = tanh_verb,
  .sigmoid = sigmoid_verb,
  .random = random_verb,
};
