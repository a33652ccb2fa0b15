export { blend } from './blend';
export { grey } from './grey';
export { narrow, shorten } from './resample';
export { weighRow } from './weigh';
