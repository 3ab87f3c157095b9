// Vectors of 16 lanes, which the compiler splits into what the CPU has, and sums of one fixed tree.
// Nothing here may depend on the width of a register.

typedef float v16 __attribute__((ext_vector_type(16)));
typedef float v32 __attribute__((ext_vector_type(32)));
typedef float v8 __attribute__((ext_vector_type(8)));
typedef float v4 __attribute__((ext_vector_type(4)));
typedef float v2 __attribute__((ext_vector_type(2)));
typedef int32_t i32 __attribute__((ext_vector_type(32)));
typedef int32_t i16 __attribute__((ext_vector_type(16)));
typedef uint32_t u16 __attribute__((ext_vector_type(16)));
typedef uint64_t ul16 __attribute__((ext_vector_type(16)));
typedef double d16 __attribute__((ext_vector_type(16)));
typedef int64_t l16 __attribute__((ext_vector_type(16)));

// Same lanes, but readable at any address of a float.
typedef v16 __attribute__((aligned(4))) v16_anywhere;
typedef v8 __attribute__((aligned(4))) v8_anywhere;
typedef u16 __attribute__((aligned(4))) u16_anywhere;

#define LANE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("clang loop unroll(full)")

LANE v16 load(const float *p) { return *(const v16_anywhere *)p; }
LANE void store(float *p, v16 value) { *(v16_anywhere *)p = value; }
LANE v16 splat(float value) { return (v16)value; }
LANE v16 fma16(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }
LANE v32 fma32(v32 a, v32 b, v32 c) { return __builtin_elementwise_fma(a, b, c); }
// Two vectors as one: twice the work at once for functions whose steps wait for each other.
LANE v32 pair(v16 a, v16 b) {
  return __builtin_shufflevector(
    a, b, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
    25, 26, 27, 28, 29, 30, 31);
}

// The lower of x and `limit`, NaN where x is NaN.
LANE v16 at_most(v16 x, float limit) {
  v16 bound = splat(limit);
  return bound < x ? bound : x;
}
// The higher of x and `limit`, NaN where x is NaN.
LANE v16 at_least(v16 x, float limit) {
  v16 bound = splat(limit);
  return bound > x ? bound : x;
}

LANE v32 at_most32(v32 x, float limit) {
  v32 bound = (v32)limit;
  return bound < x ? bound : x;
}
LANE v32 at_least32(v32 x, float limit) {
  v32 bound = (v32)limit;
  return bound > x ? bound : x;
}

// Halves are added until one lane is left.
LANE float sum(v16 x) {
  v8 a = x.lo + x.hi;
  v4 b = a.lo + a.hi;
  v2 c = b.lo + b.hi;
  return c.x + c.y;
}
