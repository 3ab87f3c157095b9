// exp, log, tanh and sigmoid on 16 lanes. Walked through all 2^32 arguments all are monotone; the
// errors are at most 1.74, 0.51 (every 61st argument), 1.40 and 2 ulp.
//
// All but log rest on e^x = 2^n (1 + r + r^2 P(r)), n = floor(x / log 2), 0 <= r < log 2, where P
// has positive coefficients: each rounded step of its evaluation is monotone in r, so the whole is.

// The constants, each in all lanes. They are read through a pointer that the compiler cannot see
// through: so they are operands in memory and take no instruction to broadcast.
typedef struct {
  v32 log2e, twice_log2e, minus_half, magic, minus_ln2_high, minus_ln2_low, minus_ln2, one;
  v32 minus_two, two_to_24, two_to_minus_24;
  v32 exp[5];   // P of e^r, from the constant term up
  v32 tanh[4];  // P of tanh, from the constant term up
} lane_constants;

#define EIGHT(x) x, x, x, x, x, x, x, x
#define ALL(x) {EIGHT(x), EIGHT(x), EIGHT(x), EIGHT(x)}
static const lane_constants constants_of_lanes = {
  .log2e = ALL(0x1.715476p+0f),
  .twice_log2e = ALL(0x1.715476p+1f),
  .minus_half = ALL(-0.5f),
  // floor(y) + magic: adding 1.5 * 2^23 to y - 1/2 rounds it to a whole number, in the low bits.
  .magic = ALL(12582912.0f),
  // log 2 in two parts, the first so short that n times it is exact; and in one.
  .minus_ln2_high = ALL(-0x1.62e4p-1f),
  .minus_ln2_low = ALL(-0x1.7f7d1cp-20f),
  .minus_ln2 = ALL(-0x1.62e430p-1f),
  .one = ALL(1.0f),
  .minus_two = ALL(-2.0f),
  .two_to_24 = ALL(0x1p24f),
  .two_to_minus_24 = ALL(0x1p-24f),
  // Relative error of 1 + r + r^2 P(r) 1.5e-8 before rounding: minimax (2.9e-9) but for the last,
  // which is 2.2e-7 larger. That offsets an r rounded down near log 2 where n is 4 to 9.
  .exp = {ALL(0x1.00004cp-1f), ALL(0x1.554338p-3f), ALL(0x1.56decap-5f), ALL(0x1.01ddb6p-7f),
          ALL(0x1.f543d8p-10f)},
  // Relative error of x + x^3 P(x^2) 3.5e-8 before rounding, up to 0.55.
  .tanh = {ALL(-0x1.55545ap-2f), ALL(0x1.10d036p-3f), ALL(-0x1.af98d6p-5f), ALL(0x1.0dafbep-6f)},
};
#undef ALL
#undef EIGHT
#define MAGIC_BITS 0x4B400000

LANE const lane_constants *lane_constants_hidden(void) {
  const lane_constants *k = &constants_of_lanes;
  __asm__("" : "+r"(k));
  return k;
}

// e^r - 1 as first + r^2 P(r), where `first` is r or a little more.
LANE v32 exp_of_rest(const lane_constants *k, v32 r, v32 first) {
  v32 square = r * r;
  v32 low = fma32(r, k->exp[1], k->exp[0]);
  v32 high = fma32(r, k->exp[3], k->exp[2]);
  v32 p = fma32(fma32(k->exp[4], square, high), square, low);
  return fma32(square, p, first);
}

LANE v32 exp32(const lane_constants *k, v32 x) {
  x = at_least32(at_most32(x, 89.0f), -104.0f);  // e^89 is inf, e^-104 is 0
  v32 shifted = fma32(x, k->log2e, k->minus_half) + k->magic;
  v32 n = shifted - k->magic;
  v32 r = fma32(n, k->minus_ln2_low, fma32(n, k->minus_ln2_high, x));
  v32 p = k->one + exp_of_rest(k, r, r);
  // 2^n in two factors, so that n may lie outside the range of normal exponents.
  i32 whole = __builtin_bit_cast(i32, shifted) - MAGIC_BITS;
  i32 half = whole >> 1;
  v32 a = __builtin_bit_cast(v32, (half + 127) << 23);
  v32 b = __builtin_bit_cast(v32, (whole - half + 127) << 23);
  return p * a * b;
}

