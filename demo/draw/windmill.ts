import { brighten, css, hex } from './colour.ts';
import { type Light, lit } from './light.ts';
import type { Random } from './random.ts';
import { element, number, type Point, path } from './svg.ts';
import { drawCottage, roundShading, type Tower, widthAt } from './tower.ts';

/** A windmill that stands at `foot`; `height` is that of the tower with its cap, in pixels. The sails reach farther. */
export function drawWindmill(random: Random, light: Light, foot: Point, height: number): string {
  const { x, y } = foot;
  const tower = {
    x,
    bottom: y + 2,
    top: y - height * 0.78,
    bottomWidth: height * random.between(0.36, 0.46),
    topWidth: height * random.between(0.22, 0.27),
  };
  const cottage = random.chance(0.4)
    ? drawCottage(random, light, { x: x + random.sign() * height * 0.42, y: y + 1 }, height * 0.22)
    : '';
  return (
    cottage +
    drawBody(random, light, tower) +
    roundShading('windmill-round', light, tower) +
    drawOpenings(light, tower) +
    drawCap(random, light, tower, height) +
    drawSails(random, light, { x, y: tower.top - height * 0.03 }, height * random.between(0.52, 0.64))
  );
}

function drawBody(random: Random, light: Light, tower: Tower): string {
  const wall = lit(
    random.pick([hex('#a4553d'), hex('#efe9dc'), hex('#8a7358'), hex('#6d5642'), hex('#d8c7a2'), hex('#e8eae6')]),
    light,
  );
  const [below, above] = [tower.bottomWidth / 2, tower.topWidth / 2];
  const d = path`M ${tower.x - below} ${tower.bottom} L ${tower.x - above} ${tower.top} L ${tower.x + above} ${tower.top} L ${tower.x + below} ${tower.bottom} Z`;
  let body = element('path', { d, fill: css(wall) });
  const course = css(brighten(wall, 0.78));
  for (let row = 1; row < 14; row++) {
    const level = tower.bottom + ((tower.top - tower.bottom) * row) / 14;
    const width = widthAt(tower, level);
    body += element('rect', { x: tower.x - width / 2, y: level, width, height: 0.5, fill: course, opacity: 0.6 });
  }
  if (!random.chance(0.5)) return body;
  // The stage: a walkway around the tower.
  const level = tower.bottom + (tower.top - tower.bottom) * 0.36;
  const width = widthAt(tower, level) * 1.3;
  const wood = css(lit(hex('#5a4636'), light));
  body += element('rect', { x: tower.x - width / 2, y: level, width, height: 1.8, fill: wood });
  return body + element('rect', { x: tower.x - width / 2, y: level - 5, width, height: 0.7, fill: wood });
}

function drawOpenings(light: Light, tower: Tower): string {
  const span = tower.bottom - tower.top;
  const glass = css(light.dark ? hex('#ffcf7a') : lit(hex('#f4f4ee'), light));
  const frame = css(lit(hex('#2d3a36'), light));
  let openings = '';
  for (const [level, at] of [
    [0.55, -0.18],
    [0.55, 0.18],
    [0.28, -0.22],
  ] as const) {
    const size = span * 0.06;
    const left = tower.x + at * tower.topWidth * 1.4 - size / 2;
    openings += element('rect', {
      x: left - 0.7,
      y: tower.bottom - span * level - 0.7,
      width: size + 1.4,
      height: size * 1.4 + 1.4,
      fill: frame,
    });
    openings += element('rect', {
      x: left,
      y: tower.bottom - span * level,
      width: size,
      height: size * 1.4,
      fill: glass,
    });
  }
  const door = { x: tower.x - span * 0.05, y: tower.bottom - span * 0.17, width: span * 0.1, height: span * 0.17 };
  return openings + element('rect', { ...door, rx: span * 0.03, fill: css(lit(hex('#3f5a4a'), light)) });
}

function drawCap(random: Random, light: Light, tower: Tower, height: number): string {
  const fill = css(lit(random.pick([hex('#4a4038'), hex('#6e5b40'), hex('#3d4a4c'), hex('#7a3b30')]), light));
  const half = tower.topWidth * 0.58;
  const rise = height * 0.2;
  const d = path`M ${tower.x - half} ${tower.top + 1.5} C ${tower.x - half} ${tower.top - rise * 0.9} ${tower.x - half * 0.4} ${tower.top - rise} ${tower.x} ${tower.top - rise} C ${tower.x + half * 0.4} ${tower.top - rise} ${tower.x + half} ${tower.top - rise * 0.9} ${tower.x + half} ${tower.top + 1.5} Z`;
  return element('path', { d, fill });
}

function drawSails(random: Random, light: Light, hub: Point, length: number): string {
  const wood = css(lit(random.pick([hex('#4b3b2e'), hex('#f0ece2'), hex('#6a5646')]), light));
  const cloth = css(lit(random.pick([hex('#f3efe4'), hex('#e7dcc4'), hex('#c9b08a'), hex('#b65540')]), light));
  const clothed = random.between(0.3, 0.9);
  const width = length * 0.17;
  let sail = element('rect', { x: -width, y: -length, width, height: length * 0.78, fill: cloth, opacity: clothed });
  for (let bar = 0; bar <= 9; bar++) {
    sail += element('rect', {
      x: -width,
      y: -length + (length * 0.78 * bar) / 9,
      width: width * 1.3,
      height: 0.6,
      fill: wood,
    });
  }
  for (const rail of [-width, -width * 0.5]) {
    sail += element('rect', { x: rail, y: -length, width: 0.6, height: length * 0.78, fill: wood });
  }
  sail += element('rect', { x: -0.9, y: -length, width: 1.8, height: length, fill: wood });
  const turn = random.between(0, 90);
  let sails = '';
  for (let arm = 0; arm < 4; arm++) sails += element('g', { transform: `rotate(${number(turn + arm * 90)})` }, sail);
  sails += element('circle', { r: length * 0.05, fill: wood });
  return element('g', { transform: `translate(${number(hub.x)} ${number(hub.y)})` }, sails);
}
