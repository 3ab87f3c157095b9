// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011),
// 16 counters at once: words[j][lane] is word j of the block `first_block + lane`.

LANE void multiply_wide(uint32_t factor, u16 x, u16 *high, u16 *low) {
  ul16 product = __builtin_convertvector(x, ul16) * (ul16)(uint64_t)factor;
  *high = __builtin_convertvector(product >> 32, u16);
  *low = __builtin_convertvector(product, u16);
}

LANE void philox16(uint32_t first_block, pawl_philox stream, u16 words[4]) {
  u16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  u16 c0 = first_block + lane;
  u16 c1 = (u16)stream.epoch;
  u16 c2 = (u16)stream.refit;
  u16 c3 = (u16)stream.stream;
  uint32_t k0 = stream.seed;
  uint32_t k1 = stream.purpose;
  for (int round = 0; round < 10; round++) {
    u16 high0, low0, high1, low1;
    multiply_wide(0xD2511F53u, c0, &high0, &low0);
    multiply_wide(0xCD9E8D57u, c2, &high1, &low1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}

// The 64 words of 16 blocks in their order: block 0's four, block 1's four, ...
LANE void philox64(uint32_t first_block, pawl_philox stream, uint32_t out[64]) {
  u16 words[4];
  philox16(first_block, stream, words);
  for (int block = 0; block < 16; block++) {
    for (int word = 0; word < 4; word++) out[4 * block + word] = words[word][block];
  }
}

static void random_verb(
  uint32_t *words, ptrdiff_t count, ptrdiff_t first_element, pawl_philox stream
) {
  for (ptrdiff_t at = 0; at < count; at += 64) {
    uint32_t out[64];
    philox64((uint32_t)((first_element + at) / 4), stream, out);
    ptrdiff_t here = count - at < 64 ? count - at : 64;
    for (ptrdiff_t i = 0; i < here; i++) words[at + i] = out[i];
  }
}

// An element is dropped where its word lies below rate * 2^32; the others are scaled.
static void mask_verb(
  float *mask, ptrdiff_t count, ptrdiff_t first_element, float rate, pawl_philox stream
) {
  uint32_t threshold = (uint32_t)((double)rate * 4294967296.0);
  v16 kept = splat(1.0f / (1.0f - rate));
  for (ptrdiff_t at = 0; at < count; at += 64) {
    uint32_t out[64];
    philox64((uint32_t)((first_element + at) / 4), stream, out);
    ptrdiff_t here = count - at < 64 ? count - at : 64;
    if (here == 64) {
      for (int i = 0; i < 64; i += 16) {
        u16 word = *(const u16_anywhere *)(out + i);
        store(mask + at + i, word < threshold ? splat(0.0f) : kept);
      }
    } else {
      for (ptrdiff_t i = 0; i < here; i++) mask[at + i] = out[i] < threshold ? 0.0f : kept[0];
    }
  }
}