// 1 / (1 + e^-x) as u / (u + p) with e^-x = p / u and u a power of two, so that u + 1 is exact for
// n < 24 and one rounding is saved. Where u is smaller it is lost in the sum with 1, and r takes it
// instead: e^(r + u) is about p + u. All is held 2^24 times too large, so that u stays normal where
// the result does not.
LANE v32 sigmoid32(const lane_constants *k, v32 x) {
  v32 y = at_least32(at_most32(-x, 104.0f), -40.0f);
  v32 shifted = fma32(y, k->log2e, k->minus_half) + k->magic;
  v32 n = shifted - k->magic;
  v32 r = fma32(n, k->minus_ln2_low, fma32(n, k->minus_ln2_high, y));
  v32 u = __builtin_bit_cast(v32, (MAGIC_BITS + 127 + 24 - __builtin_bit_cast(i32, shifted)) << 23);
  v32 lost = __builtin_bit_cast(v32, __builtin_bit_cast(i32, u) & (u < 2.0f));
  v32 rest = exp_of_rest(k, r, fma32(lost, k->two_to_minus_24, r));
  return u / fma32(rest, k->two_to_24, u + k->two_to_24);
}

// Below 0.55 x + x^3 P(x^2), the last step an fma, so its error is smaller than the step from one
// argument to the next; above, 1 - 2u / (u + p) with e^2x = p / u, monotone step by step.
LANE v32 tanh32(const lane_constants *k, v32 x) {
  i32 bits = __builtin_bit_cast(i32, x);
  v32 a = __builtin_bit_cast(v32, bits & 0x7fffffff);
  v32 square = a * a;
  v32 series = fma32(fma32(k->tanh[3], square, k->tanh[2]), square, k->tanh[1]);
  series = fma32(series, square, k->tanh[0]);
  v32 small = fma32(square * a, series, a);

  v32 y = at_most32(a, 10.0f);
  v32 shifted = fma32(y, k->twice_log2e, k->minus_half) + k->magic;
  v32 n = shifted - k->magic;
  v32 u = __builtin_bit_cast(v32, (MAGIC_BITS + 127 - __builtin_bit_cast(i32, shifted)) << 23);
  v32 r = fma32(n, k->minus_ln2, y + y);
  v32 sum = u + k->one + exp_of_rest(k, r, r);
  v32 large = fma32(k->minus_two, u / sum, k->one);
  v32 either = a < 0.55f ? small : large;
  return __builtin_bit_cast(v32, __builtin_bit_cast(i32, either) | (bits & (int32_t)0x80000000));
}

// Of the pair's second half nothing is used, so compilers leave it out.
LANE v16 exp16(const lane_constants *k, v16 x) { return exp32(k, pair(x, x)).lo; }
LANE v16 sigmoid16(const lane_constants *k, v16 x) { return sigmoid32(k, pair(x, x)).lo; }
LANE v16 tanh16(const lane_constants *k, v16 x) { return tanh32(k, pair(x, x)).lo; }

// log x = k log 2 + 2 (s + s^3/3 + ...), s = (m - 1) / (m + 1), x = 2^k m, 0.707 < m < 1.414, for
// normal x above 0.
LANE d16 log_of_normal(d16 x) {
  l16 bits = __builtin_bit_cast(l16, x) - 0x3FE6A09E667F3BCD;
  i16 exponent = __builtin_convertvector(bits >> 52, i16);
  d16 m = __builtin_bit_cast(d16, (bits & 0xFFFFFFFFFFFFF) + 0x3FE6A09E667F3BCD);
  d16 s = (m - 1.0) / (m + 1.0);
  d16 z = s * s;
  d16 series = (d16)(1.0 / 17);
  series = series * z + 1.0 / 15;
  series = series * z + 1.0 / 13;
  series = series * z + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = series * z + 1.0 / 3;
  return 2.0 * (s + s * z * series) + __builtin_convertvector(exponent, d16) * 0x1.62e42fefa39efp-1;
}

// In double lanes: it is no part of a training step, and its error is then far below half an ulp.
LANE v16 log16(const lane_constants *k, v16 x) {
  (void)k;
  v16 result = __builtin_convertvector(log_of_normal(__builtin_convertvector(x, d16)), v16);
  result = x == 0.0f ? splat(-__builtin_inff()) : result;
  result = x < 0.0f ? splat(__builtin_nanf("")) : result;
  return x == __builtin_inff() || x != x ? x : result;
}

#define VERB_OF(name, lanes_of)                                  \
  static void name(ptrdiff_t count, const float *x, float *y) {    \
    const lane_constants *k = lane_constants_hidden();             \
    ptrdiff_t at = 0;                                              \
    for (; at + 16 <= count; at += 16) {                         \
      store(y + at, lanes_of(k, load(x + at)));                    \
    }                                                            \
    if (at < count) {                                            \
      float tail[16] = {0};                                      \
      for (ptrdiff_t i = at; i < count; i++) tail[i - at] = x[i];  \
      store(tail, lanes_of(k, load(tail)));                        \
      for (ptrdiff_t i = at; i < count; i++) y[i] = tail[i - at];  \
    }                                                            \
  }
VERB_OF(exp_verb, exp16)
VERB_OF(log_verb, log16)
VERB_OF(tanh_verb, tanh16)
VERB_OF(sigmoid_verb, sigmoid16)
#undef VERB_OF
