#ifndef PAWL_CKERNELS_H
#define PAWL_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Small verbs of recurrent layers and a linear head, over tiles of samples. The same source is
// compiled once for each instruction set (baseline.c, avx2.c, avx512.c, neon.c) and gives the same
// bits from each: vectors are 16 lanes wide whatever the CPU has, every sum has one fixed order,
// and a fused multiply-add stands exactly where the source writes one.
//
// A pass goes: gather, forward layer by layer from the lowest, head_forward; then, with the loss's
// gradient in the head's d_output, head_backward, backward layer by layer from the highest.

/// Lanes of a vector in the source, and the multiple to which hidden units are padded with zeros.
enum { pawl_lanes = 16 };

typedef enum { pawl_cell_rnn = 0, pawl_cell_gru = 1, pawl_cell_lstm = 2 } pawl_cell;

/// Dropouts: a set of bits.
enum { pawl_mask_inputs = 1, pawl_mask_hidden = 2, pawl_mask_output = 4 };

/// One layer: its cell, its sizes, and what passes through it are like.
typedef struct {
  pawl_cell cell;
  /// Of a GRU: 1 where the reset gate acts on h itself, 0 where on the product with h.
  int32_t reset_before;
  /// 1: gates are clip(0.2 z + 0.5) to 0...1. 0: the sigmoid.
  int32_t hard_gates;
  /// 1: both biases are trained. 0: the second stays as it is.
  int32_t two_biases;
  int32_t inputs;
  int32_t hidden;
  /// The most steps and samples of a pass.
  int32_t steps;
  int32_t samples;
  /// The dropouts that a pass applies.
  int32_t masks;
  /// 1 where only the last step's h goes on (to the head), 0 where each does.
  int32_t last_only;
  /// 1 where a layer lies below, whose h are the inputs.
  int32_t has_below;
} pawl_layer_shape;

static inline ptrdiff_t pawl_padded(ptrdiff_t count) {
  return (count + pawl_lanes - 1) / pawl_lanes * pawl_lanes;
}
/// Gates: i, f, g, o of an LSTM; r, z, n of a GRU; one of an RNN.
static inline ptrdiff_t pawl_gate_count(pawl_cell cell) {
  return cell == pawl_cell_lstm ? 4 : cell == pawl_cell_gru ? 3 : 1;
}
/// Columns of the weights' matrices: all gates, each padded.
static inline ptrdiff_t pawl_gate_columns(pawl_layer_shape shape) {
  return pawl_gate_count(shape.cell) * pawl_padded(shape.hidden);
}
/// The column of one gate of one hidden unit. Gates are interleaved in groups of 16 units (LSTM:
/// i16 f16 g16 o16), so that one group's gates lie side by side.
static inline ptrdiff_t pawl_gate_column(pawl_cell cell, ptrdiff_t gate, ptrdiff_t unit) {
  return (unit / pawl_lanes * pawl_gate_count(cell) + gate) * pawl_lanes + unit % pawl_lanes;
}
/// Where the weight from an input to a column lies in a matrix of `inputs` rows: in panels of 16
/// columns.
static inline ptrdiff_t pawl_matrix_place(ptrdiff_t inputs, ptrdiff_t input, ptrdiff_t column) {
  return (column / pawl_lanes * inputs + input) * pawl_lanes + column % pawl_lanes;
}
/// Copies of the inputs that differ in their masks: one for each gate where recurrent dropout is on
/// too, else 1.
static inline ptrdiff_t pawl_input_copies(pawl_layer_shape shape) {
  return (shape.masks & pawl_mask_inputs) && (shape.masks & pawl_mask_hidden)
    ? pawl_gate_count(shape.cell) : 1;
}
/// Steps whose h may be dropped on their way up.
static inline ptrdiff_t pawl_output_steps(pawl_layer_shape shape) {
  return shape.last_only ? 1 : shape.steps;
}

/// Where each tensor of a layer begins in its part of the flat buffer of weights (and of gradients,
/// and of moments), matrices in panels.
typedef struct {
  ptrdiff_t weight_hh;  // [hidden, gate columns]
  ptrdiff_t bias_ih;    // [gate columns]
  ptrdiff_t weight_ih;  // [inputs, gate columns]
  ptrdiff_t bias_hh;    // [gate columns]
  ptrdiff_t count;      // a multiple of 16
} pawl_layer_layout;

static inline pawl_layer_layout pawl_layer_layout_of(pawl_layer_shape shape) {
  ptrdiff_t columns = pawl_gate_columns(shape);
  pawl_layer_layout at;
  at.weight_hh = 0;
  at.bias_ih = at.weight_hh + shape.hidden * columns;
  at.weight_ih = at.bias_ih + columns;
  at.bias_hh = at.weight_ih + shape.inputs * columns;
  at.count = at.bias_hh + columns;
  return at;
}

