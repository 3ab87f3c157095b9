// The three matrix products of a recurrent layer. Nothing else multiplies matrices.
//
// All that a product reads and writes lies in panels of 16 columns. A matrix of weights with K
// inputs (rows) and G columns, G a multiple of 16:
//   element (k, c) at (c / 16) * K * 16 + k * 16 + c % 16
// Rows of inputs, sums and gradients lie as a `source` or `target` says:
//   element (r, c) at at[c / 16 * panel + r * row + c % 16]
// so row 16, panel 16 * rows is a matrix of panels; row = width, panel = 16 is one of whole rows;
// row 0 is one row for all; row 16, panel 16 * K is a matrix of weights. Fastest is row 16: so keep
// activations [panel][step][sample][16] with panel = 16 * samples * (steps | 1), because an odd number
// of steps spreads the panels over a cache's sets.
//
// The columns belong to gates, interleaved in groups of 16 units: panel p is of gate p % gates. A
// product goes over the panels of gates first ..< first + count of every group.
//
// Each element's sum has one order, which depends on the sizes of the matrix alone: not on the
// number of rows, on what else is computed beside it, on registers or threads. A sum over inputs is
// one chain of fma, or, where the product has fewer than four panels of columns, so that one chain
// each would leave the CPU waiting, up to four chains over parts of the inputs (`chains_of`).

typedef struct {
  const float *at;
  ptrdiff_t row, panel;
} source;

typedef struct {
  float *at;
  ptrdiff_t row, panel;
} target;

typedef struct {
  ptrdiff_t groups;        // of 16 units: the matrix has groups * gates * 16 columns
  ptrdiff_t gates;         // panels of a group
  ptrdiff_t first, count;  // the gates that take part
} gate_panels;

LANE source source_of(target t) {
  source s = {t.at, t.row, t.panel};
  return s;
}

// TILE, from the variant, is how many sums of 16 lanes a tile holds in registers: 6 to 8.
#ifndef TILE
#define TILE 6
#endif
// Rows of the next tile, so that the last is not much smaller than the others.
LANE int rows_of_tile(ptrdiff_t left) {
  if (left > 3 * TILE) return TILE;
  const int tiles = ((int)left + TILE - 1) / TILE;
  return ((int)left + tiles - 1) / tiles;
}
#if TILE > 6
#define LARGE_TILES(macro) case 7: macro(7) break; case 8: macro(8) break;
#else
#define LARGE_TILES(macro)
#endif
#define TILES(macro)                                                                               \
  case 1: macro(1) break;                                                                          \
  case 2: macro(2) break;                                                                          \
  case 3: macro(3) break;                                                                          \
  case 4: macro(4) break;                                                                          \
  case 5: macro(5) break;                                                                          \
  case 6: macro(6) break;                                                                          \
  LARGE_TILES(macro)

// Inputs that are gone through for all rows before the next: 256 by 16 weights are 16 KiB.
#define BLOCK_INPUTS 256

// A product of rows of inputs with a matrix.
typedef struct {
  ptrdiff_t rows;
  source x;
  ptrdiff_t inputs;      // that take part, in blocks of 16, the last of which may hold fewer
  ptrdiff_t run, skip;   // after every `run` blocks `skip` are left out; skip 0: none
  const float *weights;  // the matrix's panels of columns, each
  ptrdiff_t panel;       //   of so many floats
  gate_panels columns;
  ptrdiff_t chains;
  source init;
  const int32_t *init_rows;  // NULL: row r's is row r
  target z;
} input_sums;

LANE ptrdiff_t place_of_block(const input_sums *of, ptrdiff_t block) {
  return of->skip == 0 ? block : block + block / of->run * of->skip;
}

