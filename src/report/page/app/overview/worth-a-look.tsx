import { GroupCard } from '../groups/group-list.tsx';
import { useReport } from '../report-context.ts';

/** The strongest cluster that is not claimed: the first of them, because clusters come by evidence. */
export function WorthALook() {
  const { clusters } = useReport().findings;
  const strongest = clusters.find(({ claimed }) => !claimed);
  if (strongest === undefined) return null;
  return (
    <section aria-labelledby="worth-a-look">
      <h2 id="worth-a-look">Worth a look</h2>
      <p class="muted">
        Nothing is claimed from this group of mistakes. It is the one with the most evidence of those that are left.
      </p>
      <ul class="cards">
        <GroupCard kind="cluster" group={strongest} numbers={strongest.evidence} />
      </ul>
    </section>
  );
}
