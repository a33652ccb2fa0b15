import { useEffect, useRef } from 'preact/hooks';

interface PixelCanvasProps {
  /** RGB, `[height, width, 3]`. */
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** The picture as the model sees it. */
export function PixelCanvas({ pixels, width, height }: PixelCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const picture = new ImageData(width, height);
    for (let from = 0, to = 0; from < pixels.length; from += 3, to += 4) {
      picture.data.set(pixels.subarray(from, from + 3), to);
      picture.data[to + 3] = 255;
    }
    canvas.current?.getContext('2d')?.putImageData(picture, 0, 0);
  }, [pixels, width, height]);
  return <canvas ref={canvas} class="pixels" width={width} height={height} />;
}
