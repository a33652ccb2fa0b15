"""Input batches that Python and TypeScript make alike from a seed, so that no golden stores pixels.

The stream is mulberry32: word i is a mix of `seed + (i + 1) * 0x6D2B79F5` in 32-bit arithmetic. Each image channel is a 4 by 4 board of
random levels with finer noise on top: white noise alone averages out in deep layers and every image would score alike.
All values are multiples of 1/256, hence exact in float32. The TypeScript twin is test/explain/agreement/images.ts.
"""

import numpy
import torch

BOARD = 4


def words(seed, count, skip=0):
    """`count` 32-bit words of the stream after the first `skip`."""
    with numpy.errstate(over="ignore"):
        index = numpy.arange(skip + 1, skip + count + 1, dtype=numpy.uint32)
        a = numpy.uint32(seed) + index * numpy.uint32(0x6D2B79F5)
        t = (a ^ (a >> numpy.uint32(15))) * (a | numpy.uint32(1))
        t ^= t + (t ^ (t >> numpy.uint32(7))) * (t | numpy.uint32(61))
        return t ^ (t >> numpy.uint32(14))


def images(seed, count, channels, height, width):
    """A float32 batch `[count, channels, height, width]` with values from -2.5 up to 2.5."""
    board_count = count * channels * BOARD * BOARD
    top_byte = words(seed, board_count + count * channels * height * width) >> numpy.uint32(24)
    levels = top_byte.astype(numpy.float32) - 128
    board = levels[:board_count].reshape(count, channels, BOARD, BOARD) / 64
    noise = levels[board_count:].reshape(count, channels, height, width) / 256
    rows = numpy.arange(height) * BOARD // height
    columns = numpy.arange(width) * BOARD // width
    return torch.from_numpy(board[:, :, rows][:, :, :, columns] + noise)
