#ifndef PAWL_CKERNELS_H
#define PAWL_CKERNELS_H
#endif