/// Scratch of one layer. Rows are of (step, sample): row step * n + sample of a pass over n samples,
/// in panels of 16 columns: element (row, c) at c / 16 * panel + row * 16 + c % 16. h and c have a row
/// more for each sample, in front: the state from which the pass starts.
typedef struct {
  ptrdiff_t panel;                  // floats from a panel of rows to the next
  ptrdiff_t span_panel;             // the same of span_inputs and span_columns
  float *_Nonnull inputs;         // [input copies][inputs]: rows, masked
  float *_Nonnull h;              // [hidden], one step more
  float *_Nonnull masked;         // [gates][hidden]: h of the step before, masked, where it is
  float *_Nonnull gates;          // [gate columns]; after backward their gradients
  float *_Nonnull cells;          // [hidden], one step more: LSTM c; GRU W x of n, then its gradient
  float *_Nonnull squashed;       // [hidden]: LSTM tanh(c); GRU W h of n, or r * h
  float *_Nonnull d_rows;         // [hidden]: the gradient of h, from above
  float *_Nonnull d_hidden;       // [hidden], one step: the gradient of h, from the step after
  float *_Nonnull d_cell;         // [hidden], one step: LSTM of c; GRU of h past the gates
  float *_Nonnull d_part;         // [hidden], one step
  float *_Nonnull bias;           // [gate columns]: what sums start from
  float *_Nonnull turned_hh;      // weight_hh turned: [gate columns, hidden]
  float *_Nonnull turned_ih;      // weight_ih turned: [gate columns, inputs], where a layer lies below
  int32_t *_Nonnull span;         // [1 + samples]: rows that the windows share, 0 where they do
                                  // not; then each sample's first row among them
  float *_Nonnull span_inputs;    // [inputs]
  float *_Nonnull span_columns;   // [gate columns]: bias + W x; on the way back sums of dz
  float *_Nonnull input_mask;     // [sample][input copies][padded inputs]
  float *_Nonnull hidden_mask;    // [sample][gates][padded hidden]
  float *_Nonnull output_mask;    // [sample][output steps][padded hidden]
} pawl_layer_work;

typedef struct {
  pawl_layer_shape shape;
  pawl_layer_work work;
} pawl_layer;

/// Floats that the scratch of `shape` needs, a multiple of 16.
ptrdiff_t pawl_layer_floats(pawl_layer_shape shape);
/// A layer with its scratch laid out over `base`, which is 64-byte aligned.
pawl_layer pawl_layer_over(pawl_layer_shape shape, float *_Nonnull base);

/// The linear head on the h of the highest layer: at each step, or at the last where that is
/// `last_only`. Its weights: [outputs, padded hidden], then biases [padded outputs].
typedef struct {
  int32_t outputs;
  float *_Nonnull inputs;    // h masked, where it is
  float *_Nonnull output;    // [row][padded outputs]: row step * n + sample, or sample if last_only
  float *_Nonnull d_output;  // the same
} pawl_head;

ptrdiff_t pawl_head_floats(pawl_layer_shape top, int32_t outputs);
pawl_head pawl_head_over(pawl_layer_shape top, int32_t outputs, float *_Nonnull base);

/// What one pass goes over.
typedef struct {
  ptrdiff_t samples;
  ptrdiff_t steps;
  /// 1 where it starts from the states in h and c, 0 where from zeros.
  int32_t has_state;
} pawl_tile;

/// Samples: sample i is `index[i]`; its window ends at row `ends[index[i]]` of `rows`.
typedef struct {
  const float *_Nonnull rows;      // [row, features]
  const ptrdiff_t *_Nonnull ends;  // a sample's last row
} pawl_samples;

typedef enum {
  pawl_loss_mse = 0,
  pawl_loss_mae = 1,
  pawl_loss_huber = 2,
  pawl_loss_logcosh = 3,
  pawl_loss_quantile = 4
} pawl_loss_kind;

typedef struct {
  pawl_loss_kind kind;
  int32_t outputs;
  /// Of huber, above 0.
  float delta;
  /// Of quantile: that of each output, [padded outputs].
  const float *_Nullable quantiles;
} pawl_loss;

/// What a weight's step is made of. The rules stand in optimizers.h.
typedef enum {
  pawl_rule_sgd = 0,
  pawl_rule_momentum = 1,
  pawl_rule_nesterov = 2,
  pawl_rule_rmsprop = 3,
  pawl_rule_adagrad = 4,
  pawl_rule_adam = 5,
  pawl_rule_nadam = 6
} pawl_rule;

/// The factors of one update; the caller keeps all that depends on the count of updates.
typedef struct {
  pawl_rule rule;
  float rate;
  float gradient_scale;   // clipping by a norm: at most 1
  float limit;            // clipping by value: infinity for none
  float gradient_decay;   // times the weight, added to the gradient
  float weight_decay;     // times the weight, taken off it
  float momentum;         // momentum, nesterov
  float gradient_rate;    // momentum, nesterov
  float mean_rate;        // adam, nadam: 1 - beta1
  float square_rate;      // adam, nadam: 1 - beta2; rmsprop: 1 - rho
  float mean_share;       // nadam
  float gradient_share;   // nadam
  float root_scale;       // rmsprop and those below: of the root
  float inner_epsilon;    // under the root
  float epsilon;          // beside it
} pawl_update;

