// One update of flat buffers, in one pass. All rules are
//   g = gradient * gradient_scale, cut to -limit...limit, + gradient_decay * w
//   w = (w - weight_decay * w) - rate * step
// with a step of their own; a and b are what they remember of each weight:
//   sgd       g
//   momentum  a = momentum * a + gradient_rate * g; a
//   nesterov  the same a; momentum * a + gradient_rate * g
//   rmsprop   a += (g^2 - a) * square_rate; g / root(a)
//   adagrad   a += g^2; g / root(a)
//   adam      a += (g - a) * mean_rate; b += (g^2 - b) * square_rate; a / root(b)
//   nadam     the same a and b; (mean_share * a + gradient_share * g) / root(b)
// where root(x) = sqrt(x + inner_epsilon) * root_scale + epsilon. What an option does not use is a
// factor that changes nothing: 1 for a scale, infinity for a limit, else 0.
//
// Lanes of padding have gradients and weights of 0, and keep them: root is above 0 by its epsilon.

LANE v16 cut(v16 x, float limit) { return at_least(at_most(x, limit), -limit); }

LANE void update_lanes(
  const pawl_rule rule, ptrdiff_t count, const pawl_update *u, const float *gradient,
  float *weights, float *first, float *second
) {
  const v16 gradient_scale = splat(u->gradient_scale), gradient_decay = splat(u->gradient_decay);
  const v16 weight_decay = splat(-u->weight_decay), rate = splat(-u->rate);
  const v16 momentum = splat(u->momentum), gradient_rate = splat(u->gradient_rate);
  const v16 mean_rate = splat(u->mean_rate), square_rate = splat(u->square_rate);
  const v16 mean_share = splat(u->mean_share), gradient_share = splat(u->gradient_share);
  const v16 inner_epsilon = splat(u->inner_epsilon), epsilon = splat(u->epsilon);
  const v16 root_scale = splat(u->root_scale);
  for (ptrdiff_t at = 0; at < count; at += 16) {
    const v16 w = load(weights + at);
    const v16 g =
      fma16(gradient_decay, w, cut(load(gradient + at) * gradient_scale, u->limit));
    v16 step = g, square;
    switch (rule) {
      case pawl_rule_sgd: break;
      case pawl_rule_momentum:
      case pawl_rule_nesterov: {
        const v16 push = gradient_rate * g, a = fma16(momentum, load(first + at), push);
        store(first + at, a);
        step = rule == pawl_rule_momentum ? a : fma16(momentum, a, push);
        break;
      }
      case pawl_rule_rmsprop:
      case pawl_rule_adagrad:
        square = load(first + at);
        square = rule == pawl_rule_adagrad
          ? fma16(g, g, square) : fma16(fma16(g, g, -square), square_rate, square);
        store(first + at, square);
        break;
      case pawl_rule_adam:
      case pawl_rule_nadam: {
        v16 a = load(first + at);
        a = fma16(g - a, mean_rate, a);
        store(first + at, a);
        square = load(second + at);
        square = fma16(fma16(g, g, -square), square_rate, square);
        store(second + at, square);
        step = rule == pawl_rule_adam ? a : fma16(mean_share, a, gradient_share * g);
        break;
      }
    }
    if (rule >= pawl_rule_rmsprop) {
      step = step
        / fma16(__builtin_elementwise_sqrt(square + inner_epsilon), root_scale, epsilon);
    }
    store(weights + at, fma16(step, rate, fma16(weight_decay, w, w)));
  }
}

static void update_verb(
  ptrdiff_t count, const pawl_update *update, const float *gradient, float *weights, float *first,
  float *second
) {
  switch (update->rule) {
#define RULE(rule)                                                                    \
  case rule: update_lanes(rule, count, update, gradient, weights, first, second); break;
    RULE(pawl_rule_sgd)
    RULE(pawl_rule_momentum)
    RULE(pawl_rule_nesterov)
    RULE(pawl_rule_rmsprop)
    RULE(pawl_rule_adagrad)
    RULE(pawl_rule_adam)
    RULE(pawl_rule_nadam)
#undef RULE
  }
}

// Each square is exact in Float64; a lane sums its own, in order, then halves are added.
static double sum_of_squares_verb(ptrdiff_t count, const float *values) {
  d16 lanes = (d16)(0.0);
  for (ptrdiff_t at = 0; at < count; at += 16) {
    const d16 x = __builtin_convertvector(load(values + at), d16);
    lanes += x * x;
  }
  double total[16];
  __builtin_memcpy(total, &lanes, sizeof total);
  for (int half = 8; half >= 1; half /= 2) {
    for (int lane = 0; lane < half; lane++) total[lane] += total[lane + half];
  }
  return total[0];
}

// x * 0 is NaN where x is not finite.
static int32_t all_finite_verb(ptrdiff_t count, const float *values) {
  v16 total = splat(0.0f);
  for (ptrdiff_t at = 0; at < count; at += 16) total += load(values + at) * 0.0f;
  return sum(total) == 0.0f;
}
