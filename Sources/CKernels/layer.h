// One layer over all steps, forward and backward: the cells and the three products between them.
// A sum of a gate starts from the bias, then goes over x, then over h. Of a GRU whose reset gate acts
// after the product, n has two sums: one from b_ih over x, one from b_hh over h.
//
// The gradient of h at a step is a sum over gate columns (and, where gates have masks of their own,
// gate by gate: d0 m0 + d1 m1 + ...). A weight's gradient is one chain over the rows of this call,
// steps first, then samples, added to that of the call before. Where windows share rows of features,
// it is a chain over these, each with its dz summed first.

LANE gate_panels gates_from(const pawl_layer_shape *shape, ptrdiff_t first, ptrdiff_t count) {
  gate_panels panels = {
    pawl_padded(shape->hidden) / 16, pawl_gate_count(shape->cell), first, count};
  return panels;
}
LANE gate_panels all_gates(const pawl_layer_shape *shape) {
  return gates_from(shape, 0, pawl_gate_count(shape->cell));
}

LANE source rows_from(const float *buffer, ptrdiff_t row, ptrdiff_t panel) {
  source rows = {buffer + row * 16, 16, panel};
  return rows;
}
LANE target rows_to(float *buffer, ptrdiff_t row, ptrdiff_t panel) {
  target rows = {buffer + row * 16, 16, panel};
  return rows;
}

LANE int is_reset_after(const pawl_layer_shape *shape) {
  return shape->cell == pawl_cell_gru && !shape->reset_before;
}

static void prepare_verb(const pawl_layer *layer, const float *weights, int32_t backward) {
  const pawl_layer_shape *const shape = &layer->shape;
  const pawl_layer_work *const work = &layer->work;
  const pawl_layer_layout at = pawl_layer_layout_of(*shape);
  const ptrdiff_t columns = pawl_gate_columns(*shape), gates = pawl_gate_count(shape->cell);
  for (ptrdiff_t p = 0; p < columns / 16; p++) {
    v16 bias = load(weights + at.bias_ih + p * 16);
    const int is_apart = is_reset_after(shape) && p % gates == 2;
    if (!is_apart) bias += load(weights + at.bias_hh + p * 16);
    store(work->bias + p * 16, bias);
  }
  if (!backward) return;
  turn(shape->hidden, columns, weights + at.weight_hh, work->turned_hh);
  if (shape->has_below) turn(shape->inputs, columns, weights + at.weight_ih, work->turned_ih);
}

// The inputs of a layer: h of the layer below where nothing is dropped, else copies with masks. The
// copy of gate g begins `plane` * g further on.
static source layer_inputs(
  const pawl_layer *layer, const pawl_layer *lower, const pawl_tile *tile, ptrdiff_t *plane
) {
  const pawl_layer_shape *const shape = &layer->shape;
  const pawl_layer_work *const work = &layer->work;
  const ptrdiff_t n = tile->samples, panels = pawl_padded(shape->inputs) / 16;
  const ptrdiff_t copies = pawl_input_copies(*shape);
  *plane = copies == 1 ? 0 : panels * work->panel;
  if (!lower) return rows_from(work->inputs, 0, work->panel);
  const pawl_layer_work *const below = &lower->work;
  const int in = shape->masks & pawl_mask_inputs, out = lower->shape.masks & pawl_mask_output;
  if (!in && !out) return rows_from(below->h, n, below->panel);
  for (ptrdiff_t panel = 0; panel < panels; panel++) {
    for (ptrdiff_t step = 0; step < tile->steps; step++) {
      for (ptrdiff_t sample = 0; sample < n; sample++) {
        v16 h = load(below->h + panel * below->panel + ((step + 1) * n + sample) * 16);
        if (out) {
          const float *mask = below->output_mask + (sample * lower->shape.steps + step) * panels * 16;
          h *= load(mask + panel * 16);
        }
        float *to = work->inputs + panel * work->panel + (step * n + sample) * 16;
        for (ptrdiff_t copy = 0; copy < copies; copy++) {
          const float *mask = work->input_mask + ((sample * copies + copy) * panels + panel) * 16;
          store(to + copy * panels * work->panel, in ? h * load(mask) : h);
        }
      }
    }
  }
  return rows_from(work->inputs, 0, work->panel);
}

