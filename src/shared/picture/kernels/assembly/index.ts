export { blend } from './blend';
export { grey } from './grey';
export { encodeRows } from './jpeg';
export {
  beginScan,
  endScan,
  keepRows,
  makeHuffmanTable,
  offerPiece,
  paintRows,
  readMcus,
  unreadBytes,
} from './read-jpeg';
export { narrow, shorten } from './resample';
export { weighRow } from './weigh';
