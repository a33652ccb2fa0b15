/** Back and forward lead to where the reader was; a new view begins at its top. */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { route } from '../route.ts';

/** How far each entry of the browser's history was scrolled. The entry's number is kept in its state. */
const places = new Map<number, number>();
let entry = 0;
let newest = Date.now();

history.scrollRestoration = 'manual';

export function useScrollMemory(): void {
  const { view, item } = route.value;
  const place = `${view}/${item}`;
  const before = useRef(place);
  useLayoutEffect(() => {
    const state: unknown = history.state;
    if (typeof state === 'number') {
      entry = state;
      scrollTo({ top: places.get(entry) ?? 0, behavior: 'instant' });
    } else {
      newest += 1;
      entry = newest;
      history.replaceState(entry, '');
      if (place !== before.current) scrollTo({ top: 0, behavior: 'instant' });
    }
    before.current = place;
  }, [route.value]);
  useEffect(() => {
    const remember = () => places.set(entry, scrollY);
    addEventListener('scroll', remember, { passive: true });
    return () => removeEventListener('scroll', remember);
  }, []);
}
