export { blend } from './blend';
export { grey } from './grey';
export { encodeRows } from './jpeg';
export { narrow, shorten } from './resample';
export { weighRow } from './weigh';