// For k in order, from block `begin`: sums[s][j] += x[s][k] weights[j][k], `m` rows by `l` panels.
LANE void add_inputs(
  const int m, const int l, const int ahead, const input_sums *of, const float *first_row,
  ptrdiff_t begin, ptrdiff_t count, const float *const weights[TILE], v16 sums[m][l]
) {
  const ptrdiff_t row = of->x.row, place = place_of_block(of, begin);
  const float *x = first_row + place * of->x.panel, *w[l];
  UNROLL for (int j = 0; j < l; j++) w[j] = weights[j] + place * 256;
  // Three rows by two panels leave no registers to keep x for the second: it is read again.
  const float *again = x;
  if (m == 3 && l == 2) __asm__("" : "+r"(again));
  ptrdiff_t left = of->skip == 0 ? 0 : of->run - begin % of->run;
  for (; count >= 16; count -= 16) {
    _Pragma("clang loop unroll_count(4)") for (ptrdiff_t k = 0; k < 16; k++) {
      if (ahead) __builtin_prefetch(w[0] + k * 16 + BLOCK_INPUTS * 16, 0, 3);
      UNROLL for (int j = 0; j < l; j++) {
        v16 column = load(w[j] + k * 16);
        UNROLL for (int s = 0; s < m; s++) {
          sums[s][j] = fma16(splat((j == 0 ? x : again)[s * row + k]), column, sums[s][j]);
        }
      }
    }
    ptrdiff_t blocks = 1;
    if (--left == 0) {
      blocks += of->skip;
      left = of->run;
    }
    x += blocks * of->x.panel;
    again += blocks * of->x.panel;
    UNROLL for (int j = 0; j < l; j++) w[j] += blocks * 256;
  }
  for (ptrdiff_t k = 0; k < count; k++) {
    UNROLL for (int j = 0; j < l; j++) {
      v16 column = load(w[j] + k * 16);
      UNROLL for (int s = 0; s < m; s++) {
        sums[s][j] = fma16(splat((j == 0 ? x : again)[s * row + k]), column, sums[s][j]);
      }
    }
  }
}

// Some blocks of inputs for all rows of one panel of columns.
typedef struct {
  const float *weights;
  ptrdiff_t begin, count;
  const float *from;  // what the sums begin with
  ptrdiff_t from_row;
  const int32_t *from_rows;
  float *z;
  int32_t added;      // and then they are added to z
} panel_part;

LANE void tile_of_rows(
  const int m, const int ahead, const input_sums *of, const panel_part *part, ptrdiff_t r
) {
  const ptrdiff_t z_row = of->z.row;
  float *z = part->z + r * z_row;
  v16 sums[m][1];
  if (part->from_rows) {
    UNROLL for (int s = 0; s < m; s++) {
      sums[s][0] = load(part->from + part->from_rows[r + s] * part->from_row);
    }
  } else {
    const float *from = part->from + r * part->from_row;
    UNROLL for (int s = 0; s < m; s++) sums[s][0] = load(from + s * part->from_row);
  }
  const float *const weights[TILE] = {part->weights};
  add_inputs(
    m, 1, ahead, of, of->x.at + r * of->x.row, part->begin, part->count, weights, sums);
  if (part->added) {
    UNROLL for (int s = 0; s < m; s++) sums[s][0] = load(z + s * z_row) + sums[s][0];
  }
  UNROLL for (int s = 0; s < m; s++) store(z + s * z_row, sums[s][0]);
}

static void many_rows(const input_sums *of) {
  static const float zeros[16] = {0};
  const ptrdiff_t blocks = (of->inputs + 15) / 16, end = of->columns.first + of->columns.count;
  const ptrdiff_t in_blocks = (of->inputs + BLOCK_INPUTS - 1) / BLOCK_INPUTS;
  const ptrdiff_t parts = of->chains > 1 ? of->chains : in_blocks > 0 ? in_blocks : 1;
  for (ptrdiff_t group = 0; group < of->columns.groups; group++) {
    for (ptrdiff_t gate = of->columns.first; gate < end; gate++) {
      const ptrdiff_t p = group * of->columns.gates + gate;
      float *const z = of->z.at + p * of->z.panel;
      panel_part part = {
        of->weights + p * of->panel, 0, 0, of->init.at + p * of->init.panel, of->init.row,
        of->init_rows, z, 0};
      for (ptrdiff_t number = 0; number < parts; number++) {
        ptrdiff_t last = (number + 1) * (BLOCK_INPUTS / 16);
        if (of->chains > 1) last = (number + 1) * blocks / parts;
        part.count = (last >= blocks ? of->inputs : last * 16) - part.begin * 16;
        // The last rows fetch what comes next.
#define ROWS(m) tile_of_rows(m, 0, of, &part, r);
#define LAST_ROWS(m) tile_of_rows(m, 1, of, &part, r);
        for (ptrdiff_t r = 0; r < of->rows;) {
          const int m = rows_of_tile(of->rows - r);
          if (r + m < of->rows || part.count < BLOCK_INPUTS) {
            switch (m) { TILES(ROWS) }
          } else {
            switch (m) { TILES(LAST_ROWS) }
          }
          r += m;
        }
#undef ROWS
#undef LAST_ROWS
        part.begin = last;
        part.added = of->chains > 1;
        part.from = part.added ? zeros : z;
        part.from_rows = NULL;
        part.from_row = part.added ? 0 : of->z.row;
      }
    }
  }
}

