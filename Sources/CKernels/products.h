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

// A product of rows of inputs with a matrix.
typedef struct {
  ptrdiff_t rows;
  source x;
  ptrdiff_t inputs;            // that take part
  ptrdiff_t run, skip;         // after every `run` blocks of 16 inputs `skip` are left out
  const float *weights;        // the matrix's panels of columns, each
  ptrdiff_t panel;             //   so many floats
  gate_panels columns;
  ptrdiff_t chains;
  source init;                 // NULL: 0
  const int32_t *init_rows;
  target z;
} input_sums;

// Inputs that are gone through for all rows before the next: 256 by 16 weights are 16 KiB.
#define BLOCK_INPUTS 256

// Sums of `m` rows by `l` panels stay in registers. For k in order, from block `begin` of 16 inputs:
//   sums[s][j] += x[s][k] weights[j][k]
// The panels are in `chains` groups, and every group begins at a block of its own.
LANE void add_inputs(
  const int m, const int l, const int chains, const int ahead, const input_sums *of,
  const float *first_row, const ptrdiff_t begin[4], ptrdiff_t count, const float *const weights[6],
  v16 sums[m][l]
) {
  const ptrdiff_t row = of->x.row;
  const float *x[chains], *w[l];
  const int apart = l / chains;
  UNROLL for (int c = 0; c < chains; c++) {
    const ptrdiff_t block = begin[c] + (of->skip ? begin[c] / of->run * of->skip : 0);
    x[c] = first_row + block * of->x.panel;
    UNROLL for (int j = c * apart; j < c * apart + apart; j++) w[j] = weights[j] + block * 256;
  }
  ptrdiff_t left = of->skip ? of->run - begin[0] % of->run : -1;
  for (; count >= 16; count -= 16) {
    _Pragma("clang loop unroll_count(4)") for (ptrdiff_t k = 0; k < 16; k++) {
      if (ahead) __builtin_prefetch(w[0] + k * 16 + BLOCK_INPUTS * 16, 0, 3);
      UNROLL for (int j = 0; j < l; j++) {
        v16 column = load(w[j] + k * 16);
        UNROLL for (int s = 0; s < m; s++) {
          sums[s][j] = fma16(splat(x[j / apart][s * row + k]), column, sums[s][j]);
        }
      }
    }
    const ptrdiff_t blocks = --left ? 1 : 1 + of->skip;
    if (!left) left = of->run;
    UNROLL for (int c = 0; c < chains; c++) x[c] += blocks * of->x.panel;
    UNROLL for (int j = 0; j < l; j++) w[j] += blocks * 256;
  }
  if (chains == 1) {
    for (ptrdiff_t k = 0; k < count; k++) {
      UNROLL for (int j = 0; j < l; j++) {
        v16 column = load(w[j] + k * 16);
        UNROLL for (int s = 0; s < m; s++) {
          sums[s][j] = fma16(splat(x[0][s * row + k]), column, sums[s][j]);
        }
      }
    }
  }
}

LANE v16 initial(const input_sums *of, ptrdiff_t r, ptrdiff_t p) {
  if (!of->init.at) return splat(0.0f);
  return load(of->init.at + p * of->init.panel + (of->init_rows ? of->init_rows[r] : r) * of->init.row);
}

// Blocks begin ..< end for `m` rows and panel p.
LANE void tile_of_rows(
  const int m, const int ahead, const input_sums *of, ptrdiff_t r, ptrdiff_t p, ptrdiff_t begin,
  ptrdiff_t count
) {
  float *z = of->z.at + p * of->z.panel + r * of->z.row;
  v16 sums[m][1];
  UNROLL for (int s = 0; s < m; s++) {
    sums[s][0] = begin == 0          ? initial(of, r + s, p)
                 : of->chains == 1 ? load(z + s * of->z.row)
                                     : splat(0.0f);
  }
  const float *const weights[6] = {of->weights + p * of->panel};
  const ptrdiff_t begins[4] = {begin};
  add_inputs(m, 1, 1, ahead, of, of->x.at + r * of->x.row, begins, count, weights, sums);
  UNROLL for (int s = 0; s < m; s++) {
    float *to = z + s * of->z.row;
    store(to, begin > 0 && of->chains > 1 ? load(to) + sums[s][0] : sums[s][0]);
  }
}