/// The counter and key of a Philox 4x32-10 stream. Element e of a stream is word e % 4 of the block
/// whose counter is (e / 4, epoch, refit, member << 16 | layer) and whose key is (seed, purpose).
typedef struct {
  uint32_t seed;
  uint32_t purpose;
  uint32_t epoch;
  uint32_t refit;
  uint32_t stream;
} pawl_philox;

/// The verbs, compiled for one instruction set.
typedef struct {
  /// Fills a mask with elements of a stream from `first_element`, a multiple of 4: 0 with the
  /// probability `rate`, else 1 / (1 - rate).
  void (*_Nonnull mask)(
    float *_Nonnull mask, ptrdiff_t count, ptrdiff_t first_element, float rate, pawl_philox stream);
  /// Makes ready for passes with these weights: sums of biases, and, where gradients will be wanted,
  /// turned matrices.
  void (*_Nonnull prepare)(
    const pawl_layer *_Nonnull layer, const float *_Nonnull weights, int32_t backward);
  /// Copies the windows of samples index[0..<n] into the lowest layer, masks applied.
  void (*_Nonnull gather)(
    const pawl_layer *_Nonnull lowest, const pawl_samples *_Nonnull samples,
    const ptrdiff_t *_Nonnull index, const pawl_tile *_Nonnull tile);
  /// Runs a layer over all steps. `below` is NULL for the lowest. `weights` are the layer's own.
  void (*_Nonnull forward)(
    const pawl_layer *_Nonnull layer, const pawl_layer *_Nullable below,
    const float *_Nonnull weights, const pawl_tile *_Nonnull tile);
  void (*_Nonnull head_forward)(
    const pawl_layer *_Nonnull top, const pawl_head *_Nonnull head, const float *_Nonnull weights,
    const pawl_tile *_Nonnull tile);
  /// The losses of `rows` rows of outputs, weighted and summed; d_output becomes the gradient of
  /// that sum times `scale`. Labels of NaN are absent. Without `weight` all weigh 1.
  double (*_Nonnull loss)(
    const pawl_loss *_Nonnull loss, ptrdiff_t rows, const float *_Nonnull output,
    const float *_Nonnull label, const float *_Nullable weight, float scale,
    float *_Nonnull d_output);
  /// From d_output to the gradient of the head's weights, set where `first` is not 0, else added to,
  /// and to d_rows of the highest layer.
  void (*_Nonnull head_backward)(
    const pawl_layer *_Nonnull top, const pawl_head *_Nonnull head, const float *_Nonnull weights,
    const pawl_tile *_Nonnull tile, int32_t first, float *_Nonnull gradient);
  /// From d_rows to the gradient of the layer's weights, set where `first` is not 0, else added to,
  /// and to d_rows of the layer below. Nothing flows back into the state at the start.
  void (*_Nonnull backward)(
    const pawl_layer *_Nonnull layer, const pawl_layer *_Nullable below,
    const pawl_tile *_Nonnull tile, int32_t first, float *_Nonnull gradient);
  /// Adds `count` values, a multiple of 16, to others: one tile's gradient to the sum.
  void (*_Nonnull add)(ptrdiff_t count, const float *_Nonnull from, float *_Nonnull to);
  /// One update of `count` weights, a multiple of 16. `first` and `second` are not read by rules
  /// that remember less.
  void (*_Nonnull update)(
    ptrdiff_t count, const pawl_update *_Nonnull update, const float *_Nonnull gradient,
    float *_Nonnull weights, float *_Nonnull first, float *_Nonnull second);
  /// The sum of the squares of `count` values, a multiple of 16.
  double (*_Nonnull sum_of_squares)(ptrdiff_t count, const float *_Nonnull values);
  /// 1 where all of `count` values are finite (a multiple of 16), else 0.
  int32_t (*_Nonnull all_finite)(ptrdiff_t count, const float *_Nonnull values);
  /// Elementwise functions, monotone, at most 2 ulp from the true value.
  void (*_Nonnull exp)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  void (*_Nonnull log)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  void (*_Nonnull tanh)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  void (*_Nonnull sigmoid)(ptrdiff_t count, const float *_Nonnull x, float *_Nonnull y);
  /// Words of a Philox stream, from element `first_element`, a multiple of 4.
  void (*_Nonnull random)(
    uint32_t *_Nonnull words, ptrdiff_t count, ptrdiff_t first_element, pawl_philox stream);
} pawl_kernels;

typedef enum {
  pawl_variant_baseline = 0,
  pawl_variant_avx2 = 1,
  pawl_variant_avx512 = 2,
  pawl_variant_neon = 3
} pawl_variant;

/// 1 where this CPU can run the variant, else 0.
int32_t pawl_variant_supported(pawl_variant variant);
/// The verbs of a variant that this CPU supports.
const pawl_kernels *_Nonnull pawl_kernels_of(pawl_variant variant);

#endif
