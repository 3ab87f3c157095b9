// Windows of features into the lowest layer: rows of (step, sample) in panels, masked where inputs
// are dropped. Windows that overlap share their rows: where half as many rows as (step, sample) do,
// W x is computed once a row. Whether they do depends on the samples alone.

static int gather_span(
  const pawl_layer_shape *shape, const pawl_layer_work *work, const pawl_samples *samples,
  const ptrdiff_t *index, const pawl_tile *tile
) {
  ptrdiff_t first = samples->ends[index[0]], last = first;
  for (ptrdiff_t sample = 1; sample < tile->samples; sample++) {
    const ptrdiff_t end = samples->ends[index[sample]];
    first = end < first ? end : first;
    last = end > last ? end : last;
  }
  const ptrdiff_t steps = tile->steps, features = shape->inputs, count = last - first + steps;
  if (2 * count > tile->samples * steps) return 0;
  work->span[0] = (int32_t)count;
  for (ptrdiff_t sample = 0; sample < tile->samples; sample++) {
    work->span[1 + sample] = (int32_t)(samples->ends[index[sample]] - first);
  }
  for (ptrdiff_t row = 0; row < count; row++) {
    const float *from = samples->rows + (first - steps + 1 + row) * features;
    for (ptrdiff_t feature = 0; feature < features; feature++) {
      work->span_inputs[feature / 16 * work->span_panel + row * 16 + feature % 16] = from[feature];
    }
  }
  return 1;
}

static void gather_verb(
  const pawl_layer *lowest, const pawl_samples *samples, const ptrdiff_t *index,
  const pawl_tile *tile
) {
  const pawl_layer_shape *const shape = &lowest->shape;
  const pawl_layer_work *const work = &lowest->work;
  const int is_masked = (shape->masks & pawl_mask_inputs) != 0;
  work->span[0] = 0;
  if (!is_masked && gather_span(shape, work, samples, index, tile)) return;
  const ptrdiff_t n = tile->samples, features = shape->inputs, padded = pawl_padded(features);
  const ptrdiff_t copies = pawl_input_copies(*shape), plane = padded / 16 * work->panel;
  for (ptrdiff_t copy = 0; copy < copies; copy++) {
    for (ptrdiff_t step = 0; step < tile->steps; step++) {
      for (ptrdiff_t sample = 0; sample < n; sample++) {
        const ptrdiff_t row = samples->ends[index[sample]] - tile->steps + 1 + step;
        const float *from = samples->rows + row * features;
        const float *mask = work->input_mask + (sample * copies + copy) * padded;
        float *to = work->inputs + copy * plane + (step * n + sample) * 16;
        for (ptrdiff_t feature = 0; feature < features; feature++) {
          const float x = is_masked ? from[feature] * mask[feature] : from[feature];
          to[feature / 16 * work->panel + feature % 16] = x;
        }
      }
    }
  }
}