// The state from which the first step starts.
static void start_state(
  const pawl_layer_shape *shape, const pawl_layer_work *work, const pawl_tile *tile
) {
  const ptrdiff_t n = tile->samples, groups = pawl_padded(shape->hidden) / 16;
  for (ptrdiff_t group = 0; group < groups; group++) {
    for (ptrdiff_t sample = 0; sample < n; sample++) {
      const ptrdiff_t at = group * work->panel + sample * 16;
      if (!tile->has_state) {
        store(work->h + at, splat(0.0f));
        if (shape->cell == pawl_cell_lstm) store(work->cells + at, splat(0.0f));
      }
      if (shape->masks & pawl_mask_hidden) {
        store_hidden(shape, work, n, -1, sample, group, load(work->h + at));
      }
    }
  }
}

// z of a GRU's n gate: W x goes to `cells`, and W h starts from its own bias. `from` holds the sums
// over x, row from_rows[s] of sample s.
static void part_n_gate(
  const pawl_layer_shape *shape, const pawl_layer_work *work, const float *bias, ptrdiff_t n,
  ptrdiff_t step, source from, const int32_t *from_rows
) {
  for (ptrdiff_t group = 0; group < pawl_padded(shape->hidden) / 16; group++) {
    for (ptrdiff_t sample = 0; sample < n; sample++) {
      const ptrdiff_t row = (step * n + sample) * 16;
      const float *x =
        from.at + group * 3 * from.panel + (from_rows ? from_rows[sample] : sample) * from.row;
      float *gates = work->gates + group * 3 * work->panel + row;
      store(work->cells + group * work->panel + row, load(x + 2 * from.panel));
      if (from_rows) {
        store(gates, load(x));
        store(gates + work->panel, load(x + from.panel));
      }
      store(gates + 2 * work->panel, load(bias + (group * 3 + 2) * 16));
    }
  }
}

#define BY_GATES(cell, ...)                                                                        \
  if (shape->hard_gates) {                                                                         \
    cell(1, __VA_ARGS__);                                                                          \
  } else {                                                                                         \
    cell(0, __VA_ARGS__);                                                                          \
  }

static void rnn_step(const pawl_layer_shape *s, const pawl_layer_work *w, ptrdiff_t n, ptrdiff_t t) {
  rnn_forward(0, s, w, n, t);
}
static void lstm_step(
  const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t n, ptrdiff_t step
) {
  BY_GATES(lstm_forward, shape, work, n, step)
}
static void gru_after_step(
  const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t n, ptrdiff_t step
) {
  BY_GATES(gru_after_forward, shape, work, n, step)
}