// All rows (`m`) by `l` of the panels.
LANE void tile_of_panels(
  const int m, const int l, const input_sums *of, const ptrdiff_t panels[TILE]
) {
  const float *weights[TILE];
  v16 sums[m][l];
  UNROLL for (int j = 0; j < l; j++) {
    weights[j] = of->weights + panels[j] * of->panel;
    const float *init = of->init.at + panels[j] * of->init.panel;
    UNROLL for (int s = 0; s < m; s++) sums[s][j] = load(init + s * of->init.row);
  }
  add_inputs(m, l, 0, of, of->x.at, 0, of->inputs, weights, sums);
  UNROLL for (int j = 0; j < l; j++) {
    float *z = of->z.at + panels[j] * of->z.panel;
    UNROLL for (int s = 0; s < m; s++) store(z + s * of->z.row, sums[s][j]);
  }
}

// One row by all `l` panels, all chains at once as far as they are equally long.
LANE void tile_of_chains(const int l, const int chains, const input_sums *of, ptrdiff_t r) {
  const ptrdiff_t blocks = (of->inputs + 15) / 16, least = of->inputs / 16 / chains;
  const float *row = of->x.at + r * of->x.row, *x[chains], *weights[TILE], *w[chains][l];
  v16 sums[chains][1][l];
  UNROLL for (int j = 0; j < l; j++) weights[j] = of->weights + j * of->panel;
  UNROLL for (int c = 0; c < chains; c++) {
    x[c] = row + c * blocks / chains * of->x.panel;
    UNROLL for (int j = 0; j < l; j++) {
      w[c][j] = weights[j] + c * blocks / chains * 256;
      const float *init = of->init.at + j * of->init.panel + r * of->init.row;
      sums[c][0][j] = c == 0 ? load(init) : splat(0.0f);
    }
  }
  for (ptrdiff_t block = 0; block < least; block++) {
    _Pragma("clang loop unroll_count(4)") for (ptrdiff_t k = 0; k < 16; k++) {
      UNROLL for (int c = 0; c < chains; c++) {
        UNROLL for (int j = 0; j < l; j++) {
          sums[c][0][j] = fma16(splat(x[c][k]), load(w[c][j] + k * 16), sums[c][0][j]);
        }
      }
    }
    UNROLL for (int c = 0; c < chains; c++) {
      x[c] += of->x.panel;
      UNROLL for (int j = 0; j < l; j++) w[c][j] += 256;
    }
  }
  UNROLL for (int c = 0; c < chains; c++) {
    const ptrdiff_t begin = c * blocks / chains + least, end = (c + 1) * blocks / chains;
    const ptrdiff_t count = (c == chains - 1 ? of->inputs : end * 16) - begin * 16;
    if (count > 0) add_inputs(1, l, 0, of, row, begin, count, weights, sums[c]);
  }
  UNROLL for (int j = 0; j < l; j++) {
    v16 total = sums[0][0][j];
    UNROLL for (int c = 1; c < chains; c++) total += sums[c][0][j];
    store(of->z.at + j * of->z.panel + r * of->z.row, total);
  }
}

