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

// The sums of `m` samples and all gates of a group of 16 units, `g` gates at a time, to `gates`.
LANE void forward_products(
  const int m, const int g, const int shared, const pawl_lstm_shape *shape,
  const pawl_lstm_workspace *work, const float *weights, ptrdiff_t n, ptrdiff_t step,
  ptrdiff_t sample, ptrdiff_t group
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), columns = 4 * padded;
  const ptrdiff_t stride = pawl_input_stride(*shape), plane = shape->lookback * n * stride;
  const pawl_lstm_layout at = pawl_lstm_layout_of(*shape);
  const ptrdiff_t row = step * n + sample;
  UNROLL for (int first = 0; first < 4; first += g) {
    v16 sums[m][g];
    const float *h[4], *x[4];
    UNROLL for (int gate = 0; gate < g; gate++) {
      h[gate] = work->inputs + (shared ? 0 : (first + gate) * plane) + row * stride;
      x[gate] = h[gate] + padded + 1;
      const ptrdiff_t column = group * 64 + (first + gate) * 16;
      UNROLL for (int s = 0; s < m; s++) {
        const ptrdiff_t span_row = work->span[1 + sample + s] + step;
        sums[s][gate] =
          load(work->span[0] ? work->span_columns + span_row * columns + column : work->bias + column);
      }
    }
    const float *w = weights + group * 64 + first * 16;
    if (!work->span[0]) {
      add_products(m, g, shared, x, stride, w + at.weight_ih, columns, shape->features, sums);
    }
    if (step > 0) {
      add_products(m, g, shared, h, stride, w + at.weight_hh, columns, shape->hidden, sums);
    }
    UNROLL for (int gate = 0; gate < g; gate++) {
      UNROLL for (int s = 0; s < m; s++) {
        store(work->gates + (row + s) * columns + group * 64 + (first + gate) * 16, sums[s][gate]);
      }
    }
  }
}

// bias + W x of `m` rows that windows share.
LANE void span_products(
  const int m, const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const float *weights,
  ptrdiff_t row
) {
  const ptrdiff_t columns = pawl_gate_columns(*shape), stride = pawl_padded(1 + shape->features);
  const float *const x[4] = {work->span_inputs + row * stride + 1};
  const float *w = weights + pawl_lstm_layout_of(*shape).weight_ih;
  for (ptrdiff_t column = 0; column < columns; column += 16) {
    v16 sums[m][1];
    UNROLL for (int r = 0; r < m; r++) sums[r][0] = load(work->bias + column);
    add_products(m, 1, 1, x, stride, w + column, columns, shape->features, sums);
    UNROLL for (int r = 0; r < m; r++) {
      store(work->span_columns + (row + r) * columns + column, sums[r][0]);
    }
  }
}

// From sums to gates, c and h, in place. In two loops, because a chain from z to h is longer than
// what a CPU looks ahead.
static void forward_gates(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, ptrdiff_t n, ptrdiff_t step
) {
  const lane_constants *k = lane_constants_hidden();
  const ptrdiff_t padded = pawl_padded(shape->hidden), groups = n * padded / 16;
  float *const all = work->gates + step * n * 4 * padded;
  float *const cells = work->cells + step * n * padded;
  for (ptrdiff_t group = 0; group < groups; group++) {
    float *gates = all + group * 64;
    v16 i = sigmoid16(k, load(gates));
    v16 f = sigmoid16(k, load(gates + 16));
    v16 g = tanh16(k, load(gates + 32));
    v16 o = sigmoid16(k, load(gates + 48));
    store(gates, i);
    store(gates + 16, f);
    store(gates + 32, g);
    store(gates + 48, o);
    v16 before = step > 0 ? load(cells + group * 16 - n * padded) : splat(0.0f);
    store(cells + group * 16, fma16(f, before, i * g));
  }
  const ptrdiff_t stride = pawl_input_stride(*shape), plane = shape->lookback * n * stride;
  const int32_t copies = shape->gate_inputs, is_last = step + 1 == shape->lookback;
  float *const squashed = work->squashed + step * n * padded;
  for (ptrdiff_t sample = 0; sample < n; sample++) {
    for (ptrdiff_t at = 0; at < padded; at += 16) {
      const ptrdiff_t unit = sample * padded + at;
      v16 c = tanh16(k, load(cells + unit));
      v16 h = load(all + 4 * unit + 48) * c;
      store(squashed + unit, c);
      float *next = work->inputs + ((step + 1) * n + sample) * stride + at;
      if (is_last) {
        store(work->last + unit, h);
      } else if (copies == 1) {
        store(next, h);
      } else {
        const float *mask = work->hidden_mask + 4 * sample * padded + at;
        for (int gate = 0; gate < 4; gate++) {
          store(next + gate * plane, h * load(mask + gate * padded));
        }
      }
    }
  }
}

#define PRODUCTS(m, g)                                                                             \
  for (ptrdiff_t group = 0; group < groups; group++) {                                             \
    if (shared) {                                                                                  \
      forward_products(m, g, 1, shape, work, weights, n, step, sample, group);                     \
    } else {                                                                                       \
      forward_products(m, g, 0, shape, work, weights, n, step, sample, group);                     \
    }                                                                                              \
  }                                                                                                \
  sample += m;

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
  ptrdiff_t row = 0;
  for (; row + 4 <= work->span[0]; row += 4) span_products(4, shape, work, weights, row);
  for (; row < work->span[0]; row++) span_products(1, shape, work, weights, row);
  for (ptrdiff_t step = 0; step < shape->lookback; step++) {
    ptrdiff_t sample = 0;
    while (sample < n) {
      switch (n - sample) {
        case 1: PRODUCTS(1, 4) break;
        case 2: case 3: PRODUCTS(2, 2) break;
        case 4: case 7: case 8: PRODUCTS(4, SUM_GATES) break;
        case 5: case 9: case 10: PRODUCTS(5, SUM_GATES) break;
        default: PRODUCTS(6, SUM_GATES) break;
      }
    }
    forward_gates(shape, work, n, step);
  }
}
#undef PRODUCTS