static void forward_verb(
  const pawl_layer *layer, const pawl_layer *below, const float *weights, const pawl_tile *tile
) {
  const pawl_layer_shape *const shape = &layer->shape;
  const pawl_layer_work *const work = &layer->work;
  const pawl_layer_layout at = pawl_layer_layout_of(*shape);
  const ptrdiff_t n = tile->samples, steps = tile->steps, panel = work->panel;
  const ptrdiff_t hidden = shape->hidden, inputs = shape->inputs;
  const gate_panels all = all_gates(shape);
  const source bias = {work->bias, 0, 16};
  start_state(shape, work, tile);

  const int32_t span = below ? 0 : work->span[0];
  const int32_t *const span_rows = span ? work->span + 1 : NULL;
  const float *const w_ih = weights + at.weight_ih, *const w_hh = weights + at.weight_hh;
  if (span) {
    product(
      span, rows_from(work->span_inputs, 0, work->span_panel), 0, inputs, w_ih, all, bias, NULL,
      rows_to(work->span_columns, 0, work->span_panel));
  } else {
    ptrdiff_t plane;
    const source x = layer_inputs(layer, below, tile, &plane);
    product(
      steps * n, x, plane, inputs, w_ih, all, bias, NULL, rows_to(work->gates, 0, panel));
  }

  const int is_masked = (shape->masks & pawl_mask_hidden) != 0;
  const ptrdiff_t plane = is_masked ? all.groups * panel : 0;
  for (ptrdiff_t step = 0; step < steps; step++) {
    const source h = rows_from(is_masked ? work->masked : work->h, step * n, panel);
    const target z = rows_to(work->gates, step * n, panel);
    const source x =
      span ? rows_from(work->span_columns, step, work->span_panel) : source_of(z);
    // From zeros, the sum over h is left out.
    const int has_hidden = step > 0 || tile->has_state;
    const ptrdiff_t count = has_hidden ? hidden : 0;
    if (is_reset_after(shape)) {
      part_n_gate(shape, work, weights + at.bias_hh, n, step, x, span_rows);
      if (has_hidden) product(n, h, plane, hidden, w_hh, all, source_of(z), NULL, z);
      gru_after_step(shape, work, n, step);
    } else if (shape->cell == pawl_cell_gru) {
      if (span) product(n, h, 0, 0, w_hh, all, x, span_rows, z);
      if (has_hidden) {
        product(n, h, plane, hidden, w_hh, gates_from(shape, 0, 2), source_of(z), NULL, z);
      }
      BY_GATES(gru_reset, shape, work, n, step)
      if (has_hidden) {
        const source reset = rows_from(work->squashed, step * n, panel);
        product(n, reset, 0, hidden, w_hh, gates_from(shape, 2, 1), source_of(z), NULL, z);
      }
      gru_hidden(0, shape, work, n, step);
    } else {
      if (span || has_hidden) product(n, h, plane, count, w_hh, all, x, span_rows, z);
      if (shape->cell == pawl_cell_lstm) {
        lstm_step(shape, work, n, step);
      } else {
        rnn_step(shape, work, n, step);
      }
    }
  }
}

// The gradient of the h before a step, of the gates first ..< first + count, to d_hidden.
static void hidden_backward(
  const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t n, ptrdiff_t step,
  ptrdiff_t first, ptrdiff_t count
) {
  const source dz = rows_from(work->gates, step * n, work->panel);
  const ptrdiff_t small = 16 * shape->samples, hidden = shape->hidden;
  if (!(shape->masks & pawl_mask_hidden)) {
    turned_product(
      n, dz, gates_from(shape, first, count), work->turned_hh, hidden, 0,
      rows_to(work->d_hidden, 0, small));
    return;
  }
  const ptrdiff_t groups = pawl_padded(hidden) / 16, columns = pawl_gate_columns(*shape);
  for (ptrdiff_t gate = first; gate < first + count; gate++) {
    turned_product(
      n, dz, gates_from(shape, gate, 1), work->turned_hh, hidden, 0,
      rows_to(work->d_part, 0, small));
    for (ptrdiff_t group = 0; group < groups; group++) {
      for (ptrdiff_t sample = 0; sample < n; sample++) {
        const ptrdiff_t local = group * small + sample * 16;
        const float *mask = work->hidden_mask + sample * columns + (gate * groups + group) * 16;
        v16 d = load(work->d_part + local) * load(mask);
        store(work->d_hidden + local, gate == first ? d : load(work->d_hidden + local) + d);
      }
    }
  }
}

