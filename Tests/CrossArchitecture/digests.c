// Prints a digest of what each verb of CKernels computes on many random shapes, one line a verb. The
// lines are the same from every variant on every architecture: compare.sh compares them.
//
//   digests baseline|avx2|avx512|neon [shapes]
//
// Exits with 3 where the CPU cannot run the variant.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

static uint64_t state = 1;
static uint32_t next_word(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(state >> 32);
}
static int between(int least, int most) {
  return least + (int)(next_word() % (uint32_t)(most - least + 1));
}
static float uniform(void) { return (float)(next_word() >> 8) * 0x1p-23f - 1.0f; }

// FNV-1a over the bits; all NaN count as one, since its sign and payload are the CPU's own.
enum { verbs = 14 };
static const char *const names[verbs] = {
  "exp", "log", "tanh", "sigmoid", "random", "mask", "forward", "head_forward", "loss",
  "head_backward", "backward", "update", "sum_of_squares", "all_finite"};
static uint64_t digests[verbs];
static void take(int verb, const void *values, ptrdiff_t words) {
  for (ptrdiff_t i = 0; i < words; i++) {
    uint32_t word;
    memcpy(&word, (const char *)values + 4 * i, 4);
    if ((word & 0x7fffffff) > 0x7f800000) word = 0x7fc00000;
    digests[verb] = (digests[verb] ^ word) * 0x100000001b3u;
  }
}

static float *zeros(ptrdiff_t count) {
  float *memory = aligned_alloc(64, (size_t)(count * 4 + 127) / 64 * 64);
  if (!memory) exit(1);
  memset(memory, 0, (size_t)count * 4);
  return memory;
}
static float *noise(ptrdiff_t count, float scale) {
  float *memory = zeros(count);
  for (ptrdiff_t i = 0; i < count; i++) memory[i] = uniform() * scale;
  return memory;
}

static void elementwise(const pawl_kernels *k) {
  enum { count = 4099 };
  float *x = zeros(count), *y = zeros(count);
  void (*const functions[4])(ptrdiff_t, const float *, float *) = {
    k->exp, k->log, k->tanh, k->sigmoid};
  for (int function = 0; function < 4; function++) {
    for (int round = 0; round < 2; round++) {
      for (ptrdiff_t i = 0; i < count; i++) {
        const uint32_t word = next_word();
        memcpy(x + i, &word, 4);
        if (round == 1) x[i] = uniform() * 20;
      }
      functions[function](count, x, y);
      take(function, y, count);
    }
  }
  free(x);
  free(y);
}

static void streams(const pawl_kernels *k) {
  const pawl_philox stream = {next_word(), next_word(), next_word(), next_word(), next_word()};
  const ptrdiff_t count = between(1, 700), first = 4 * between(0, 1000);
  uint32_t *words = (uint32_t *)zeros(count);
  k->random(words, count, first, stream);
  take(4, words, count);
  float *mask = zeros(count);
  k->mask(mask, count, first, 0.3f, stream);
  take(5, mask, count);
  free(words);
  free(mask);
}

