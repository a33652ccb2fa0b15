import { roundHalfToEven } from '../../../explain/round-half-to-even.ts';
import { ImageError } from '../../../shared/picture/image-error.ts';
import type { Rectangle, Size } from '../../../shared/picture/raster.ts';
import type { CropCorner, Fit, PadPlace } from '../../../shared/run/configuration.ts';

/** The way from an oriented original to the picture that the model sees. */
export interface Geometry {
  /** Part of the original that is resized, in whole pixels. */
  box: Rectangle;
  /** What the box is resized to. */
  size: Size;
  /** Part of the resized box that is kept, in whole pixels. */
  window: Rectangle;
  /** Where the window's top left corner lies in the model's picture; not 0,0 only where the picture is padded. */
  offset: { left: number; top: number };
  /** What the model's whole picture covers in the original, in the original's pixels. Padding reaches outside of the original. */
  placement: Rectangle;
}

/** What decides the way. */
export interface GeometrySettings {
  /** What the model sees, in pixels. */
  size: Size;
  /**
   * - `crop`: the middle of the picture, see `resize`;
   * - `squish`: the whole picture, both sides scaled on their own; see `resize`;
   * - `pad`: the whole picture in its own proportions, on a plain ground;
   * - `none`: as it is; another size is an error.
   */
  fit: Fit;
  /**
   * For `crop`. A number: the shorter side is scaled to it and the middle cut out (torchvision's Resize and CenterCrop). `null`: the
   * largest middle part of the model's proportions is cut out and scaled (fastai's Resize, Keras's crop_to_aspect_ratio).
   * For `squish`. A size: both sides are scaled to it and the middle cut out. `null`: to the model's size.
   */
  resize: number | Size | null;
  /** Whether a picture of the model's size stays as it is, where the recipe would enlarge it and cut off its borders. */
  keepsSize: boolean;
  cropCorner: CropCorner;
  /** For `pad`. */
  ground: { at: PadPlace };
}

/** @throws ImageError `wrong-size` where the fit is `none` and the sizes differ */
export function planGeometry(original: Size, preprocessing: GeometrySettings): Geometry {
  const { size, fit, resize, keepsSize, cropCorner, ground } = preprocessing;
  const fits = original.width === size.width && original.height === size.height;
  switch (fit) {
    case 'crop':
      if (fits && keepsSize) return resizeOnly(whole(original), size);
      if (resize === null) return largestPart(original, size, cropCorner);
      return cutMiddle(original, typeof resize === 'number' ? shorterSide(original, resize) : resize, size, cropCorner);
    case 'squish':
      if (resize === null || typeof resize === 'number') return resizeOnly(whole(original), size);
      return cutMiddle(original, resize, size, cropCorner);
    case 'pad':
      return fitInside(original, size, ground.at);
    case 'none':
      if (fits) return resizeOnly(whole(original), size);
      throw new ImageError(
        'wrong-size',
        `The image has ${original.width} x ${original.height} pixels, the model takes ${size.width} x ${size.height}, and the fit is none. Scale the images beforehand, or set the fit to crop, squish or pad.`,
      );
  }
}

/** torchvision's Resize(side): the longer side is cut to whole pixels. */
function shorterSide({ width, height }: Size, side: number): Size {
  return width <= height
    ? { width: side, height: Math.trunc((side * height) / width) }
    : { width: Math.trunc((side * width) / height), height: side };
}

/** The middle of the resized picture: torchvision's CenterCrop(size) rounds the crop's corner half to even, others down. */
function cutMiddle(original: Size, resized: Size, size: Size, corner: CropCorner): Geometry {
  const round = corner === 'even' ? roundHalfToEven : Math.floor;
  const window = {
    left: round((resized.width - size.width) / 2),
    top: round((resized.height - size.height) / 2),
    width: size.width,
    height: size.height,
  };
  const across = original.width / resized.width;
  const down = original.height / resized.height;
  return {
    box: whole(original),
    size: resized,
    window,
    offset: { left: 0, top: 0 },
    placement: {
      left: window.left * across,
      top: window.top * down,
      width: window.width * across,
      height: window.height * down,
    },
  };
}

/**
 * Crop to the proportions, in whole pixels rounded down, then resize: fastai's Resize(size) with its default method on a validation set, which
 * loses a pixel of some sides to floats (230 for a size of 224), or Keras's crop_to_aspect_ratio, which does not.
 */
function largestPart(original: Size, size: Size, corner: CropCorner): Geometry {
  const { width, height } = original;
  const scale = Math.min(width / size.width, height / size.height);
  const across = corner === 'even' ? scale * size.width : Math.min(width, (height * size.width) / size.height);
  const down = corner === 'even' ? scale * size.height : Math.min(height, (width * size.height) / size.width);
  // A very long picture or a very wide model must keep one pixel.
  const part = { width: Math.max(Math.trunc(across), 1), height: Math.max(Math.trunc(down), 1) };
  const left = Math.trunc((width - part.width) / 2);
  const top = Math.trunc((height - part.height) / 2);
  return resizeOnly({ left, top, ...part }, size);
}

function fitInside(original: Size, size: Size, place: PadPlace): Geometry {
  const scale = Math.min(size.width / original.width, size.height / original.height);
  const resized = {
    width: Math.max(Math.round(original.width * scale), 1),
    height: Math.max(Math.round(original.height * scale), 1),
  };
  const share = { both: 0.5, end: 0, start: 1 }[place];
  const left = Math.floor((size.width - resized.width) * share);
  const top = Math.floor((size.height - resized.height) * share);
  const across = original.width / resized.width;
  const down = original.height / resized.height;
  return {
    box: whole(original),
    size: resized,
    window: whole(resized),
    offset: { left, top },
    placement: {
      left: (0 - left) * across,
      top: (0 - top) * down,
      width: size.width * across,
      height: size.height * down,
    },
  };
}

function resizeOnly(box: Rectangle, size: Size): Geometry {
  return { box, size, window: whole(size), offset: { left: 0, top: 0 }, placement: box };
}

function whole({ width, height }: Size): Rectangle {
  return { left: 0, top: 0, width, height };
}