// One to three rows, by several panels at a time.
static void few_rows(const input_sums *of) {
  ptrdiff_t left = of->columns.groups * of->columns.count, panels[TILE];
  ptrdiff_t p = of->columns.first, in_group = 0;
  const ptrdiff_t at_once =
    of->rows == 1 ? (left == TILE - 1 || left == TILE || TILE > 6 ? TILE : 4) : TILE / of->rows;
  while (left > 0) {
    const ptrdiff_t held = left < at_once ? left : at_once;
    for (ptrdiff_t j = 0; j < held; j++) {
      panels[j] = p++;
      if (++in_group == of->columns.count) {
        in_group = 0;
        p += of->columns.gates - of->columns.count;
      }
    }
    left -= held;
#define ONE(l) tile_of_panels(1, l, of, panels);
    if (of->rows == 1) {
      switch (held) { TILES(ONE) }
    } else {
      switch (of->rows * 8 + held) {
        case 17: tile_of_panels(2, 1, of, panels); break;
        case 18: tile_of_panels(2, 2, of, panels); break;
        case 19: tile_of_panels(2, 3, of, panels); break;
#if TILE > 6
        case 20: tile_of_panels(2, 4, of, panels); break;
#endif
        case 25: tile_of_panels(3, 1, of, panels); break;
        case 26: tile_of_panels(3, 2, of, panels); break;
      }
    }
#undef ONE
  }
}

static void multiply(const input_sums *of) {
  if (of->rows > 3) {
    many_rows(of);
  } else if (of->chains == 1) {
    few_rows(of);
  } else if (of->skip > 0 || of->columns.count < of->columns.gates) {
    many_rows(of);
  } else {
    for (ptrdiff_t r = 0; r < of->rows; r++) {
      switch (of->columns.groups * of->columns.gates * 8 + of->chains) {
        case 10: tile_of_chains(1, 2, of, r); break;
        case 12: tile_of_chains(1, 4, of, r); break;
        case 18: tile_of_chains(2, 2, of, r); break;
        case 26: tile_of_chains(3, 2, of, r); break;
      }
    }
  }
}

// Where one chain a column would leave the CPU waiting for it, there are several.
LANE ptrdiff_t chains_of(ptrdiff_t panels, ptrdiff_t inputs) {
  const ptrdiff_t blocks = (inputs + 15) / 16, most = panels >= 4 ? 1 : panels >= 2 ? 2 : 4;
  return blocks >= most ? most : blocks >= 2 ? 2 : 1;
}

// z[r][c] = init[r][c] + sum over k of x[r][k] weights[k][c], for the columns of `panels`.
//   x: rows 0..<rows, inputs 0..<inputs; the x of gate g begins x_plane * g further on (0: one for all)
//   init: row init_rows[r], or r where that is NULL; may be z itself
// What lies in x beyond `inputs` is not read. The first chain is on top of init.
static void product(
  ptrdiff_t rows, source x, ptrdiff_t x_plane, ptrdiff_t inputs, const float *weights,
  gate_panels panels, source init, const int32_t *init_rows, target z
) {
  if (init_rows && rows <= 3) {
    for (ptrdiff_t p = 0; p < panels.groups * panels.gates; p++) {
      const ptrdiff_t gate = p % panels.gates - panels.first;
      if (gate < 0 || gate >= panels.count) continue;
      for (ptrdiff_t r = 0; r < rows; r++) {
        v16 row = load(init.at + p * init.panel + init_rows[r] * init.row);
        store(z.at + p * z.panel + r * z.row, row);
      }
    }
    init = source_of(z);
    init_rows = NULL;
  }
  input_sums sums = {
    rows, x, inputs, 0, 0, weights, inputs * 16, panels,
    chains_of(panels.groups * panels.gates, inputs), init,
    init_rows, z};
  if (x_plane == 0) {
    multiply(&sums);
    return;
  }
  sums.columns.count = 1;
  for (ptrdiff_t gate = panels.first; gate < panels.first + panels.count; gate++) {
    sums.x.at = x.at + gate * x_plane;
    sums.columns.first = gate;
    multiply(&sums);
  }
}

