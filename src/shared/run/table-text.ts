/** The text of tables as programs save them: in UTF-8, or in the UTF-16 of Excel's "Unicode text". */

import { UserError } from '../../explain/user-error.ts';
import { readPieces } from '../store/read-pieces.ts';

/** How Excel's own files begin: a ZIP archive since 2007, a compound file before. */
const workbooks = ['504b0304', 'd0cf11e0'];

const utf16 = new Map([
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
]);

/**
 * The bytes of a file in UTF-8, a piece at a time.
 * @throws UserError `bad-list` for a workbook; StoreError as `readPieces`
 */
export async function* readTableText(location: string): AsyncGenerator<Buffer> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let isFirst = true;
  for await (const piece of readPieces(location)) {
    if (isFirst) {
      if (workbooks.includes(piece.toString('hex', 0, 4))) throw isWorkbook(location);
      const encoding = utf16.get(piece.toString('hex', 0, 2));
      if (encoding !== undefined) decoder = new TextDecoder(encoding);
    }
    isFirst = false;
    yield decoder === undefined ? piece : Buffer.from(decoder.decode(piece, { stream: true }));
  }
  if (decoder !== undefined) yield Buffer.from(decoder.decode());
}

function isWorkbook(location: string): UserError {
  return new UserError(
    'bad-list',
    `${location} cannot be used: it is an Excel workbook, whatever its name says. Save it as CSV (UTF-8) and give that file.`,
  );
}
