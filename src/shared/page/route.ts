/** A page's whole state is in the address, after `#`: it can be shared, and the browser's back button works. */

import { signal } from '@preact/signals';

export interface Route {
  /** `images`, `clusters`, ...; empty where the address names none. */
  view: string;
  /** What of it: a cluster's id. Empty when there is no more. */
  item: string;
  params: URLSearchParams;
}

export type ParamValues = Record<string, string | number | null | undefined>;

export const route = signal<Route>(parseHash(location.hash));

let before = '';

/** The view that was shown before this one; empty at the start. */
export function viewBefore(): string {
  return before;
}

addEventListener('hashchange', () => show(parseHash(location.hash)));

function show(next: Route): void {
  const shown = route.value;
  if (next.view === shown.view && next.item === shown.item && `${next.params}` === `${shown.params}`) return;
  if (next.view !== shown.view) before = shown.view;
  route.value = next;
}

function parseHash(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  const [view = '', item = ''] = path.split('/');
  return { view, item: decode(item), params: new URLSearchParams(query) };
}

/** Someone may have typed the address. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param path such as `images` or `clusters/cluster-1` */
export function linkToView(path: string, values: ParamValues | URLSearchParams = {}): string {
  const query = (values instanceof URLSearchParams ? values : withParams(new URLSearchParams(), values)).toString();
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

/** A copy with some parameters changed; null, undefined and empty ones are left out. */
function withParams(params: URLSearchParams, values: ParamValues): URLSearchParams {
  const changed = new URLSearchParams(params);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === '') changed.delete(name);
    else changed.set(name, String(value));
  }
  return changed;
}

/** `replace`: the address changes without a step for the back button. */
function go(link: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') location.hash = link;
  else location.replace(link);
  // The browser tells of it later: a key that is pressed before then must find the new state.
  if (link.startsWith('#')) show(parseHash(link));
}

/** Changes parameters of the view that is shown. */
export function changeParams(values: ParamValues, how: 'push' | 'replace' = 'push'): void {
  const { view, item, params } = route.value;
  const path = item === '' ? view : `${view}/${encodeURIComponent(item)}`;
  go(linkToView(path, withParams(params, values)), how);
}
