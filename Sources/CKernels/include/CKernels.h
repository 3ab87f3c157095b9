#ifndef PAWL_CKERNELS_H
#define PAWL_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Small verbs of a one-layer LSTM with a linear head, over tiles of samples. The same source is
// compiled once for each instruction set (baseline.c, avx2.c, avx512.c, neon.c) and gives the same
// bits from each: vectors are 16 lanes wide whatever the CPU has, every sum has one fixed order,
// and a fused multiply-add stands exactly where the source writes one.

/// Lanes of a vector in the source, and the multiple to which hidden units are padded with zeros.
enum { pawl_lanes = 16 };

/// The sizes of a network, and how its inputs are laid out.
typedef struct {
  int32_t features;
  int32_t hidden;
  int32_t lookback;
  int32_t outputs;
  /// 1: all gates see the same inputs. 4: each gate has its own (recurrent dropout is on).
  int32_t gate_inputs;
  /// 1: both biases are trained (PyTorch). 0: the second stays as it is (Keras has one).
  int32_t two_biases;
  /// The most samples a call may hold.
  int32_t samples;
} pawl_lstm_shape;

static inline ptrdiff_t pawl_padded(ptrdiff_t count) {
  return (count + pawl_lanes - 1) / pawl_lanes * pawl_lanes;
}
/// Columns of a row of weights: four gates, each padded.
static inline ptrdiff_t pawl_gate_columns(pawl_lstm_shape shape) {
  return 4 * pawl_padded(shape.hidden);
}
/// The column of one gate (0 i, 1 f, 2 g, 3 o) of one hidden unit. Gates are interleaved in groups
/// of 16 units, i16 f16 g16 o16, so that one group's four gates lie side by side.
static inline ptrdiff_t pawl_gate_column(ptrdiff_t gate, ptrdiff_t unit) {
  return unit / pawl_lanes * 4 * pawl_lanes + gate * pawl_lanes + unit % pawl_lanes;
}
/// Floats of one row of the cell's inputs: h of the step before (padded), 1, x, zeros.
static inline ptrdiff_t pawl_input_stride(pawl_lstm_shape shape) {
  return pawl_padded(shape.hidden) + pawl_padded(1 + shape.features);
}

/// Where each tensor begins in the flat buffer of weights (and of gradients, and of moments).
/// Matrices of the cell are stored transposed: one row of gate columns for each input.
typedef struct {
  ptrdiff_t weight_hh;    // [hidden, gate columns]
  ptrdiff_t bias_ih;      // [gate columns]
  ptrdiff_t weight_ih;    // [features, gate columns]
  ptrdiff_t bias_hh;      // [gate columns]
  ptrdiff_t head_weight;  // [outputs, padded hidden]
  ptrdiff_t head_bias;    // [padded outputs]
  ptrdiff_t count;        // a multiple of 16
} pawl_lstm_layout;

static inline pawl_lstm_layout pawl_lstm_layout_of(pawl_lstm_shape shape) {
  ptrdiff_t columns = pawl_gate_columns(shape);
  pawl_lstm_layout at;
  at.weight_hh = 0;
  at.bias_ih = at.weight_hh + shape.hidden * columns;
  at.weight_ih = at.bias_ih + columns;
  at.bias_hh = at.weight_ih + shape.features * columns;
  at.head_weight = at.bias_hh + columns;
  at.head_bias = at.head_weight + shape.outputs * pawl_padded(shape.hidden);
  at.count = at.head_bias + pawl_padded(shape.outputs);
  return at;
}

/// Scratch of a forward and backward pass. For a call over n samples the second index of a buffer
/// runs over 0..<n, densely.
typedef struct {
  float *_Nonnull inputs;        // [gate_inputs, lookback, samples, input stride]
  float *_Nonnull gates;         // [lookback, samples, gate columns]: after backward, their gradients
  float *_Nonnull cells;         // [lookback, samples, padded hidden]: c
  float *_Nonnull squashed;      // [lookback, samples, padded hidden]: tanh(c)
  float *_Nonnull last;          // [samples, padded hidden]: h of the last step, masked: the head's input
  float *_Nonnull output;        // [samples, padded outputs]: the forecasts
  float *_Nonnull d_output;      // [samples, padded outputs]
  float *_Nonnull d_hidden;      // [samples, padded hidden]
  float *_Nonnull d_cell;        // [samples, padded hidden]
  float *_Nonnull bias;          // [gate columns]: the sum of both biases
  float *_Nonnull backward_hh;   // [gate columns, padded hidden]: the recurrent matrix for the way back
  int32_t *_Nonnull span;  // [1 + samples]: rows that the windows share, 0 where they do not;
                           // then each sample's first row among them
  float *_Nonnull span_inputs;   // [span, padded 1 + features]: 1, x, zeros
  float *_Nonnull span_columns;  // [span, gate columns]: bias + W x; on the way back sums of dz
  float *_Nonnull input_mask;    // [samples, gate_inputs * padded features]
  float *_Nonnull hidden_mask;   // [samples, 4 * padded hidden]
  float *_Nonnull output_mask;   // [samples, padded hidden]
} pawl_lstm_workspace;

/// Floats that the workspace of `shape` needs, a multiple of 16.
ptrdiff_t pawl_lstm_workspace_floats(pawl_lstm_shape shape);
/// Lays the workspace of `shape` out over `base`, which is 64-byte aligned.
pawl_lstm_workspace pawl_lstm_workspace_over(pawl_lstm_shape shape, float *_Nonnull base);

/// Which dropouts a pass applies: a set of bits.
enum { pawl_mask_inputs = 1, pawl_mask_hidden = 2, pawl_mask_output = 4 };

/// Samples: sample i is `index[i]`; its window ends at row `ends[index[i]]` of `rows`.
typedef struct {
  const float *_Nonnull rows;      // [row, features]
  const ptrdiff_t *_Nonnull ends;    // a sample's last row
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
  /// Copies the windows of samples index[0..<n] into the workspace, masks applied.
  void (*_Nonnull gather)(
    const pawl_lstm_shape *_Nonnull shape, const pawl_lstm_workspace *_Nonnull work,
    const pawl_samples *_Nonnull samples, const ptrdiff_t *_Nonnull index, ptrdiff_t n,
    int32_t masks);
  /// Runs the cell over all steps, then the head.
  void (*_Nonnull forward)(
    const pawl_lstm_shape *_Nonnull shape, const pawl_lstm_workspace *_Nonnull work,
    const float *_Nonnull weights, ptrdiff_t n, int32_t masks);
  /// The losses of `rows` rows of outputs, weighted and summed; d_output becomes the gradient of
  /// that sum times `scale`. Labels of NaN are absent. Without `weight` all weigh 1.
  double (*_Nonnull loss)(
    const pawl_loss *_Nonnull loss, ptrdiff_t rows, const float *_Nonnull output,
    const float *_Nonnull label, const float *_Nullable weight, float scale,
    float *_Nonnull d_output);
  /// From d_output to the gradient of all weights, which is set where `first` is not 0, else added to.
  void (*_Nonnull backward)(
    const pawl_lstm_shape *_Nonnull shape, const pawl_lstm_workspace *_Nonnull work,
    const float *_Nonnull weights, ptrdiff_t n, int32_t masks, int32_t first,
    float *_Nonnull gradient);
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
