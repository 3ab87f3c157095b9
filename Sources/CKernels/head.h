// The linear head on the h of the highest layer.
//   weights: [outputs, Hp], then biases [Op]; output: [rows, Op], row step * n + sample, or the last
//   step's samples alone where the layer is last_only. Hp, Op: padded to 16.

// h as the head reads it: masked, it is copied.
static source head_inputs(
  const pawl_layer *top, const pawl_head *head, const pawl_tile *tile
) {
  const pawl_layer_shape *const shape = &top->shape;
  const ptrdiff_t n = tile->samples, first = shape->last_only ? tile->steps : 1;
  if (!(shape->masks & pawl_mask_output)) return rows_from(top->work.h, first * n, top->work.panel);
  const ptrdiff_t rows = shape->last_only ? n : tile->steps * n;
  return rows_from(head->inputs, 0, rows * 16);
}

static void mask_head_inputs(
  const pawl_layer *top, const pawl_head *head, const pawl_tile *tile
) {
  const pawl_layer_shape *const shape = &top->shape;
  const pawl_layer_work *const work = &top->work;
  if (!(shape->masks & pawl_mask_output)) return;
  const ptrdiff_t n = tile->samples, first = shape->last_only ? tile->steps : 1;
  const ptrdiff_t rows = shape->last_only ? n : tile->steps * n;
  const ptrdiff_t padded = pawl_padded(shape->hidden), steps = pawl_output_steps(*shape);
  for (ptrdiff_t unit = 0; unit < padded; unit += 16) {
    for (ptrdiff_t row = 0; row < rows; row++) {
      const float *mask = work->output_mask + (row % n * steps + row / n) * padded + unit;
      const float *h = work->h + unit / 16 * work->panel + (first * n + row) * 16;
      store(head->inputs + unit * rows + row * 16, load(h) * load(mask));
    }
  }
}

static void head_forward_verb(
  const pawl_layer *top, const pawl_head *head, const float *weights, const pawl_tile *tile
) {
  const pawl_layer_shape *const shape = &top->shape;
  const ptrdiff_t padded = pawl_padded(shape->hidden), stride = pawl_padded(head->outputs);
  const ptrdiff_t rows = shape->last_only ? tile->samples : tile->steps * tile->samples;
  mask_head_inputs(top, head, tile);
  const source h = head_inputs(top, head, tile);
  for (ptrdiff_t row = 0; row < rows; row++) {
    for (ptrdiff_t output = 0; output < head->outputs; output++) {
      const float *w = weights + output * padded;
      v16 products = splat(0.0f);
      for (ptrdiff_t unit = 0; unit < padded; unit += 16) {
        const float *x = h.at + unit / 16 * h.panel + row * h.row;
        products = fma16(load(w + unit), load(x), products);
      }
      head->output[row * stride + output] =
        sum(products) + weights[head->outputs * padded + output];
    }
  }
}

static void head_backward_verb(
  const pawl_layer *top, const pawl_head *head, const float *weights, const pawl_tile *tile,
  int32_t first, float *gradient
) {
  const pawl_layer_shape *const shape = &top->shape;
  const pawl_layer_work *const work = &top->work;
  const ptrdiff_t padded = pawl_padded(shape->hidden), stride = pawl_padded(head->outputs);
  const ptrdiff_t n = tile->samples, outputs = head->outputs;
  const ptrdiff_t rows = shape->last_only ? n : tile->steps * n;
  const ptrdiff_t before = shape->last_only ? (tile->steps - 1) * n : 0;
  const ptrdiff_t mask_steps = pawl_output_steps(*shape);
  const source h = head_inputs(top, head, tile);
  for (ptrdiff_t unit = 0; unit < padded; unit += 16) {
    for (ptrdiff_t output = 0; output < outputs; output++) {
      v16 total = splat(0.0f);
      for (ptrdiff_t row = 0; row < rows; row++) {
        v16 x = load(h.at + unit / 16 * h.panel + row * h.row);
        total = fma16(splat(head->d_output[row * stride + output]), x, total);
      }
      float *to = gradient + output * padded + unit;
      store(to, first ? total : load(to) + total);
    }
    for (ptrdiff_t row = 0; row < rows; row++) {
      v16 d_hidden = splat(0.0f);
      for (ptrdiff_t output = 0; output < outputs; output++) {
        v16 w = load(weights + output * padded + unit);
        d_hidden = fma16(splat(head->d_output[row * stride + output]), w, d_hidden);
      }
      if (shape->masks & pawl_mask_output) {
        const float *mask = work->output_mask + (row % n * mask_steps + row / n) * padded + unit;
        d_hidden *= load(mask);
      }
      store(work->d_rows + unit / 16 * work->panel + (before + row) * 16, d_hidden);
    }
  }
  float *const bias = gradient + outputs * padded;
  for (ptrdiff_t output = 0; output < stride; output++) {
    float total = 0;
    if (output < outputs) {
      for (ptrdiff_t row = 0; row < rows; row++) total += head->d_output[row * stride + output];
    }
    bias[output] = first ? total : bias[output] + total;
  }
}
