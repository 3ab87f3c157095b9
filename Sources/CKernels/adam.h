// Adam over flat buffers (Kingma and Ba, 2015). Where epsilon is added differs between PyTorch and
// Keras; both are w -= rate * m / (sqrt(v) * root_scale + epsilon) with factors of their own.

static void adam_verb(
  ptrdiff_t count, const pawl_adam_factors *factors, const float *gradient, float *weights,
  float *first, float *second
) {
  const v16 rate = splat(-factors->rate), scale = splat(factors->root_scale);
  const v16 epsilon = splat(factors->epsilon);
  const v16 one_minus_beta1 = splat(factors->one_minus_beta1);
  const v16 one_minus_beta2 = splat(factors->one_minus_beta2);
  for (ptrdiff_t at = 0; at < count; at += 16) {
    v16 g = load(gradient + at), m = load(first + at), v = load(second + at);
    m = fma16(g - m, one_minus_beta1, m);
    v = fma16(fma16(g, g, -v), one_minus_beta2, v);
    v16 step = m / fma16(__builtin_elementwise_sqrt(v), scale, epsilon);
    store(first + at, m);
    store(second + at, v);
    store(weights + at, fma16(step, rate, load(weights + at)));
  }
}

// x * 0 is NaN where x is not finite.
static int32_t all_finite_verb(ptrdiff_t count, const float *values) {
  v16 total = splat(0.0f);
  for (ptrdiff_t at = 0; at < count; at += 16) total += load(values + at) * 0.0f;
  return sum(total) == 0.0f;
}