static void many_rows(const input_sums *of) {
  const ptrdiff_t blocks = (of->inputs + 15) / 16, end = of->columns.first + of->columns.count;
  for (ptrdiff_t group = 0; group < of->columns.groups; group++) {
    for (ptrdiff_t gate = of->columns.first; gate < end; gate++) {
      const ptrdiff_t p = group * of->columns.gates + gate;
      const ptrdiff_t parts =
        of->chains > 1 ? of->chains : (of->inputs + BLOCK_INPUTS - 1) / BLOCK_INPUTS;
      for (ptrdiff_t part = 0; part < parts; part++) {
        ptrdiff_t begin = part * (BLOCK_INPUTS / 16), last = begin + BLOCK_INPUTS / 16;
        if (of->chains > 1) {
          begin = part * blocks / parts;
          last = (part + 1) * blocks / parts;
        }
        const ptrdiff_t count = (last >= blocks ? of->inputs : last * 16) - begin * 16;
#define TILE(m, ahead)                                                                             \
  tile_of_rows(m, ahead, of, r, p, begin, count);                                                  \
  r += m;                                                                                          \
  break;
        // The last rows fetch what comes next.
        for (ptrdiff_t r = 0; r < of->rows;) {
          switch (of->rows - r) {
            case 1: TILE(1, 0)
            case 2: TILE(2, 0)
            case 3: TILE(3, 0)
            case 4: TILE(4, 1)
            case 7: case 8: TILE(4, 0)
            case 5: TILE(5, 1)
            case 9: case 10: case 13: case 14: case 15: TILE(5, 0)
            case 6: TILE(6, 1)
            default: TILE(6, 0)
          }
        }
#undef TILE
      }
    }
  }
}

// `m` rows by `l` panels from number `first` of those that take part.
LANE void tile_of_panels(
  const int m, const int l, const input_sums *of, ptrdiff_t r, const ptrdiff_t panels[6]
) {
  const float *weights[6];
  v16 sums[m][l];
  UNROLL for (int j = 0; j < l; j++) {
    weights[j] = of->weights + panels[j] * of->panel;
    UNROLL for (int s = 0; s < m; s++) sums[s][j] = initial(of, r + s, panels[j]);
  }
  const ptrdiff_t begins[4] = {0};
  add_inputs(m, l, 1, 0, of, of->x.at + r * of->x.row, begins, of->inputs, weights, sums);
  UNROLL for (int j = 0; j < l; j++) {
    UNROLL for (int s = 0; s < m; s++) {
      store(of->z.at + panels[j] * of->z.panel + (r + s) * of->z.row, sums[s][j]);
    }
  }
}

// One row by `l` panels, all chains at a time.
LANE void tile_of_chains(
  const int l, const int chains, const input_sums *of, ptrdiff_t r, const ptrdiff_t panels[6]
) {
  const ptrdiff_t blocks = (of->inputs + 15) / 16, whole = of->inputs / 16;
  const float *x = of->x.at + r * of->x.row, *weights[6];
  ptrdiff_t begins[4], least = blocks;
  v16 sums[1][l * chains];
  UNROLL for (int c = 0; c < chains; c++) {
    begins[c] = c * blocks / chains;
    const ptrdiff_t end = (c + 1) * blocks / chains;
    const ptrdiff_t count = (end < whole ? end : whole) - begins[c];
    least = count < least ? count : least;
    UNROLL for (int j = 0; j < l; j++) {
      weights[c * l + j] = of->weights + panels[j] * of->panel;
      sums[0][c * l + j] = c == 0 ? initial(of, r, panels[j]) : splat(0.0f);
    }
  }
  add_inputs(1, l * chains, chains, 0, of, x, begins, least * 16, weights, sums);
  UNROLL for (int c = 0; c < chains; c++) {
    const ptrdiff_t end = (c + 1) * blocks / chains, from[4] = {begins[c] + least};
    const ptrdiff_t count = (c == chains - 1 ? of->inputs : end * 16) - from[0] * 16;
    if (count > 0) {
      v16 own[1][l];
      UNROLL for (int j = 0; j < l; j++) own[0][j] = sums[0][c * l + j];
      add_inputs(1, l, 1, 0, of, x, from, count, weights, own);
      UNROLL for (int j = 0; j < l; j++) sums[0][c * l + j] = own[0][j];
    }
  }
  UNROLL for (int j = 0; j < l; j++) {
    v16 total = sums[0][j];
    UNROLL for (int c = 1; c < chains; c++) total += sums[0][c * l + j];
    store(of->z.at + panels[j] * of->z.panel + r * of->z.row, total);
  }
}

