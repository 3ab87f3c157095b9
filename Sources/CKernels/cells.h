// The cells, one step at a time and one number from the next: no sum over units is here.
//   RNN:  h = tanh(z)
//   LSTM: i, f, o = gate(z), g = tanh(z); c = fma(f, c before, i * g); h = o * tanh(c)
//   GRU:  r, z = gate(z); h = fma(z, h before - n, n), where
//     reset after:  n = tanh(fma(r, W h + b_hh, W x + b_ih))
//     reset before: n = tanh(W x + b + W (r * h)), h as masked
// `gate` is the sigmoid, or clip(fma(0.2, z, 0.5)) with slope 0.2 inside and 0 outside.
// Places: `unit` is of a group of 16 units, a step and a sample; `gates` of the first gate's there,
// the next gate's lie `panel` further on; `local` is of a group and a sample.

// The functions below go over all groups and samples of a step.
#define EACH_UNIT(body)                                                                            \
  for (ptrdiff_t group = 0; group < pawl_padded(shape->hidden) / 16; group++) {                    \
    for (ptrdiff_t sample = 0; sample < n; sample++) {                                             \
      const ptrdiff_t row = (step * n + sample) * 16, unit = group * panel + row;                  \
      const ptrdiff_t local = (group * shape->samples + sample) * 16;                              \
      float *const gates = work->gates + group * pawl_gate_count(shape->cell) * panel + row;       \
      (void)unit;                                                                                  \
      (void)local;                                                                                 \
      body                                                                                         \
    }                                                                                              \
  }

#define CELL                                                                                       \
  const int hard, const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t n,         \
    ptrdiff_t step

LANE v32 gate32(const int hard, const lane_constants *k, v32 z) {
  if (!hard) return sigmoid32(k, z);
  return at_least32(at_most32(fma32(z, (v32)0.2f, (v32)0.5f), 1.0f), 0.0f);
}

// Two units at a time, of one group or of two, because the steps of a sigmoid wait for each other. A
// last one is its own partner and done twice.
typedef struct {
  ptrdiff_t group, sample, unit;
  float *gates;
} place;
#define EACH_PAIR(body)                                                                            \
  const ptrdiff_t units = pawl_padded(shape->hidden) / 16 * n;                                     \
  const ptrdiff_t apart = pawl_gate_count(shape->cell) * work->panel;                              \
  const ptrdiff_t first = step * n * 16;                                                           \
  place a = {0, 0, first, work->gates + first}, b;                                                 \
  for (ptrdiff_t index = 0; index < units; index += 2) {                                           \
    b = index + 1 < units ? next_place(work, n, apart, a) : a;                                     \
    body                                                                                           \
    a = next_place(work, n, apart, b);                                                             \
  }
LANE place next_place(const pawl_layer_work *work, ptrdiff_t n, ptrdiff_t apart, place p) {
  p.sample++;
  p.unit += 16;
  p.gates += 16;
  if (p.sample == n) {
    p.sample = 0;
    p.group++;
    p.unit += work->panel - n * 16;
    p.gates += apart - n * 16;
  }
  return p;
}
LANE v32 load_pair(const float *buffer, place a, place b) {
  return pair(load(buffer + a.unit), load(buffer + b.unit));
}
LANE void store_pair(float *buffer, place a, place b, v32 values) {
  store(buffer + a.unit, values.lo);
  store(buffer + b.unit, values.hi);
}
// `at`: the gate's panel times its number.
LANE v32 load_gates(place a, place b, ptrdiff_t at) {
  return pair(load(a.gates + at), load(b.gates + at));
}
LANE void store_gates(place a, place b, ptrdiff_t at, v32 values) {
  store(a.gates + at, values.lo);
  store(b.gates + at, values.hi);
}

// d times the slope of a gate whose value is `gate`.
LANE v16 gate_slope(const int hard, v16 d, v16 gate) {
  const v16 one = splat(1.0f);
  if (!hard) return d * (gate * (one - gate));
  v16 inside = gate > 0.0f ? d * 0.2f : splat(0.0f);
  return gate < 1.0f ? inside : splat(0.0f);
}

LANE v16 tanh_slope(v16 d, v16 value) { return d * fma16(-value, value, splat(1.0f)); }

