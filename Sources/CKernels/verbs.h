// All verbs of one variant. The including file sets the instruction set, the name of the table
// (VERBS) and the tiles that suit its registers: no tile changes a bit of the result.

#include "CKernels.h"

#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wpsabi"

#include "lanes.h"
#include "lane_math.h"
#include "philox.h"
#include "products.h"
#include "cells.h"
#include "layer.h"
#include "gather.h"
#include "head.h"
#include "losses.h"
#include "optimizers.h"

const pawl_kernels VERBS = {
  .mask = mask_verb,
  .prepare = prepare_verb,
  .gather = gather_verb,
  .forward = forward_verb,
  .head_forward = head_forward_verb,
  .loss = loss_verb,
  .head_backward = head_backward_verb,
  .backward = backward_verb,
  .add = add_verb,
  .update = update_verb,
  .sum_of_squares = sum_of_squares_verb,
  .all_finite = all_finite_verb,
  .exp = exp_verb,
  .log = log_verb,
  .tanh = tanh_verb,
  .sigmoid = sigmoid_verb,
  .random = random_verb,
};