static void cell_backward(
  const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t n, ptrdiff_t step,
  int32_t is_last
) {
  if (shape->cell == pawl_cell_lstm) {
    BY_GATES(lstm_backward, shape, work, n, step, is_last)
  } else if (shape->cell == pawl_cell_rnn) {
    rnn_backward(0, shape, work, n, step, is_last);
  } else if (is_reset_after(shape)) {
    BY_GATES(gru_after_backward, shape, work, n, step, is_last)
  } else {
    BY_GATES(gru_before_backward, shape, work, n, step, is_last)
    turned_product(
      n, rows_from(work->gates, step * n, work->panel), gates_from(shape, 2, 1), work->turned_hh,
      shape->hidden, 0, rows_to(work->d_part, 0, 16 * shape->samples));
    BY_GATES(gru_reset_backward, shape, work, n, step)
  }
}
#undef BY_GATES

// The gradients of the recurrent weights, and of b_hh where that is apart.
static void recurrent_gradients(
  const pawl_layer_shape *shape, const pawl_layer_work *work, const pawl_tile *tile, int32_t add,
  float *gradient
) {
  const pawl_layer_layout at = pawl_layer_layout_of(*shape);
  const ptrdiff_t n = tile->samples, panel = work->panel, skipped = tile->has_state ? 0 : n;
  const ptrdiff_t rows = tile->steps * n - skipped, hidden = shape->hidden;
  const int is_masked = (shape->masks & pawl_mask_hidden) != 0;
  const ptrdiff_t plane = is_masked ? pawl_padded(hidden) / 16 * panel : 0;
  const source h = rows_from(is_masked ? work->masked : work->h, skipped, panel);
  const source dz = rows_from(work->gates, skipped, panel);
  float *const to = gradient + at.weight_hh;
  if (shape->cell == pawl_cell_gru && shape->reset_before) {
    const source reset = rows_from(work->squashed, skipped, panel);
    gradient_product(rows, h, plane, hidden, dz, gates_from(shape, 0, 2), add, to, NULL);
    gradient_product(rows, reset, 0, hidden, dz, gates_from(shape, 2, 1), add, to, NULL);
  } else {
    gradient_product(rows, h, plane, hidden, dz, all_gates(shape), add, to, NULL);
  }
  if (!is_reset_after(shape)) return;
  for (ptrdiff_t group = 0; group < pawl_padded(hidden) / 16; group++) {
    float *const d = work->gates + (group * 3 + 2) * panel;
    float *const bias = gradient + at.bias_hh + (group * 3 + 2) * 16;
    v16 total = splat(0.0f);
    for (ptrdiff_t row = 0; row < tile->steps * n; row++) {
      total += load(d + row * 16);
      // From here on the gate holds the gradient of W x.
      store(d + row * 16, load(work->cells + group * panel + row * 16));
    }
    store(bias, add ? load(bias) + total : total);
  }
}

// dz summed over the (step, sample) that read each shared row, in the order of steps, then samples.
static void sum_over_span(
  const pawl_layer_shape *shape, const pawl_layer_work *work, const pawl_tile *tile
) {
  for (ptrdiff_t p = 0; p < pawl_gate_columns(*shape) / 16; p++) {
    float *const sums = work->span_columns + p * work->span_panel;
    const float *dz = work->gates + p * work->panel;
    for (ptrdiff_t row = 0; row < work->span[0]; row++) store(sums + row * 16, splat(0.0f));
    for (ptrdiff_t step = 0; step < tile->steps; step++) {
      for (ptrdiff_t sample = 0; sample < tile->samples; sample++) {
        float *to = sums + (work->span[1 + sample] + step) * 16;
        store(to, load(to) + load(dz));
        dz += 16;
      }
    }
  }
}

