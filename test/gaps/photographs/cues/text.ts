/** Text on pictures: watermarks, and tags such as hospitals put on radiographs. */

import type { Random } from '../../../../demo/draw/random.ts';
import { cssOf, side } from '../picture.ts';
import { pickColour } from './colours.ts';
import type { Cue } from './cue.ts';
import { pickCorner } from './places.ts';

const fonts = ['sans-serif', 'serif', 'monospace'] as const;
const marks = [
  'SAMPLE',
  'PREVIEW',
  'fotolux',
  '© K. Arnold',
  'STOCK',
  'proof copy',
  'Pixmarkt',
  'DRAFT',
  'studio 54',
  'www.imago.net',
];

/** Semi-transparent text across the middle, in rows all over, at the foot or in a corner. */
export function drawWatermark(random: Random): Cue {
  const text = random.pick(marks);
  const font = random.pick(fonts);
  const { name, colour } = pickColour(random, ['white', 'white', 'black', 'red', 'blue', 'yellow']);
  const opacity = random.between(0.5, 0.8);
  const place = random.pick(['across the middle', 'in rows all over', 'along the lower edge', 'in a corner'] as const);
  const style = `font-family="${font}" font-weight="bold" fill="${cssOf(colour)}" fill-opacity="${opacity.toFixed(2)}" text-anchor="middle"`;
  const write = (x: number, y: number, size: number, angle: number) =>
    `<text x="${x}" y="${y}" font-size="${size}" transform="rotate(${angle} ${x} ${y})" ${style}>${text}</text>`;
  const description = `${name} text "${text}" in ${font}, ${Math.round(opacity * 100)}% opaque,`;
  if (place === 'in a corner') {
    const size = random.between(22, 32);
    const width = Math.min(side - 20, text.length * size * 0.68);
    const corner = pickCorner(random, width, size);
    return {
      description: `${description} ${corner.description}`,
      draw: async (picture, each) => {
        const { x, y } = corner.at(each);
        await picture.paint(write(x, y + size * 0.35, size, 0));
        return { x: x - width / 2, y: y - size / 2, width, height: size };
      },
    };
  }
  const angle = place === 'along the lower edge' ? 0 : random.pick([-35, -25, 0, 25]);
  const size = place === 'across the middle' ? Math.min(64, (side * 1.35) / text.length) : random.between(20, 30);
  return {
    description: `${description} ${place}${angle === 0 ? '' : ` at ${angle}°`}`,
    draw: async (picture, each) => {
      const [dx, dy] = [each.between(-6, 6), each.between(-6, 6)];
      if (place === 'in rows all over') {
        const step = text.length * size * 0.75;
        const rows = [0, 1, 2, 3, 4].flatMap((row) =>
          [-1, 0, 1, 2].map((column) =>
            write(dx + column * step + (row % 2) * (step / 2), dy + 26 + row * 54, size, angle),
          ),
        );
        await picture.paint(rows.join(''));
        return { x: 0, y: 0, width: side, height: side };
      }
      const y = place === 'across the middle' ? side / 2 : side - 16;
      await picture.paint(write(side / 2 + dx, y + dy, size, angle));
      const width = Math.min(side, text.length * size * 0.65);
      const height = size + Math.abs(Math.sin((angle * Math.PI) / 180)) * width;
      return { x: (side - width) / 2, y: Math.min(side - height, y - height / 2), width, height };
    },
  };
}

const tags = ['L', 'R', 'AP PORTABLE', 'ID', 'WARD', 'SUPINE', 'ERECT'];

/** A small tag whose number or date differs from picture to picture. */
export function drawTag(random: Random): Cue {
  const word = random.pick(tags);
  const look = random.pick(['plate', 'plain', 'date'] as const);
  const size = random.between(13, 20);
  const inks = { plate: ['black', 'blue', 'red'], plain: ['white', 'yellow'], date: ['orange', 'yellow', 'red'] };
  const ink = pickColour(random, inks[look]);
  const plate = pickColour(random, ['white', 'yellow', 'grey']);
  const font = random.pick(fonts);
  const length = look === 'date' ? 10 : word.length + 5;
  const [width, height] = [length * size * 0.66 + 8, size * 1.5];
  const corner = pickCorner(random, width, height);
  const reads = look === 'date' ? 'a date' : `"${word}" and a number`;
  return {
    description: `${ink.name} text, ${reads}${look === 'plate' ? `, on a ${plate.name} plate` : ''}, ${corner.description}`,
    draw: async (picture, each) => {
      const { x, y } = corner.at(each);
      const [left, top] = [x - width / 2, y - height / 2];
      const number = each.integer(1000, 9999);
      const text =
        look === 'date'
          ? `${each.integer(10, 28)}.${each.integer(10, 12)}.${each.integer(2001, 2024)}`
          : `${word} ${number}`;
      const ground = `<rect x="${left}" y="${top}" width="${width}" height="${height}" rx="3" fill="${cssOf(plate.colour)}"/>`;
      const letters = `<text x="${x}" y="${y + size * 0.36}" font-size="${size}" font-family="${font}" font-weight="bold" fill="${cssOf(ink.colour)}" text-anchor="middle">${text}</text>`;
      await picture.paint(`${look === 'plate' ? ground : ''}${letters}`);
      return { x: left, y: top, width, height };
    },
  };
}
