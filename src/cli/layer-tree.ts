import type { describeLayers } from '../explain/layers/describe.ts';

type ModelDescription = Awaited<ReturnType<typeof describeLayers>>;
type Layer = ModelDescription['layers'][number];

/** A file that was optimised for one machine is full of them; the first say why. */
const mostBarriers = 3;

/** The layers of a model as lines of text: modules as a tree; nodes with `all`, or where the file knows no modules. */
export function layerTree(model: string, description: ModelDescription, all: boolean): string {
  const { input, output, layers, suggestions, barriers } = description;
  const modules = layers.filter((layer) => layer.kind === 'module');
  const listed = all || modules.length === 0 ? layers : modules;
  const hidden = layers.length - listed.length;
  const names = listed.map((layer) => `${'  '.repeat(layer.depth)}${layer.name}`);
  const kinds = listed.map((layer) => layer.moduleType ?? layer.operator);
  const shapes = listed.map((layer) => layer.shape.join(' x '));
  const nameWidth = widthOf(names);
  const kindWidth = widthOf(kinds);
  const shapeWidth = widthOf(shapes);
  const size = `${input.channels} x ${input.height} x ${input.width}`;
  const lines = [
    model,
    `input   ${input.name}: ${input.layout}, ${size}`,
    `output  ${output.name}: ${output.classCount} classes, ${output.activation}`,
    '',
  ];
  listed.forEach((layer, row) => {
    const columns = [
      marks(layer),
      (names[row] ?? '').padEnd(nameWidth),
      (kinds[row] ?? '').padEnd(kindWidth),
      (shapes[row] ?? '').padEnd(shapeWidth),
      notesOf(layer),
    ];
    lines.push(columns.join('  ').trimEnd());
  });
  lines.push('', '+ gradients reach it   * suggested');
  for (const { place, reason } of barriers.slice(0, mostBarriers))
    lines.push(`No gradient passes ${place}: ${reason}.`);
  if (hidden > 0) lines.push(`${hidden} nodes are not shown: --all lists them too.`);
  if (suggestions.length > 0) lines.push(`Try --layers ${suggestions.map(asListEntry).join(',')}`);
  return `${lines.join('\n')}\n`;
}

function marks(layer: Layer): string {
  return `${layer.differentiable ? '+' : ' '}${layer.suggested ? '*' : ' '}`;
}

function notesOf(layer: Layer): string {
  const grid = layer.grid === null ? 'no grid' : `grid ${layer.grid.height} x ${layer.grid.width}`;
  const norm = layer.holdsNorm ? '; a convolution and its BatchNormalization in one' : '';
  return `${grid}${norm}${layer.reason === null ? '' : `; ${layer.reason}`}`;
}

/** A name as `--layers` takes it: a comma inside a name is written `\,`, and a shell leaves quoted brackets alone. */
function asListEntry(name: string): string {
  const escaped = name.replaceAll(',', '\\,');
  return /^[\w./:-]+$/.test(escaped) ? escaped : `'${escaped}'`;
}

function widthOf(texts: string[]): number {
  return texts.reduce((width, text) => Math.max(width, text.length), 0);
}
