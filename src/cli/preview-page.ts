/** The page of `gradline preview`: one file that needs nothing else. */

import { basename } from 'node:path';
import type { RunConfiguration } from '../shared/run/configuration.ts';
import { escaped } from '../text/page/markup.ts';
import type { Preview, PreviewedImage } from '../worker/local/preview.ts';
import type { Preprocessing } from '../worker/pipeline/decode/preprocessing.ts';
import { encodePicture } from '../worker/pipeline/render/encode.ts';

const style = `
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 1.5rem; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; overflow-wrap: anywhere; }
img { display: block; width: 100%; height: auto; border: 1px solid GrayText; }
ol { list-style: none; margin: .3rem 0 0; padding: 0; }
li { display: grid; grid-template-columns: 1fr auto; padding: 0 .3rem; background: linear-gradient(to right, #7aa7e066 var(--score), transparent 0); }
.wrong { color: #c33; } small { opacity: .75; } code { font-size: .95em; }
`;

export async function previewPage(
  configuration: RunConfiguration,
  { preprocessing, images }: Preview,
): Promise<string> {
  const figures = await Promise.all(images.map(figure));
  const { model, input } = configuration;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>What ${escaped(basename(model))} sees</title>
<style>${style}</style>
</head>
<body>
<h1>What ${escaped(basename(model))} sees</h1>
<p>${images.length} images of <code>${escaped(input)}</code>, prepared so: ${escaped(preprocessingText(preprocessing))}</p>
<main>
${figures.join('\n')}
</main>
</body>
</html>
`;
}

/** All that decides the model's input, in words. */
function preprocessingText({ size, fit, resize, resampling, range, mean, std, channels }: Preprocessing): string {
  const resized =
    typeof resize === 'object'
      ? resize === null
        ? ''
        : ` after ${resize.height} x ${resize.width}`
      : ` after ${resize}`;
  const order = resampling.columnsFirst ? ', in the order of Pillow 13' : '';
  return (
    `${fit} to ${size.height} x ${size.width} (height x width)${resized}; ${resampling.filter}${resampling.antialias ? '' : ' without antialiasing'}${order}; ` +
    `${channels.toUpperCase()} from ${range.join(' to ')}, mean ${mean.join(', ')}, deviation ${std.join(', ')}.`
  );
}

async function figure({ key, label, seen, top, error }: PreviewedImage): Promise<string> {
  const name = escaped(key);
  if (seen === null)
    return `<figure><p class="wrong">${escaped(error ?? '')}</p><figcaption>${name}</figcaption></figure>`;
  const { original, placement } = seen;
  const png = (await encodePicture(seen, 'png')).toString('base64');
  const part = [placement.left, placement.top, placement.width, placement.height].map((value) => Math.round(value));
  const rows = top.map((entry, place) => {
    const isWrong = place === 0 && label !== null && label !== entry.class;
    const share = `${(entry.score * 100).toFixed(1)}%`;
    return `<li style="--score:${share}"${isWrong ? ' class="wrong"' : ''}><span>${escaped(entry.name ?? String(entry.class))}</span><span>${share}</span></li>`;
  });
  return `<figure><img src="data:image/png;base64,${png}" width="${seen.width}" height="${seen.height}" alt="${name}"><figcaption>${name}<br><small>${original.width} x ${original.height}; seen from ${part[0]},${part[1]}: ${part[2]} x ${part[3]}</small></figcaption><ol>${rows.join('')}</ol></figure>`;
}
