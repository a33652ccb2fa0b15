/** The page shows texts as they are, marks their words, and needs nothing but itself. */

import { expect, test } from 'vitest';
import { signedNumber } from '../../src/text/page/markup.ts';
import { type PageSettings, TextPage } from '../../src/text/page/text-page.ts';
import type { DoneText, RelevanceRecord, TextRecord } from '../../src/text/record.ts';

const settings: PageSettings = {
  model: 'models/model.onnx',
  tokenizer: 'models/tokenizer.json',
  input: 'a<b>.txt',
  baseline: 'zero',
  steps: 32,
  pageTexts: 10,
};

/** A record whose words are tokens, with these values. */
function record(text: string, values: number[], more: Partial<DoneText> = {}): DoneText {
  let start = 0;
  const tokens = text.split(' ').map((token, id) => {
    const place = { id, token, start, end: start + Array.from(token).length };
    start = place.end + 1;
    return place;
  });
  const relevance: RelevanceRecord[] = [
    {
      method: 'integrated-gradients',
      target: 'predicted',
      class: 1,
      className: 'rain',
      values,
      sum: values.reduce((a, b) => a + b, 0),
      logit: 3,
      baselineLogit: 1,
      degenerate: false,
      degenerateReason: null,
    },
  ];
  const scores = { predicted: 1, predictedName: 'rain', score: 0.91, margin: 0.5, top: [] };
  const base = { key: '1', text, label: null, labelName: null, status: 'done' as const, truncated: false };
  return { ...base, ...scores, tokens, relevance, ...more };
}

function pageOf(...records: TextRecord[]): string {
  const page = new TextPage(settings);
  for (const one of records) page.add(one);
  return page.html(records.length);
}

/** What a reader sees of a marked text. */
function shownText(html: string): string | undefined {
  const [, inner = ''] = /<p class="text" dir="auto">(.*?)<\/p>/s.exec(html) ?? [];
  const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
  return inner
    .replace(/<span class="number">.*?<\/span>/g, '')
    .replace(/<[^>]*>/g, '')
    .replace(/&([a-z#0-9]+);/g, (_, name) => named[name] ?? '?');
}

test.each([
  '<script>alert(\'x\')</script> & "rain"',
  '</p></article><img src=x onerror=alert(1)>',
  '&lt;b&gt; 5 > 3',
  'a  b\tc 🙂 שלום',
])('the text %j is shown as it is and does nothing', (text) => {
  const values = text.split(' ').map((_, i) => i + 1);
  const html = pageOf(record(text, values, { predictedName: '<i>rain', key: '<u>' }));
  expect(html).not.toMatch(/<script|<img|<i>|<u>|<b>\.txt/);
  expect(html).toContain('&lt;i&gt;rain');
  expect(shownText(html)).toBe(text);
});

test('nothing is loaded, from other hosts or at all', () => {
  const html = pageOf(record('rain', [1]));
  expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  expect(html).not.toMatch(/https?:|\/\/|\bsrc=|\bhref=|@import|url\(/);
});

test('sides differ by line and by words, not by colour alone, and every number can be read', () => {
  const html = pageOf(record('no rain but clouds', [-0.5, 2, 0.001, 0.2]));
  expect(html).toContain(
    '<span class="word for" tabindex="0" style="--strength:1.00">rain<span class="number"> +2</span></span>',
  );
  expect(html).toContain(
    '<span class="word against" tabindex="0" style="--strength:0.25">no<span class="number"> −0.5</span></span>',
  );
  expect(html).not.toMatch(/<span class="word [a-z]+"[^>]*>but/);
  expect(html).toContain('<b>For:</b> <bdi>rain</bdi>&nbsp;+2, <bdi>clouds</bdi>&nbsp;+0.2</p>');
  expect(html).toContain('<b>Against:</b> <bdi>no</bdi>&nbsp;−0.5</p>');
  expect(html.match(/<td class="value">[^<\n]*/g)).toEqual(
    ['−0.5', '+2', '+0.001', '+0.2'].map((value) => `<td class="value">${value}`),
  );
  expect(html).toMatch(/\.for \{[^}]*solid/);
  expect(html).toMatch(/\.against \{[^}]*dashed/);
});

test('relevance that does not add up to the difference of the scores is said to', () => {
  expect(pageOf(record('rain', [2]))).not.toContain('add up to +2 where');
  expect(pageOf(record('rain', [2.15]))).not.toContain('where +2 is to be explained');
  expect(pageOf(record('rain', [0.5]))).toContain('The tokens add up to +0.5 where +2 is to be explained.');
});

test('a word is as relevant as its tokens together', () => {
  const halves = record('snowfall', [1.5]);
  halves.tokens = [
    { id: 1, token: 'snow', start: 0, end: 4 },
    { id: 2, token: '##fall', start: 4, end: 8 },
  ];
  for (const relevance of halves.relevance) relevance.values = [1.5, -0.25];
  expect(pageOf(halves)).toContain('>snowfall<span class="number"> +1.25</span>');
});

test('targets that came to one class are shown once, a missing label is said', () => {
  const [predicted] = record('rain', [1]).relevance;
  if (predicted === undefined) throw new Error('no relevance');
  const twice = record('rain', [1], { relevance: [predicted, { ...predicted, target: 'label' }] });
  const html = pageOf({ ...twice, label: 1, labelName: 'rain', correct: true });
  expect(html.match(/<section>/g)).toHaveLength(1);
  expect(html).toContain('predicted and label');
  expect(html).toContain('✓ right');
  const missing: RelevanceRecord = {
    ...predicted,
    target: 'label',
    class: -1,
    className: null,
    values: [0],
    degenerate: true,
    degenerateReason: 'no-label',
  };
  expect(pageOf(record('rain', [1], { relevance: [missing] }))).toContain('This text has no label.');
});

test('what the model did not see is struck out, failures and texts beyond the page are said', () => {
  const cut = record('rain in town', [1, 0, 0], { truncated: true });
  cut.tokens = cut.tokens.slice(0, 1);
  expect(pageOf(cut)).toContain('<span class="unseen"> in town</span>');
  const failed = { key: '2', text: '<b>', label: null, labelName: null, status: 'quarantined' as const };
  const html = pageOf({ ...failed, error: { code: 'no-tokens', message: 'None & nothing' } });
  expect(html).toContain('Not explained (no-tokens): None &amp; nothing');
  expect(html).toContain('<p class="text" dir="auto">&lt;b&gt;</p>');
  const many = pageOf(...Array.from({ length: 12 }, () => record('rain', [1])));
  expect(many.match(/<article>/g)).toHaveLength(10);
  expect(many).toContain('The page shows the first 10 of 12');
});

test.each([
  [2.7649, '+2.76'],
  [-0.06149, '−0.0615'],
  [12345, '+1.23e+4'],
  [-0.00001234, '−1.23e-5'],
  [0, '+0'],
])('%d is written %s', (value, expected) => {
  expect(signedNumber(value)).toBe(expected);
});
