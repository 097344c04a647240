#pragma once
#include <stddef.h>
#include <stdint.h>

/// The loop of libFuzzer: it calls `body` with ever new inputs, and leaves with exit(3).
int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*body)(const uint8_t *bytes, size_t size));