// The gradient of the inputs to d_rows of the layer below, through the masks between.
static void inputs_backward(
  const pawl_layer *layer, const pawl_layer *lower, const pawl_tile *tile
) {
  const pawl_layer_shape *const shape = &layer->shape;
  const pawl_layer_work *const work = &layer->work, *const below = &lower->work;
  const ptrdiff_t n = tile->samples, rows = tile->steps * n;
  const ptrdiff_t panels = pawl_padded(shape->inputs) / 16, copies = pawl_input_copies(*shape);
  const int in = shape->masks & pawl_mask_inputs, out = lower->shape.masks & pawl_mask_output;
  const source dz = rows_from(work->gates, 0, work->panel);
  const target d_rows = rows_to(below->d_rows, 0, below->panel);
  if (copies == 1) {
    turned_product(rows, dz, all_gates(shape), work->turned_ih, shape->inputs, 0, d_rows);
  } else {
    for (ptrdiff_t gate = 0; gate < copies; gate++) {
      turned_product(
        rows, dz, gates_from(shape, gate, 1), work->turned_ih, shape->inputs, 0,
        rows_to(work->inputs + gate * panels * work->panel, 0, work->panel));
    }
  }
  if (!in && !out) return;
  for (ptrdiff_t panel = 0; panel < panels; panel++) {
    for (ptrdiff_t row = 0; row < rows; row++) {
      const ptrdiff_t step = row / n, sample = row % n;
      float *to = below->d_rows + panel * below->panel + row * 16;
      v16 d = load(to);
      if (in) {
        const float *mask = work->input_mask + (sample * copies * panels + panel) * 16;
        const float *part = work->inputs + panel * work->panel + row * 16;
        d = (copies == 1 ? d : load(part)) * load(mask);
        for (ptrdiff_t copy = 1; copy < copies; copy++) {
          d += load(part + copy * panels * work->panel) * load(mask + copy * panels * 16);
        }
      }
      if (out) {
        const float *mask = below->output_mask + (sample * lower->shape.steps + step) * panels * 16;
        d *= load(mask + panel * 16);
      }
      store(to, d);
    }
  }
}

static void backward_verb(
  const pawl_layer *layer, const pawl_layer *below, const pawl_tile *tile, int32_t first,
  float *gradient
) {
  const pawl_layer_shape *const shape = &layer->shape;
  const pawl_layer_work *const work = &layer->work;
  const pawl_layer_layout at = pawl_layer_layout_of(*shape);
  const ptrdiff_t n = tile->samples, rows = tile->steps * n, panel = work->panel;
  for (ptrdiff_t step = tile->steps - 1; step >= 0; step--) {
    cell_backward(shape, work, n, step, step + 1 == tile->steps);
    if (step == 0) break;
    const int is_split = shape->cell == pawl_cell_gru && shape->reset_before;
    hidden_backward(shape, work, n, step, 0, is_split ? 2 : pawl_gate_count(shape->cell));
  }
  recurrent_gradients(shape, work, tile, !first, gradient);

  float *const bias_ih = gradient + at.bias_ih, *const weight_ih = gradient + at.weight_ih;
  if (!below && work->span[0]) {
    sum_over_span(shape, work, tile);
    gradient_product(
      work->span[0], rows_from(work->span_inputs, 0, work->span_panel), 0, shape->inputs,
      rows_from(work->span_columns, 0, work->span_panel), all_gates(shape), !first, weight_ih,
      bias_ih);
  } else {
    const ptrdiff_t panels = pawl_padded(shape->inputs) / 16;
    const ptrdiff_t plane = pawl_input_copies(*shape) == 1 ? 0 : panels * panel;
    const int is_alias = below && !(shape->masks & pawl_mask_inputs)
      && !(below->shape.masks & pawl_mask_output);
    const source x = is_alias ? rows_from(below->work.h, n, below->work.panel)
                              : rows_from(work->inputs, 0, panel);
    gradient_product(
      rows, x, plane, shape->inputs, rows_from(work->gates, 0, panel), all_gates(shape), !first,
      weight_ih, bias_ih);
  }
  // Both biases of a gate have the same gradient, but where b_hh stands apart.
  for (ptrdiff_t p = 0; p < pawl_gate_columns(*shape) / 16; p++) {
    if (is_reset_after(shape) && p % 3 == 2) continue;
    v16 bias = shape->two_biases ? load(bias_ih + p * 16) : splat(0.0f);
    store(gradient + at.bias_hh + p * 16, bias);
  }
  if (below) inputs_backward(layer, below, tile);
}
