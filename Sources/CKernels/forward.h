// LSTM, forward. With Hp hidden units after padding and G = 4 Hp gate columns:
//   inputs: [gate_inputs, T, n, stride], a row is h of the step before [Hp], 1, x [features], 0...
//   weights: weight_hh [H, G], bias_ih [G], weight_ih [F, G], bias_hh [G]
//   z = bias + sum over x, then over h, one fma each, in that order (at step 0 h is left out)
//   i, f, o = sigmoid(z), g = tanh(z); c = fma(f, c before, i * g); h = o * tanh(c)
// A unit's sum runs over the inputs in order, so its bits do not depend on how samples and units
// are grouped into tiles.

// Sums of `m` samples by `g` gates of one group of 16 units stay in registers.
LANE void add_products(
  const int m, const int g, const int shared, const float *const x[4], ptrdiff_t x_stride,
  const float *w, ptrdiff_t w_stride, ptrdiff_t count, v16 sums[m][g]
) {
  for (ptrdiff_t k = 0; k < count; k++) {
    UNROLL for (int gate = 0; gate < g; gate++) {
      v16 column = load(w + k * w_stride + gate * 16);
      UNROLL for (int s = 0; s < m; s++) {
        float input = x[shared ? 0 : gate][s * x_stride + k];
        sums[s][gate] = fma16(splat(input), column, sums[s][gate]);
      }
    }
  }
}

LANE void forward_group(
  const int m, const int g, const int shared, const pawl_lstm_shape *shape,
  const pawl_lstm_workspace *work, const float *weights, ptrdiff_t n, ptrdiff_t step, ptrdiff_t sample,
  ptrdiff_t group
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), columns = 4 * padded;
  const ptrdiff_t stride = pawl_input_stride(*shape), plane = shape->lookback * n * stride;
  const pawl_lstm_layout at = pawl_lstm_layout_of(*shape);
  const ptrdiff_t row = step * n + sample;
  v16 z[m][4];
  UNROLL for (int first = 0; first < 4; first += g) {
    v16 sums[m][g];
    const float *h[4], *x[4];
    UNROLL for (int gate = 0; gate < g; gate++) {
      h[gate] = work->inputs + (shared ? 0 : (first + gate) * plane) + row * stride;
      x[gate] = h[gate] + padded + 1;
      v16 bias = load(work->bias + group * 64 + (first + gate) * 16);
      UNROLL for (int s = 0; s < m; s++) sums[s][gate] = bias;
    }
    const float *w = weights + group * 64 + first * 16;
    add_products(m, g, shared, x, stride, w + at.weight_ih, columns, shape->features, sums);
    if (step > 0) {
      add_products(m, g, shared, h, stride, w + at.weight_hh, columns, shape->hidden, sums);
    }
    UNROLL for (int gate = 0; gate < g; gate++) {
      UNROLL for (int s = 0; s < m; s++) z[s][first + gate] = sums[s][gate];
    }
  }
  for (int s = 0; s < m; s++) {
    v16 i = sigmoid16(z[s][0]);
    v16 f = sigmoid16(z[s][1]);
    v16 candidate = tanh16(z[s][2]);
    v16 o = sigmoid16(z[s][3]);
    float *gates = work->gates + (row + s) * columns + group * 64;
    store(gates, i);
    store(gates + 16, f);
    store(gates + 32, candidate);
    store(gates + 48, o);
    const ptrdiff_t unit = (row + s) * padded + group * 16;
    v16 before = step > 0 ? load(work->cells + unit - n * padded) : splat(0.0f);
    v16 c = fma16(f, before, i * candidate);
    v16 squashed = tanh16(c);
    store(work->cells + unit, c);
    store(work->squashed + unit, squashed);
    v16 h = o * squashed;
    if (step + 1 == shape->lookback) {
      store(work->last + (sample + s) * padded + group * 16, h);
    } else {
      float *next = work->inputs + (row + n + s) * stride + group * 16;
      if (shared) {
        store(next, h);
      } else {
        const float *mask = work->hidden_mask + (sample + s) * columns + group * 16;
        UNROLL for (int gate = 0; gate < 4; gate++) {
          store(next + gate * plane, h * load(mask + gate * padded));
        }
      }
    }
  }
}

#define FORWARD(m, g)                                                                              \
  for (ptrdiff_t group = 0; group < groups; group++) {                                               \
    if (shared) {                                                                                  \
      forward_group(m, g, 1, shape, work, weights, n, step, sample, group);                        \
    } else {                                                                                       \
      forward_group(m, g, 0, shape, work, weights, n, step, sample, group);                        \
    }                                                                                              \
  }

static void cell_forward(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const float *weights, ptrdiff_t n
) {
  const ptrdiff_t groups = pawl_padded(shape->hidden) / 16;
  const int shared = shape->gate_inputs == 1;
  const pawl_lstm_layout at = pawl_lstm_layout_of(*shape);
  for (ptrdiff_t column = 0; column < 64 * groups; column += 16) {
    v16 bias = load(weights + at.bias_ih + column) + load(weights + at.bias_hh + column);
    store(work->bias + column, bias);
  }
  for (ptrdiff_t step = 0; step < shape->lookback; step++) {
    ptrdiff_t sample = 0;
    for (; sample + FORWARD_SAMPLES <= n; sample += FORWARD_SAMPLES) {
      FORWARD(FORWARD_SAMPLES, FORWARD_GATES)
    }
    for (; sample + 2 <= n; sample += 2) {
      FORWARD(2, 2)
    }
    if (sample < n) {
      FORWARD(1, 4)
    }
  }
}
#undef FORWARD