// h goes to the next step's place; where it is masked on its way there, to each gate's copy.
LANE void store_hidden(
  const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t n, ptrdiff_t step,
  ptrdiff_t sample, ptrdiff_t group, v16 h
) {
  const ptrdiff_t panel = work->panel, groups = pawl_padded(shape->hidden) / 16;
  const ptrdiff_t next = group * panel + ((step + 1) * n + sample) * 16;
  store(work->h + next, h);
  if (!(shape->masks & pawl_mask_hidden)) return;
  const ptrdiff_t gates = pawl_gate_count(shape->cell);
  for (ptrdiff_t gate = 0; gate < gates; gate++) {
    const float *mask = work->hidden_mask + ((sample * gates + gate) * groups + group) * 16;
    store(work->masked + gate * groups * panel + next, h * load(mask));
  }
}

LANE void store_hidden_pair(
  const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t n, ptrdiff_t step, place a,
  place b, v32 h
) {
  if (shape->masks & pawl_mask_hidden) {
    store_hidden(shape, work, n, step, a.sample, a.group, h.lo);
    store_hidden(shape, work, n, step, b.sample, b.group, h.hi);
  } else {
    store_pair(work->h + n * 16, a, b, h);
  }
}

LANE void rnn_forward(CELL) {
  (void)hard;
  const lane_constants *k = lane_constants_hidden();
  EACH_PAIR({
    v32 h = tanh32(k, load_gates(a, b, 0));
    store_gates(a, b, 0, h);
    store_hidden_pair(shape, work, n, step, a, b, h);
  })
}

// In two loops, because a chain from z to h is longer than what a CPU looks ahead.
LANE void lstm_gates(CELL) {
  const lane_constants *k = lane_constants_hidden();
  const ptrdiff_t panel = work->panel;
  EACH_PAIR({
    v32 i = gate32(hard, k, load_gates(a, b, 0));
    store_gates(a, b, 0, i);
    v32 g = tanh32(k, load_gates(a, b, 2 * panel));
    store_gates(a, b, 2 * panel, g);
    v32 f = gate32(hard, k, load_gates(a, b, panel));
    store_gates(a, b, panel, f);
    store_pair(
      work->cells + n * 16, a, b, fma32(f, load_pair(work->cells, a, b), i * g));
    store_gates(a, b, 3 * panel, gate32(hard, k, load_gates(a, b, 3 * panel)));
  })
}
LANE void lstm_forward(CELL) {
  lstm_gates(hard, shape, work, n, step);
  const lane_constants *k = lane_constants_hidden();
  const ptrdiff_t panel = work->panel;
  EACH_PAIR({
    v32 c = tanh32(k, load_pair(work->cells + n * 16, a, b));
    store_pair(work->squashed, a, b, c);
    store_hidden_pair(shape, work, n, step, a, b, load_gates(a, b, 3 * panel) * c);
  })
}

// `cells` holds W x of n; W h of n goes to `squashed`.
LANE void gru_after_gates(CELL) {
  const lane_constants *k = lane_constants_hidden();
  const ptrdiff_t panel = work->panel;
  EACH_PAIR({
    v32 r = gate32(hard, k, load_gates(a, b, 0));
    v32 z = gate32(hard, k, load_gates(a, b, panel));
    v32 recurrent = load_gates(a, b, 2 * panel);
    store_gates(a, b, 0, r);
    store_gates(a, b, panel, z);
    store_gates(a, b, 2 * panel, fma32(r, recurrent, load_pair(work->cells, a, b)));
    store_pair(work->squashed, a, b, recurrent);
  })
}
// From z of n to h.
LANE void gru_hidden(CELL) {
  (void)hard;
  const lane_constants *k = lane_constants_hidden();
  const ptrdiff_t panel = work->panel;
  EACH_PAIR({
    v32 n_gate = tanh32(k, load_gates(a, b, 2 * panel));
    v32 h = fma32(load_gates(a, b, panel), load_pair(work->h, a, b) - n_gate, n_gate);
    store_gates(a, b, 2 * panel, n_gate);
    store_hidden_pair(shape, work, n, step, a, b, h);
  })
}
LANE void gru_after_forward(CELL) {
  gru_after_gates(hard, shape, work, n, step);
  gru_hidden(hard, shape, work, n, step);
}

// The h that gate n reads.
LANE const float *hidden_of_n(
  const pawl_layer_shape *shape, const pawl_layer_work *work, ptrdiff_t unit
) {
  if (!(shape->masks & pawl_mask_hidden)) return work->h + unit;
  return work->masked + 2 * pawl_padded(shape->hidden) / 16 * work->panel + unit;
}

