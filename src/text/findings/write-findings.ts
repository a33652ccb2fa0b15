/** `findings.json` and `findings.html` of a run over labelled texts. */

import type { Store } from '../../shared/store/store.ts';
import type { PageSettings } from '../page/text-page.ts';
import type { DoneText } from '../record.ts';
import type { TextFindings } from './contract.ts';
import { findingsPage } from './findings-page.ts';
import type { RecordLines } from './record-lines.ts';
import type { FoundInTexts } from './text-findings.ts';

/** Keys of the files, the page first. */
export const findingsFiles = { page: 'findings.html', json: 'findings.json' } as const;

/** Texts of the page: it has a table of tokens for each mistake. */
const mistakesShown = 100;
const textsOfWord = 3;

export async function writeFindings(
  output: Store,
  { findings, mistakes, words }: FoundInTexts,
  records: RecordLines,
  settings: PageSettings,
): Promise<TextFindings> {
  const shown: DoneText[][] = [];
  for (const rows of words) shown.push(await records.read(rows.slice(0, textsOfWord)));
  const surest = await records.read(mistakes.slice(0, mistakesShown));
  const page = findingsPage(findings, { mistakes: surest, words: shown }, settings);
  await output.put(findingsFiles.json, `${JSON.stringify(findings)}\n`, 'application/json');
  await output.put(findingsFiles.page, page, 'text/html; charset=utf-8');
  return findings;
}