// One to three rows, of a matrix all of whose inputs take part where it has several chains.
static void few_rows(const input_sums *of) {
  ptrdiff_t panels[6], held = 0, left = of->columns.groups * of->columns.count;
  ptrdiff_t p = of->columns.first, of_group = 0;
  const ptrdiff_t most = of->chains == 4 ? 1 : of->chains == 2 || of->rows == 2 ? 3
                       : of->rows == 3 ? 2 : left == 5 || left == 6 ? 6 : 4;
  while (left > 0) {
    panels[held] = p;
    held++;
    left--;
    p++;
    if (++of_group == of->columns.count) {
      of_group = 0;
      p += of->columns.gates - of->columns.count;
    }
    if (held < most && left > 0) continue;
#define CASE(n, tile) case n: tile; break;
    if (of->chains == 1) {
      switch (of->rows * 8 + held) {
        CASE(9, tile_of_panels(1, 1, of, 0, panels))
        CASE(10, tile_of_panels(1, 2, of, 0, panels))
        CASE(11, tile_of_panels(1, 3, of, 0, panels))
        CASE(12, tile_of_panels(1, 4, of, 0, panels))
        CASE(13, tile_of_panels(1, 5, of, 0, panels))
        CASE(14, tile_of_panels(1, 6, of, 0, panels))
        CASE(17, tile_of_panels(2, 1, of, 0, panels))
        CASE(18, tile_of_panels(2, 2, of, 0, panels))
        CASE(19, tile_of_panels(2, 3, of, 0, panels))
        CASE(25, tile_of_panels(3, 1, of, 0, panels))
        CASE(26, tile_of_panels(3, 2, of, 0, panels))
      }
    } else {
      for (ptrdiff_t r = 0; r < of->rows; r++) {
        switch (of->chains * 2 + held) {
          CASE(5, tile_of_chains(1, 2, of, r, panels))
          CASE(6, tile_of_chains(2, 2, of, r, panels))
          CASE(7, tile_of_chains(3, 2, of, r, panels))
          CASE(9, tile_of_chains(1, 4, of, r, panels))
        }
      }
    }
#undef CASE
    held = 0;
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
  input_sums sums = {
    rows, x, inputs, 1, 0, weights, inputs * 16, panels,
    chains_of(panels.groups * panels.gates, inputs), init, init_rows, z};
  if (x_plane != 0) sums.columns.count = 1;
  for (ptrdiff_t gate = panels.first; gate < panels.first + panels.count; gate++) {
    sums.x.at = x.at + gate * x_plane;
    sums.columns.first = gate;
    if (rows <= 3) few_rows(&sums); else many_rows(&sums);
    if (x_plane == 0) break;
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
  const ptrdiff_t columns = panels.groups * panels.gates * 16, units = pawl_padded(inputs) / 16;
  const ptrdiff_t count = panels.groups * panels.count * 16;
  source x = {dz.at + panels.first * dz.panel, dz.row, dz.panel}, none = {NULL, 0, 0};
  gate_panels all = {units, 1, 0, 1};
  input_sums sums = {
    rows, x, count, panels.count, panels.gates - panels.count, turned + panels.first * 256,
    columns * 16, all, chains_of(units, count), add ? source_of(dx) : none, NULL, dx};
  if (rows <= 3 && (sums.chains == 1 || sums.skip == 0)) few_rows(&sums); else many_rows(&sums);
}

// Gradients of `m` inputs by `l` panels of columns over `rows` rows, on top of `from` (NULL: 0); then
// added to `to` where `add`.
LANE void gradient_tile(
  const int m, const int l, ptrdiff_t rows, const float *x, ptrdiff_t x_row,
  const float *const dz[6], ptrdiff_t dz_row, const float *from, int32_t add, float *const to[6]
) {
  v16 sums[m][l];
  UNROLL for (int k = 0; k < m; k++) {
    UNROLL for (int j = 0; j < l; j++) sums[k][j] = from ? load(from + k * 16) : splat(0.0f);
  }
  _Pragma("clang loop unroll_count(4)") for (ptrdiff_t r = 0; r < rows; r++) {
    UNROLL for (int j = 0; j < l; j++) {
      v16 column = load(dz[j] + r * dz_row);
      UNROLL for (int k = 0; k < m; k++) {
        sums[k][j] = fma16(splat(x[r * x_row + k]), column, sums[k][j]);
      }
    }
  }
  UNROLL for (int k = 0; k < m; k++) {
    UNROLL for (int j = 0; j < l; j++) {
      float *at = to[j] + k * 16;
      store(at, add ? load(at) + sums[k][j] : sums[k][j]);
    }
  }
}

// Rows that are gone through for all inputs before the next: a panel of 256 rows is 16 KiB.
#define BLOCK_ROWS 256

// Gradients of inputs 0 ..< `inputs`, a multiple of 16 but for the last block, by one panel.
static void gradient_panel(
  ptrdiff_t rows, source x, ptrdiff_t inputs, const float *dz, ptrdiff_t dz_row, int32_t add,
  float *gradient
) {
  v16 part[BLOCK_INPUTS];
  for (ptrdiff_t r = 0; r < rows; r += BLOCK_ROWS) {
    const int is_last = r + BLOCK_ROWS >= rows;
    const ptrdiff_t count = is_last ? rows - r : BLOCK_ROWS;
    const float *const d[6] = {dz + r * dz_row};
    const float *own = x.at + r * x.row;
    float *held = add ? (float *)part : gradient;
    float *target = is_last ? gradient : held;
    for (ptrdiff_t k = 0; k < inputs;) {
      const float *from = r == 0 ? NULL : held + k * 16;
      float *const to[6] = {target + k * 16};
      const float *input = own + k / 16 * x.panel + k % 16;
      const ptrdiff_t left = 16 - k % 16 < inputs - k ? 16 - k % 16 : inputs - k;
#define TILE(m)                                                                                    \
  gradient_tile(m, 1, count, input, x.row, d, dz_row, from, add && is_last, to);                   \
  k += m;                                                                                          \
  break;
      switch (left) {
        case 1: TILE(1)
        case 2: TILE(2)
        case 3: TILE(3)
        case 4: case 7: case 8: TILE(4)
        case 5: case 9: case 10: case 13: case 14: case 15: TILE(5)
        default: TILE(6)
      }
#undef TILE
    }
  }
}

// gradient[k][c] = sum over r of x[r][k] dz[r][c], for the columns of `panels`; a matrix of weights.
// Where `sums` is not NULL, sums[c] = sum over r of dz[r][c]. Each is one chain from 0 over r; set,
// or added where `add`. `x` and `x_plane` as above.
static void gradient_product(
  ptrdiff_t rows, source x, ptrdiff_t x_plane, ptrdiff_t inputs, source dz, gate_panels panels,
  int32_t add, float *gradient, float *sums
) {
  for (ptrdiff_t group = 0; group < panels.groups; group++) {
    for (ptrdiff_t gate = panels.first; gate < panels.first + panels.count; gate++) {
      const ptrdiff_t p = group * panels.gates + gate;
      const float *d = dz.at + p * dz.panel;
      for (ptrdiff_t k = 0; k < inputs; k += BLOCK_INPUTS) {
        source own = {x.at + gate * x_plane + k / 16 * x.panel, x.row, x.panel};
        gradient_panel(
          rows, own, inputs - k < BLOCK_INPUTS ? inputs - k : BLOCK_INPUTS, d, dz.row, add,
          gradient + (p * inputs + k) * 16);
      }
      if (sums) {
        v16 total = splat(0.0f);
        for (ptrdiff_t r = 0; r < rows; r++) total += load(d + r * dz.row);
        store(sums + p * 16, add ? load(sums + p * 16) + total : total);
      }
    }
  }
}