// The gates r and z, and r * h to `squashed`.
LANE void gru_reset(CELL) {
  const lane_constants *k = lane_constants_hidden();
  const ptrdiff_t panel = work->panel;
  const float *const h = hidden_of_n(shape, work, 0);
  EACH_PAIR({
    v32 r = gate32(hard, k, load_gates(a, b, 0));
    v32 z = gate32(hard, k, load_gates(a, b, panel));
    store_gates(a, b, 0, r);
    store_gates(a, b, panel, z);
    store_pair(work->squashed, a, b, r * load_pair(h, a, b));
  })
}

// The whole gradient of h at a step, in this order: by the sums of the step after, past its gates
// (GRU), and from above.
LANE v16 hidden_gradient(
  const pawl_layer_shape *shape, const pawl_layer_work *work, int32_t is_last, ptrdiff_t unit,
  ptrdiff_t local
) {
  v16 dh;
  if (is_last) {
    dh = load(work->d_rows + unit);
  } else {
    dh = load(work->d_hidden + local);
    if (shape->cell == pawl_cell_gru) dh += load(work->d_cell + local);
    if (!shape->last_only) dh += load(work->d_rows + unit);
  }
  return dh;
}

#define CELL_BACKWARD CELL, int32_t is_last

LANE void rnn_backward(CELL_BACKWARD) {
  (void)hard;
  const ptrdiff_t panel = work->panel;
  EACH_UNIT({
    v16 dh = hidden_gradient(shape, work, is_last, unit, local);
    store(gates, tanh_slope(dh, load(gates)));
  })
}

LANE void lstm_backward(CELL_BACKWARD) {
  const ptrdiff_t panel = work->panel;
  EACH_UNIT({
    v16 i = load(gates);
    v16 f = load(gates + panel);
    v16 g = load(gates + 2 * panel);
    v16 o = load(gates + 3 * panel);
    v16 squashed = load(work->squashed + unit);
    v16 dh = hidden_gradient(shape, work, is_last, unit, local);
    v16 carried = is_last ? splat(0.0f) : load(work->d_cell + local);
    v16 dc = fma16(dh * o, fma16(-squashed, squashed, splat(1.0f)), carried);
    store(gates, gate_slope(hard, dc * g, i));
    store(gates + panel, gate_slope(hard, dc * load(work->cells + unit), f));
    store(gates + 2 * panel, tanh_slope(dc * i, g));
    store(gates + 3 * panel, gate_slope(hard, dh * squashed, o));
    store(work->d_cell + local, dc * f);
  })
}

// Gradients of r, z and W h of n to their gates, of W x of n to `cells`.
LANE void gru_after_backward(CELL_BACKWARD) {
  const ptrdiff_t panel = work->panel;
  EACH_UNIT({
    v16 r = load(gates);
    v16 z = load(gates + panel);
    v16 n_gate = load(gates + 2 * panel);
    v16 dh = hidden_gradient(shape, work, is_last, unit, local);
    v16 dn = tanh_slope(dh * (splat(1.0f) - z), n_gate);
    store(gates, gate_slope(hard, dn * load(work->squashed + unit), r));
    store(gates + panel, gate_slope(hard, dh * (load(work->h + unit) - n_gate), z));
    store(gates + 2 * panel, dn * r);
    store(work->cells + unit, dn);
    store(work->d_cell + local, dh * z);
  })
}

// Gradients of z and n; r still holds its value.
LANE void gru_before_backward(CELL_BACKWARD) {
  const ptrdiff_t panel = work->panel;
  EACH_UNIT({
    v16 z = load(gates + panel);
    v16 n_gate = load(gates + 2 * panel);
    v16 dh = hidden_gradient(shape, work, is_last, unit, local);
    store(gates + panel, gate_slope(hard, dh * (load(work->h + unit) - n_gate), z));
    store(gates + 2 * panel, tanh_slope(dh * (splat(1.0f) - z), n_gate));
    store(work->d_cell + local, dh * z);
  })
}

// From the gradient of r * h, in d_part, to those of r and of h past the gates.
LANE void gru_reset_backward(CELL) {
  const ptrdiff_t panel = work->panel, columns = pawl_gate_columns(*shape);
  const float *mask = work->hidden_mask + 2 * pawl_padded(shape->hidden);
  EACH_UNIT({
    v16 r = load(gates);
    v16 d = load(work->d_part + local);
    v16 dh = d * r;
    if (shape->masks & pawl_mask_hidden) dh *= load(mask + sample * columns + group * 16);
    store(gates, gate_slope(hard, d * load(hidden_of_n(shape, work, unit)), r));
    store(work->d_cell + local, load(work->d_cell + local) + dh);
  })
}
