// LSTM, backward, from the gradient of the last hidden state.
//   for each step from the last: dz from dh and dc (stored over the gates), dc of the step before,
//     dh of the step before = sum over gate columns j of backward_hh[j] * dz[j]
//   then, over all rows r of (step, sample) at once: gradient[k] = sum over r of inputs[r][k] dz[r]
// dh is the sum of two chains, one over each half of the gate columns in their order; where gates
// have their own masks, of one chain a gate: (i m_i + f m_f) + (g m_g + o m_o).
// Where windows share rows of features, gradient[k] of these is a sum over shared rows, each with
// its dz summed first.
// A weight's gradient is one chain over the rows of this call, added to that of the call before.

// Eight rows of eight floats, turned: pairs, then fours, then halves change places.
LANE void turn_square(const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  v8 a[8], b[8];
  UNROLL for (int row = 0; row < 8; row++) a[row] = *(const v8_anywhere *)(from + row * from_stride);
  UNROLL for (int row = 0; row < 8; row += 2) {
    b[row] = __builtin_shufflevector(a[row], a[row + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[row + 1] = __builtin_shufflevector(a[row], a[row + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLL for (int row = 0; row < 8; row += 4) {
    UNROLL for (int half = 0; half < 2; half++) {
      v8 x = b[row + half], y = b[row + 2 + half];
      a[row + 2 * half] = __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13);
      a[row + 2 * half + 1] = __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  UNROLL for (int row = 0; row < 4; row++) {
    *(v8_anywhere *)(to + row * to_stride) =
      __builtin_shufflevector(a[row], a[row + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(v8_anywhere *)(to + (row + 4) * to_stride) =
      __builtin_shufflevector(a[row], a[row + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

static void turn_recurrent_matrix(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const float *weights
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), columns = 4 * padded;
  const float *matrix = weights + pawl_lstm_layout_of(*shape).weight_hh;
  ptrdiff_t unit = 0;
  for (; unit + 8 <= shape->hidden; unit += 8) {
    for (ptrdiff_t column = 0; column < columns; column += 8) {
      const float *from = matrix + unit * columns + column;
      turn_square(from, columns, work->backward_hh + column * padded + unit, padded);
    }
  }
  for (ptrdiff_t column = 0; column < columns && unit < padded; column++) {
    for (ptrdiff_t rest = unit; rest < padded; rest++) {
      float weight = rest < shape->hidden ? matrix[rest * columns + column] : 0;
      work->backward_hh[column * padded + rest] = weight;
    }
  }
}

LANE void gates_backward(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, ptrdiff_t n, ptrdiff_t step,
  ptrdiff_t sample
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), columns = 4 * padded;
  const v16 one = splat(1.0f);
  for (ptrdiff_t at = 0; at < padded; at += 16) {
    const ptrdiff_t unit = (step * n + sample) * padded + at, local = sample * padded + at;
    float *gates = work->gates + (step * n + sample) * columns + 4 * at;
    v16 i = load(gates), f = load(gates + 16), g = load(gates + 32), o = load(gates + 48);
    v16 squashed = load(work->squashed + unit);
    v16 dh = load(work->d_hidden + local);
    v16 dc = fma16(dh * o, fma16(-squashed, squashed, one), load(work->d_cell + local));
    v16 before = step > 0 ? load(work->cells + unit - n * padded) : splat(0.0f);
    store(gates, dc * g * (i * (one - i)));
    store(gates + 16, dc * before * (f * (one - f)));
    store(gates + 32, dc * i * fma16(-g, g, one));
    store(gates + 48, dh * squashed * (o * (one - o)));
    store(work->d_cell + local, dc * f);
  }
}

// d_hidden of `m` samples and `l` groups of 16 units, all gates with the same inputs.
LANE void hidden_backward(
  const int m, const int l, const int chains, const pawl_lstm_shape *shape,
  const pawl_lstm_workspace *work, ptrdiff_t n, ptrdiff_t step, ptrdiff_t sample, ptrdiff_t at
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), columns = 4 * padded, half = columns / 2;
  const float *dz = work->gates + (step * n + sample) * columns;
  v16 total[m][l];
  UNROLL for (int chain = 0; chain < 2; chain += chains) {
    v16 sums[m][l][chains];
    UNROLL for (int s = 0; s < m; s++) {
      UNROLL for (int v = 0; v < l; v++) {
        UNROLL for (int c = 0; c < chains; c++) sums[s][v][c] = splat(0.0f);
      }
    }
    const float *w = work->backward_hh + chain * half * padded + at;
    for (ptrdiff_t j = 0; j < half; j++) {
      UNROLL for (int c = 0; c < chains; c++) {
        UNROLL for (int v = 0; v < l; v++) {
          v16 column = load(w + (c * half + j) * padded + v * 16);
          UNROLL for (int s = 0; s < m; s++) {
            float d = dz[s * columns + (chain + c) * half + j];
            sums[s][v][c] = fma16(splat(d), column, sums[s][v][c]);
          }
        }
      }
    }
    UNROLL for (int s = 0; s < m; s++) {
      UNROLL for (int v = 0; v < l; v++) {
        if (chains == 2) {
          total[s][v] = sums[s][v][0] + sums[s][v][chains - 1];
        } else {
          total[s][v] = chain == 0 ? sums[s][v][0] : total[s][v] + sums[s][v][0];
        }
      }
    }
  }
  UNROLL for (int s = 0; s < m; s++) {
    UNROLL for (int v = 0; v < l; v++) {
      store(work->d_hidden + (sample + s) * padded + at + v * 16, total[s][v]);
    }
  }
}

// The same for one sample where each gate saw its own mask of the hidden state.
LANE void masked_hidden_backward(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, ptrdiff_t n, ptrdiff_t step,
  ptrdiff_t sample
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), columns = 4 * padded;
  const float *dz = work->gates + (step * n + sample) * columns;
  const float *mask = work->hidden_mask + sample * columns;
  for (ptrdiff_t at = 0; at < padded; at += 16) {
    v16 sums[4];
    UNROLL for (int gate = 0; gate < 4; gate++) sums[gate] = splat(0.0f);
    for (ptrdiff_t group = 0; group < columns; group += 64) {
      for (ptrdiff_t lane = 0; lane < 16; lane++) {
        UNROLL for (int gate = 0; gate < 4; gate++) {
          ptrdiff_t j = group + gate * 16 + lane;
          v16 column = load(work->backward_hh + j * padded + at);
          sums[gate] = fma16(splat(dz[j]), column, sums[gate]);
        }
      }
    }
    UNROLL for (int gate = 0; gate < 4; gate++) sums[gate] *= load(mask + gate * padded + at);
    store(work->d_hidden + sample * padded + at, (sums[0] + sums[1]) + (sums[2] + sums[3]));
  }
}

// Gradients of `rows` inputs by `l` groups of 16 columns over `count` rows of (step, sample).
LANE void weight_gradient(
  const int rows, const int l, const float *inputs, ptrdiff_t stride, const float *dz,
  ptrdiff_t columns, ptrdiff_t count, int32_t first, float *gradient
) {
  v16 sums[rows][l];
  UNROLL for (int k = 0; k < rows; k++) {
    UNROLL for (int v = 0; v < l; v++) sums[k][v] = splat(0.0f);
  }
  for (ptrdiff_t r = 0; r < count; r++) {
    UNROLL for (int v = 0; v < l; v++) {
      v16 d = load(dz + r * columns + v * 16);
      UNROLL for (int k = 0; k < rows; k++) {
        sums[k][v] = fma16(splat(inputs[r * stride + k]), d, sums[k][v]);
      }
    }
  }
  UNROLL for (int k = 0; k < rows; k++) {
    UNROLL for (int v = 0; v < l; v++) {
      float *to = gradient + k * columns + v * 16;
      store(to, first ? sums[k][v] : load(to) + sums[k][v]);
    }
  }
}

// Gradients of input rows 0..<rows against all columns. `plane` is the distance between the gates'
// own inputs, 0 where they share them.
static void weight_gradients(
  ptrdiff_t rows, const float *inputs, ptrdiff_t stride, ptrdiff_t plane, const float *dz,
  ptrdiff_t columns, ptrdiff_t count, int32_t first, float *gradient
) {
#define BLOCK(m)                                                                                   \
  for (ptrdiff_t column = 0; column < columns; column += 16) {                                       \
    const float *own = inputs + column / 16 % 4 * plane;                                           \
    weight_gradient(                                                                               \
      m, 1, own + k, stride, dz + column, columns, count, first, gradient + k * columns + column); \
  }                                                                                                \
  k += m;
  ptrdiff_t k = 0;
  while (k < rows) {
    switch (rows - k) {
      case 1: BLOCK(1) break;
      case 2: BLOCK(2) break;
      case 3: BLOCK(3) break;
      case 4: case 8: BLOCK(4) break;
      case 5: BLOCK(5) break;
      default: BLOCK(6) break;
    }
  }
#undef BLOCK
}

// dz summed over the (step, sample) that read each shared row, in the order of steps, then samples.
static void sum_over_span(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, ptrdiff_t n
) {
  const ptrdiff_t columns = pawl_gate_columns(*shape);
  for (ptrdiff_t i = 0; i < work->span[0] * columns; i += 16) {
    store(work->span_columns + i, splat(0.0f));
  }
  for (ptrdiff_t step = 0; step < shape->lookback; step++) {
    for (ptrdiff_t sample = 0; sample < n; sample++) {
      float *to = work->span_columns + (work->span[1 + sample] + step) * columns;
      const float *dz = work->gates + (step * n + sample) * columns;
      for (ptrdiff_t i = 0; i < columns; i += 16) store(to + i, load(to + i) + load(dz + i));
    }
  }
}

#define HIDDEN(m, l, chains)                                                                       \
  {                                                                                                \
    ptrdiff_t unit = 0;                                                                            \
    for (; unit + 16 * l <= padded; unit += 16 * l) {                                              \
      hidden_backward(m, l, chains, shape, work, n, step, sample, unit);                           \
    }                                                                                              \
    if (unit < padded) hidden_backward(m, 1, chains, shape, work, n, step, sample, unit);          \
    sample += m;                                                                                   \
  }

static void cell_backward(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, ptrdiff_t n, int32_t first,
  float *gradient
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), columns = 4 * padded;
  const ptrdiff_t stride = pawl_input_stride(*shape), steps = shape->lookback;
  const pawl_lstm_layout at = pawl_lstm_layout_of(*shape);
  for (ptrdiff_t i = 0; i < n * padded; i += 16) store(work->d_cell + i, splat(0.0f));
  for (ptrdiff_t step = steps - 1; step >= 0; step--) {
    for (ptrdiff_t sample = 0; sample < n; sample++) gates_backward(shape, work, n, step, sample);
    if (step == 0) break;
    ptrdiff_t sample = 0;
    if (shape->gate_inputs == 1) {
      while (sample < n) {
        switch (n - sample) {
          case 1: HIDDEN(1, 2, 2) break;
          case 2: HIDDEN(2, 1, 2) break;
          case 3: HIDDEN(3, 1, 2) break;
          case 4: case 7: case 8: HIDDEN(4, 1, 1) break;
          case 5: case 9: case 10: HIDDEN(5, 1, 1) break;
          default: HIDDEN(6, 1, 1) break;
        }
      }
    } else {
      for (; sample < n; sample++) masked_hidden_backward(shape, work, n, step, sample);
    }
  }
#undef HIDDEN
  const ptrdiff_t plane = shape->gate_inputs == 1 ? 0 : steps * n * stride;
  weight_gradients(
    shape->hidden, work->inputs + n * stride, stride, plane, work->gates + n * columns, columns,
    (steps - 1) * n, first, gradient + at.weight_hh);
  // bias_ih stands before weight_ih as the 1 stands before x.
  if (work->span[0]) {
    sum_over_span(shape, work, n);
    weight_gradients(
      1 + shape->features, work->span_inputs, pawl_padded(1 + shape->features), 0,
      work->span_columns, columns, work->span[0], first, gradient + at.bias_ih);
  } else {
    weight_gradients(
      1 + shape->features, work->inputs + padded, stride, plane, work->gates, columns, steps * n,
      first, gradient + at.bias_ih);
  }
  for (ptrdiff_t column = 0; column < columns; column += 16) {
    v16 bias = load(gradient + at.bias_ih + column);
    store(gradient + at.bias_hh + column, shape->two_biases ? bias : splat(0.0f));
  }
}
