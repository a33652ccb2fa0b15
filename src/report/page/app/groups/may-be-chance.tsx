/** Marks a group that is listed without anything being claimed from it. */
export function MayBeChance() {
  return (
    <span class="badge" title="It does not hold against chance: nothing is claimed from it.">
      may be chance
    </span>
  );
}