// Eight rows of eight floats, turned: pairs, then fours, then halves change places.
LANE void turn_square(const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  v8 a[8], b[8];
  UNROLL for (int row = 0; row < 8; row++) a[row] = *(const v8_anywhere *)(from + row * from_stride);
  UNROLL for (int row = 0; row < 8; row += 2) {
    b[row] = __builtin_shufflevector(a[row], a[row + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[row + 1] = __builtin_shufflevector(a[row], a[row + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLL for (int row = 0; row < 8; row += 4) {
    UNROLL for (int half = 0; half < 2; half++) {
      v8 x = b[row + half], y = b[row + 2 + half];
      a[row + 2 * half] = __builtin_shufflevector(x, y, 0, 1, 8, 9, 4, 5, 12, 13);
      a[row + 2 * half + 1] = __builtin_shufflevector(x, y, 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  UNROLL for (int row = 0; row < 4; row++) {
    *(v8_anywhere *)(to + row * to_stride) =
      __builtin_shufflevector(a[row], a[row + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(v8_anywhere *)(to + (row + 4) * to_stride) =
      __builtin_shufflevector(a[row], a[row + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// The weights [inputs, columns] turned into a matrix of `columns` inputs and `inputs` columns,
// padded with zeros: element (k, c) to (k / 16) * columns * 16 + c * 16 + k % 16.
static void turn(ptrdiff_t inputs, ptrdiff_t columns, const float *weights, float *turned) {
  const ptrdiff_t even = inputs / 8 * 8;
  for (ptrdiff_t c = 0; c < columns; c += 8) {
    const float *from = weights + c / 16 * inputs * 16 + c % 16;
    for (ptrdiff_t k = 0; k < even; k += 8) {
      turn_square(from + k * 16, 16, turned + k / 16 * columns * 16 + c * 16 + k % 16, 16);
    }
    for (ptrdiff_t k = even; k < pawl_padded(inputs); k++) {
      for (ptrdiff_t lane = 0; lane < 8; lane++) {
        turned[k / 16 * columns * 16 + (c + lane) * 16 + k % 16] =
          k < inputs ? from[k * 16 + lane] : 0.0f;
      }
    }
  }
}

// dx[r][k] = sum over c of dz[r][c] weights[k][c], over the columns c of `panels` and for all k
// (0 beyond `inputs`, up to a multiple of 16), of `turned` weights; set, or on top of dx where `add`.
static void turned_product(
  ptrdiff_t rows, source dz, gate_panels panels, const float *turned, ptrdiff_t inputs,
  int32_t add, target dx
) {
  static const float zeros[16] = {0};
  const ptrdiff_t columns = panels.groups * panels.gates * 16, units = pawl_padded(inputs) / 16;
  const ptrdiff_t count = panels.groups * panels.count * 16;
  source x = {dz.at + panels.first * dz.panel, dz.row, dz.panel}, nothing = {zeros, 0, 0};
  gate_panels all = {units, 1, 0, 1};
  input_sums sums = {
    rows, x, count, panels.count, panels.gates - panels.count, turned + panels.first * 256,
    columns * 16, all, chains_of(units, count), add ? source_of(dx) : nothing,
    NULL, dx};
  multiply(&sums);
}

// Some rows of a gradient of some inputs by one panel of columns.
typedef struct {
  ptrdiff_t rows;
  const float *x;
  ptrdiff_t x_row;
  const float *dz;
  ptrdiff_t dz_row;
  const float *from;  // what the sums over rows begin with, NULL: 0
  float *to;
  int32_t added;      // and then they are added to `to`
} gradient_part;

// `m` inputs. Where `ones`, the last of them is 1 in all rows, and its gradient goes to `sums`.
LANE void gradient_tile(const int m, const int ones, const gradient_part *part, float *sums) {
  const int inputs = m - ones;
  const ptrdiff_t x_row = part->x_row, dz_row = part->dz_row;
  const float *x = part->x, *dz = part->dz;
  v16 totals[m];
  UNROLL for (int k = 0; k < m; k++) totals[k] = splat(0.0f);
  if (part->from) {
    UNROLL for (int k = 0; k < inputs; k++) totals[k] = load(part->from + k * 16);
    if (ones) totals[inputs] = load(sums);
  }
  _Pragma("clang loop unroll_count(4)") for (ptrdiff_t r = 0; r < part->rows; r++) {
    v16 column = load(dz + r * dz_row);
    UNROLL for (int k = 0; k < inputs; k++) {
      totals[k] = fma16(splat(x[r * x_row + k]), column, totals[k]);
    }
    if (ones) totals[inputs] += column;
  }
  if (part->added) {
    UNROLL for (int k = 0; k < inputs; k++) totals[k] = load(part->to + k * 16) + totals[k];
  }
  UNROLL for (int k = 0; k < inputs; k++) store(part->to + k * 16, totals[k]);
  if (ones) store(sums, totals[inputs]);
}

// Rows that are gone through for all inputs before the next: a panel of 256 rows is 16 KiB.
#define BLOCK_ROWS 256

// Gradients of at most BLOCK_INPUTS inputs by one panel of columns; where `sums` is not NULL, it
// becomes the sum of dz.
static void gradient_panel(
  ptrdiff_t rows, source x, ptrdiff_t inputs, const float *dz, ptrdiff_t dz_row, int32_t add,
  float *gradient, float *sums
) {
  v16 parts[BLOCK_INPUTS];
  int is_last = 0;
  for (ptrdiff_t r = 0; !is_last; r += BLOCK_ROWS) {
    is_last = r + BLOCK_ROWS >= rows;
    float *const held = add ? (float *)parts : gradient, *const to = is_last ? gradient : held;
    for (ptrdiff_t k = 0; k < inputs;) {
      const ptrdiff_t of_block = 16 - k % 16 < inputs - k ? 16 - k % 16 : inputs - k;
      const gradient_part part = {
        is_last ? rows - r : BLOCK_ROWS, x.at + k / 16 * x.panel + r * x.row + k % 16, x.row,
        dz + r * dz_row, dz_row, r == 0 ? NULL : held + k * 16, to + k * 16, add && is_last};
      int m = rows_of_tile(of_block);
      // The sums of dz take the room of an input.
      if (sums && k + m == inputs && m == TILE) m = TILE - 1;
#define INPUTS(m) gradient_tile(m, 0, &part, NULL);
#define INPUTS_AND_ONES(m) gradient_tile(m, 1, &part, sums);
      if (sums && k + m == inputs) {
        switch (m + 1) { TILES(INPUTS_AND_ONES) }
      } else {
        switch (m) { TILES(INPUTS) }
      }
#undef INPUTS
#undef INPUTS_AND_ONES
      k += m;
    }
  }
}

// gradient[k][c] = sum over r of x[r][k] dz[r][c], for the columns of `panels`; a matrix of weights.
// Where `sums` is not NULL, sums[c] = sum over r of dz[r][c]. Each is one chain from 0 over r; set,
// or added where `add`. `x` and `x_plane` as above. There is at least one input; of no
// rows the sum is 0.
static void gradient_product(
  ptrdiff_t rows, source x, ptrdiff_t x_plane, ptrdiff_t inputs, source dz, gate_panels panels,
  int32_t add, float *gradient, float *sums
) {
  for (ptrdiff_t group = 0; group < panels.groups; group++) {
    for (ptrdiff_t gate = panels.first; gate < panels.first + panels.count; gate++) {
      const ptrdiff_t p = group * panels.gates + gate;
      float totals[16];
      for (ptrdiff_t k = 0; k < inputs; k += BLOCK_INPUTS) {
        const ptrdiff_t left = inputs - k;
        source own = {x.at + gate * x_plane + k / 16 * x.panel, x.row, x.panel};
        gradient_panel(
          rows, own, left < BLOCK_INPUTS ? left : BLOCK_INPUTS, dz.at + p * dz.panel, dz.row, add,
          gradient + (p * inputs + k) * 16, sums && left <= BLOCK_INPUTS ? totals : NULL);
      }
      if (sums) {
        store(sums + p * 16, add ? load(sums + p * 16) + load(totals) : load(totals));
      }
    }
  }
}

// Gradients of tiles are summed one after the other.
static void add_verb(ptrdiff_t count, const float *from, float *to) {
  for (ptrdiff_t at = 0; at < count; at += 16) store(to + at, load(to + at) + load(from + at));
}
