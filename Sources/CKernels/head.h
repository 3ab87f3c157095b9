// The linear head on the last hidden state.
//   head_weight: [outputs, Hp], head_bias: [outputs]; last: [n, Hp], output: [n, Op]

static void head_forward(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const float *weights, ptrdiff_t n
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), stride = pawl_padded(shape->outputs);
  const pawl_lstm_layout at = pawl_lstm_layout_of(*shape);
  for (ptrdiff_t sample = 0; sample < n; sample++) {
    const float *h = work->last + sample * padded;
    for (ptrdiff_t output = 0; output < shape->outputs; output++) {
      const float *w = weights + at.head_weight + output * padded;
      v16 products = splat(0.0f);
      for (ptrdiff_t unit = 0; unit < padded; unit += 16) {
        products = fma16(load(w + unit), load(h + unit), products);
      }
      work->output[sample * stride + output] = sum(products) + weights[at.head_bias + output];
    }
  }
}

static void head_backward(
  const pawl_lstm_shape *shape, const pawl_lstm_workspace *work, const float *weights, ptrdiff_t n,
  int32_t masks, int32_t first, float *gradient
) {
  const ptrdiff_t padded = pawl_padded(shape->hidden), stride = pawl_padded(shape->outputs);
  const pawl_lstm_layout at = pawl_lstm_layout_of(*shape);
  for (ptrdiff_t unit = 0; unit < padded; unit += 16) {
    for (ptrdiff_t output = 0; output < shape->outputs; output++) {
      v16 total = splat(0.0f);
      for (ptrdiff_t sample = 0; sample < n; sample++) {
        float d = work->d_output[sample * stride + output];
        total = fma16(splat(d), load(work->last + sample * padded + unit), total);
      }
      float *to = gradient + at.head_weight + output * padded + unit;
      store(to, first ? total : load(to) + total);
    }
    for (ptrdiff_t sample = 0; sample < n; sample++) {
      v16 d_hidden = splat(0.0f);
      for (ptrdiff_t output = 0; output < shape->outputs; output++) {
        float d = work->d_output[sample * stride + output];
        v16 w = load(weights + at.head_weight + output * padded + unit);
        d_hidden = fma16(splat(d), w, d_hidden);
      }
      if (masks & pawl_mask_output) {
        d_hidden *= load(work->output_mask + sample * padded + unit);
      }
      store(work->d_hidden + sample * padded + unit, d_hidden);
    }
  }
  for (ptrdiff_t output = 0; output < stride; output++) {
    float total = 0;
    if (output < shape->outputs) {
      for (ptrdiff_t sample = 0; sample < n; sample++) {
        total += work->d_output[sample * stride + output];
      }
    }
    float *to = gradient + at.head_bias + output;
    *to = first ? total : *to + total;
  }
}