static void losses_and_updates(const pawl_kernels *k) {
  const ptrdiff_t rows = between(1, 40), outputs = between(1, 20), stride = pawl_padded(outputs);
  float *output = noise(rows * stride, 3), *label = noise(rows * stride, 3);
  float *weight = noise(rows, 1), *d_output = zeros(rows * stride), *quantiles = noise(stride, 0.5f);
  for (ptrdiff_t i = 0; i < rows * stride; i++) {
    if (i % stride >= outputs || next_word() % 9 == 0) label[i] = __builtin_nanf("");
  }
  for (int kind = 0; kind <= pawl_loss_quantile; kind++) {
    const pawl_loss loss = {(pawl_loss_kind)kind, (int32_t)outputs, 0.7f, quantiles};
    const double total =
      k->loss(&loss, rows, output, label, kind % 2 ? weight : NULL, 0.1f, d_output);
    take(8, &total, 2);
    take(8, d_output, rows * stride);
  }
  const ptrdiff_t count = 16 * between(1, 30);
  float *w = noise(count, 1), *g = noise(count, 0.1f), *a = noise(count, 0.1f), *b = zeros(count);
  for (int rule = 0; rule <= pawl_rule_nadam; rule++) {
    for (ptrdiff_t i = 0; i < count; i++) a[i] = b[i] = (a[i] < 0 ? -a[i] : a[i]) + 1e-3f;
    const pawl_update update = {
      .rule = (pawl_rule)rule, .rate = 1e-2f, .gradient_scale = 0.9f, .limit = 0.08f,
      .gradient_decay = 1e-3f, .weight_decay = 1e-4f, .momentum = 0.9f, .gradient_rate = 1,
      .mean_rate = 0.1f, .square_rate = 1e-3f, .mean_share = 0.9f, .gradient_share = 0.1f,
      .root_scale = 1.5f, .inner_epsilon = 1e-9f, .epsilon = 1e-7f};
    k->update(count, &update, g, w, a, b);
    take(11, w, count);
    take(11, a, count);
    take(11, b, count);
  }
  const double squares = k->sum_of_squares(count, w);
  take(12, &squares, 2);
  int32_t finite = k->all_finite(count, w);
  take(13, &finite, 1);
  w[between(0, (int)count - 1)] = __builtin_inff();
  finite = k->all_finite(count, w);
  take(13, &finite, 1);
  float *const all[] = {output, label, weight, d_output, quantiles, w, g, a, b};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

// A network of one to three layers, forward and backward over two tiles.
static void network(const pawl_kernels *k) {
  enum { most = 3 };
  const int count = between(1, most), steps = between(1, 9), outputs = between(1, 3);
  const int samples = between(1, 17), features = next_word() % 4 ? between(1, 9) : between(17, 40);
  const int has_state = next_word() % 3 == 0, masks = next_word() % 3 ? 0 : between(1, 7);
  const int last_only = next_word() % 2 == 0;
  pawl_layer layers[most];
  float *scratch[most], *weights[most], *gradients[most];
  ptrdiff_t sizes[most];
  for (int i = 0; i < count; i++) {
    const pawl_layer_shape shape = {
      .cell = (pawl_cell)between(0, 2), .reset_before = (int32_t)(next_word() % 2),
      .hard_gates = next_word() % 4 == 0, .two_biases = (int32_t)(next_word() % 2),
      .inputs = i == 0 ? features : layers[i - 1].shape.hidden,
      .hidden = next_word() % 8 ? between(1, 70) : between(71, 290), .steps = steps,
      .samples = samples, .masks = masks, .last_only = i == count - 1 && last_only,
      .has_below = i > 0};
    scratch[i] = zeros(pawl_layer_floats(shape));
    layers[i] = pawl_layer_over(shape, scratch[i]);
    sizes[i] = pawl_layer_layout_of(shape).count;
    weights[i] = zeros(sizes[i]);
    gradients[i] = zeros(sizes[i]);
    // Lanes of padding have weights of 0.
    const pawl_layer_layout at = pawl_layer_layout_of(shape);
    for (int gate = 0; gate < pawl_gate_count(shape.cell); gate++) {
      for (int unit = 0; unit < shape.hidden; unit++) {
        const ptrdiff_t column = pawl_gate_column(shape.cell, gate, unit);
        for (int input = 0; input < shape.hidden; input++) {
          weights[i][at.weight_hh + pawl_matrix_place(shape.hidden, input, column)] =
            0.3f * uniform();
        }
        for (int input = 0; input < shape.inputs; input++) {
          weights[i][at.weight_ih + pawl_matrix_place(shape.inputs, input, column)] =
            0.3f * uniform();
        }
        weights[i][at.bias_ih + column] = uniform();
        weights[i][at.bias_hh + column] = uniform();
      }
    }
    const ptrdiff_t inputs = pawl_input_copies(shape) * pawl_padded(shape.inputs);
    const pawl_philox stream = {1, 2, 3, 4, (uint32_t)i};
    if (masks & pawl_mask_inputs) {
      k->mask(layers[i].work.input_mask, samples * inputs, 0, 0.4f, stream);
    }
    if (masks & pawl_mask_hidden) {
      k->mask(layers[i].work.hidden_mask, samples * pawl_gate_columns(shape), 0, 0.4f, stream);
    }
    if (masks & pawl_mask_output) {
      const ptrdiff_t row = pawl_output_steps(shape) * pawl_padded(shape.hidden);
      k->mask(layers[i].work.output_mask, samples * row, 0, 0.4f, stream);
    }
  }
  pawl_layer *const top = layers + count - 1;
  float *head_scratch = zeros(pawl_head_floats(top->shape, outputs));
  pawl_head head = pawl_head_over(top->shape, outputs, head_scratch);
  const ptrdiff_t padded = pawl_padded(top->shape.hidden);
  const ptrdiff_t head_size = outputs * padded + pawl_padded(outputs);
  float *head_weights = zeros(head_size), *head_gradient = zeros(head_size);
  for (int output = 0; output < outputs; output++) {
    for (int unit = 0; unit < top->shape.hidden; unit++) {
      head_weights[output * padded + unit] = uniform();
    }
    head_weights[outputs * padded + output] = uniform();
  }
  enum { bars = 60 };
  float *rows = noise(bars * features, 1);
  ptrdiff_t ends[bars], index[bars];
  for (int i = 0; i < bars; i++) {
    ends[i] = between(steps - 1, bars - 1);
    index[i] = i;
  }
  // Windows that share rows.
  if (next_word() % 2) {
    for (int i = 0; i < bars; i++) ends[i] = steps - 1 + i % (bars - steps + 1);
  }
  const pawl_samples data = {rows, ends};

  for (int i = 0; i < count; i++) k->prepare(layers + i, weights[i], 1);
  for (int pass = 0; pass < 2; pass++) {
    const pawl_tile tile = {between(1, samples), between(1, steps), has_state && pass == 1};
    k->gather(layers, &data, index + 17 * pass, &tile);
    for (int i = 0; i < count; i++) {
      k->forward(layers + i, i ? layers + i - 1 : NULL, weights[i], &tile);
      for (ptrdiff_t group = 0; group < pawl_padded(layers[i].shape.hidden) / 16; group++) {
        const float *h = layers[i].work.h + group * layers[i].work.panel;
        take(6, h, (tile.steps + 1) * tile.samples * 16);
      }
    }
    k->head_forward(top, &head, head_weights, &tile);
    const ptrdiff_t output_rows = tile.samples * (last_only ? 1 : tile.steps);
    take(7, head.output, output_rows * pawl_padded(outputs));
    for (ptrdiff_t i = 0; i < output_rows * pawl_padded(outputs); i++) {
      head.d_output[i] = i % pawl_padded(outputs) < outputs ? uniform() : 0;
    }
    k->head_backward(top, &head, head_weights, &tile, pass == 0, head_gradient);
    take(9, head_gradient, head_size);
    for (int i = count - 1; i >= 0; i--) {
      k->backward(layers + i, i ? layers + i - 1 : NULL, &tile, pass == 0, gradients[i]);
      take(10, gradients[i], sizes[i]);
    }
  }
  for (int i = 0; i < count; i++) {
    free(scratch[i]);
    free(weights[i]);
    free(gradients[i]);
  }
  free(head_scratch);
  free(head_weights);
  free(head_gradient);
  free(rows);
}

int main(int count, char **words) {
  static const char *const variants[] = {"baseline", "avx2", "avx512", "neon"};
  int variant = 0;
  while (variant < 4 && (count < 2 || strcmp(words[1], variants[variant]))) variant++;
  if (variant == 4) return 2;
  if (!pawl_variant_supported((pawl_variant)variant)) return 3;
  const pawl_kernels *k = pawl_kernels_of((pawl_variant)variant);
  for (int i = 0; i < verbs; i++) digests[i] = 0xcbf29ce484222325u;
  const int shapes = count > 2 ? atoi(words[2]) : 100;
  elementwise(k);
  for (int shape = 0; shape < shapes; shape++) {
    streams(k);
    losses_and_updates(k);
    network(k);
  }
  for (int i = 0; i < verbs; i++) printf("%-14s %016llx\n", names[i], (unsigned long long)digests[i]);
  return 0;
}
