/** What lighthouses and windmills share: a tapering round tower, and the cottage beside it. */

import { brighten, css, hex } from './colour.ts';
import { type Light, lit } from './light.ts';
import type { Random } from './random.ts';
import { element, linearGradient, type Point, polygon, type Stop } from './svg.ts';

export interface Tower {
  x: number;
  bottom: number;
  top: number;
  bottomWidth: number;
  topWidth: number;
}

/** Width of the tower at height `y`. */
export function widthAt(tower: Tower, y: number): number {
  const share = (tower.bottom - y) / (tower.bottom - tower.top);
  return tower.bottomWidth + (tower.topWidth - tower.bottomWidth) * share;
}

/** Light on one side and shadow on the other, over a tower that is already drawn. */
export function roundShading(id: string, light: Light, tower: Tower): string {
  const stops: Stop[] = [
    [0, [255, 255, 255], 0.1],
    [0.25, [255, 255, 255], 0.22],
    [0.5, [10, 15, 40], 0.06],
    [0.85, [10, 15, 40], 0.5],
    [1, [10, 15, 40], 0.4],
  ];
  const towards: Stop[] =
    light.from === -1 ? stops : stops.map(([offset, ...rest]): Stop => [1 - offset, ...rest]).reverse();
  const [below, above] = [tower.bottomWidth / 2, tower.topWidth / 2];
  const outline = [
    { x: tower.x - below, y: tower.bottom },
    { x: tower.x - above, y: tower.top },
    { x: tower.x + above, y: tower.top },
    { x: tower.x + below, y: tower.bottom },
  ];
  return linearGradient(id, 'horizontal', towards) + polygon(outline, { fill: `url(#${id})` });
}

/** A small house with a pitched roof; `size` is its height in pixels. */
export function drawCottage(random: Random, light: Light, foot: Point, size: number): string {
  const width = size * random.between(1.3, 1.8);
  const wall = lit(random.pick([hex('#f1ede2'), hex('#e2d3b4'), hex('#c98f76'), hex('#dfe3e2')]), light);
  const roof = lit(random.pick([hex('#8c3f30'), hex('#4d5560'), hex('#6e5a45')]), light);
  const eaves = foot.y - size * 0.55;
  const left = foot.x - width / 2;
  const glass = css(light.dark ? hex('#ffcf7a') : lit(hex('#33414d'), light));
  const lean = light.from * width * 0.08;
  return (
    element('rect', { x: left, y: eaves, width, height: size * 0.55 + 1, fill: css(brighten(wall, 0.92)) }) +
    polygon(
      [
        { x: left - 1.5, y: eaves + 0.5 },
        { x: left + width * 0.18 + lean, y: foot.y - size },
        { x: left + width * 0.82 + lean, y: foot.y - size },
        { x: left + width + 1.5, y: eaves + 0.5 },
      ],
      { fill: css(roof) },
    ) +
    [0.22, 0.66]
      .map((at) =>
        element('rect', {
          x: left + width * at,
          y: eaves + size * 0.14,
          width: size * 0.18,
          height: size * 0.2,
          fill: glass,
        }),
      )
      .join('')
  );
}
