import { changeParams, route } from '../route.ts';

/** How opaque maps lie over their pictures, from 0 to 1, as the address has it. */
export interface MapOpacity {
  value: number;
  set: (value: number) => void;
  /** Actions of the keys that change it, for `useKeys`. */
  keys: Readonly<Record<'[' | ']' | 'x', () => void>>;
}

/** @param usual where the address says nothing */
export function mapOpacity(usual: number): MapOpacity {
  const text = route.value.params.get('opacity');
  const value = text !== null && /^\d{1,3}$/.test(text) ? Math.min(Number(text), 100) / 100 : usual;
  const set = (next: number) =>
    changeParams({ opacity: String(Math.round(Math.min(Math.max(next, 0), 1) * 100)) }, 'replace');
  const keys = {
    '[': () => set(value - 0.1),
    ']': () => set(value + 0.1),
    x: () => set(value > 0 ? 0 : usual),
  };
  return { value, set, keys };
}

export function OpacityField({ opacity }: { opacity: MapOpacity }) {
  const share = Math.round(opacity.value * 100);
  return (
    <label class="field grow">
      <span>Opacity of the map {share}%</span>
      <input
        type="range"
        min="0"
        max="100"
        value={share}
        onInput={(event) => opacity.set(Number(event.currentTarget.value) / 100)}
      />
    </label>
  );
}
