// Losses of rows of outputs, and their gradients, with error = forecast - label:
//   mse       error^2                                                 slope 2 error
//   mae       |error|                                                 -1, 0 or 1
//   huber     c (error - c / 2), c = error, cut to -delta...delta      c
//   logcosh   |error| + softplus(-2 |error|) - log 2                  tanh(error)
//   quantile  (1 - q) error above 0, -q error below                   1 - q, 1/2 - q at 0, or -q
// The gradient of an output is slope * (weight * scale), the sum's term weight * value in Float64,
// row by row, output by output. A label of NaN is absent: no term, and its gradient is 0. So is
// that of the lanes beyond the outputs, whose labels are NaN.
//   output, label, d_output: [rows, padded outputs]; weight: [rows]

typedef struct {
  v16 slope;
  d16 value;
} loss_lanes;

LANE d16 wide(v16 x) { return __builtin_convertvector(x, d16); }

// log cosh x. Below 1 as -log(1 - tanh(x)^2) / 2, since the other form loses small values.
LANE d16 log_cosh(const lane_constants *k, v16 x, v16 tanh) {
  v16 a = __builtin_elementwise_abs(x);
  d16 small = log_of_normal(1.0 - wide(tanh) * wide(tanh)) * -0.5;
  d16 large = wide(a) + log_of_normal(0.5 + 0.5 * wide(exp16(k, -2.0f * a)));
  return wide(a) < 1.0 ? small : large;
}

LANE loss_lanes loss_of(
  const pawl_loss_kind kind, const lane_constants *k, v16 error, float delta, v16 quantile
) {
  const v16 zero = splat(0.0f);
  loss_lanes loss;
  switch (kind) {
    case pawl_loss_mse:
      loss.slope = 2.0f * error;
      loss.value = wide(error) * wide(error);
      break;
    case pawl_loss_mae:
      loss.slope = error > zero ? splat(1.0f) : error < zero ? splat(-1.0f) : error;
      loss.value = wide(loss.slope) * wide(error);
      break;
    case pawl_loss_huber:
      loss.slope = at_least(at_most(error, delta), -delta);
      loss.value = wide(loss.slope) * (wide(error) - 0.5 * wide(loss.slope));
      break;
    case pawl_loss_logcosh:
      loss.slope = tanh16(k, error);
      loss.value = log_cosh(k, error, loss.slope);
      break;
    case pawl_loss_quantile:
      loss.slope = (error > zero ? splat(1.0f) : error < zero ? zero : splat(0.5f)) - quantile;
      loss.value = wide(loss.slope) * wide(error);
      break;
  }
  return loss;
}

LANE double loss_of_rows(
  const pawl_loss_kind kind, const pawl_loss *loss, ptrdiff_t rows, const float *output,
  const float *label, const float *weight, float scale, float *d_output
) {
  const lane_constants *k = lane_constants_hidden();
  const ptrdiff_t stride = pawl_padded(loss->outputs);
  double total = 0;
  for (ptrdiff_t row = 0; row < rows; row++) {
    const v16 factor = splat(weight ? weight[row] * scale : scale);
    for (ptrdiff_t at = 0; at < stride; at += 16) {
      const v16 labels = load(label + row * stride + at);
      const v16 quantile =
        kind == pawl_loss_quantile ? load(loss->quantiles + at) : splat(0.0f);
      const v16 error = load(output + row * stride + at) - labels;
      const loss_lanes lanes = loss_of(kind, k, error, loss->delta, quantile);
      store(d_output + row * stride + at, labels == labels ? lanes.slope * factor : splat(0.0f));
      double values[16];
      __builtin_memcpy(values, &lanes.value, sizeof values);
      const ptrdiff_t count = loss->outputs - at < 16 ? loss->outputs - at : 16;
      for (ptrdiff_t lane = 0; lane < count; lane++) {
        const float expected = label[row * stride + at + lane];
        if (expected != expected) continue;
        total += weight ? weight[row] * values[lane] : values[lane];
      }
    }
  }
  return total;
}

static double loss_verb(
  const pawl_loss *loss, ptrdiff_t rows, const float *output, const float *label,
  const float *weight, float scale, float *d_output
) {
  switch (loss->kind) {
#define KIND(kind)                                                                             \
  case kind: return loss_of_rows(kind, loss, rows, output, label, weight, scale, d_output);
    KIND(pawl_loss_mse)
    KIND(pawl_loss_mae)
    KIND(pawl_loss_huber)
    KIND(pawl_loss_logcosh)
    KIND(pawl_loss_quantile)
#undef KIND
  }
  return 0;
}
