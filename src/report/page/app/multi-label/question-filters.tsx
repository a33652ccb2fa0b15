import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { changeParams } from '../../../../shared/page/route.ts';
import { value } from '../../../../shared/page/text.ts';
import { ClassField } from '../parts/class-field.tsx';
import { type ClassQuestion, whichChoices } from './class-question.ts';

/** A class that the tiles speak of, and which of its decisions are shown. */
export function QuestionFilters({ about }: { about: ClassQuestion | null }) {
  return (
    <>
      <ClassField
        name="Tiles about"
        value={about?.class ?? null}
        onChange={(index) => changeParams({ class: index, which: about?.which, threshold: null })}
      />
      {about && (
        <Choice
          name="Of this class"
          value={about.which ?? ''}
          options={[
            { value: '', text: 'any image' },
            ...Object.entries(whichChoices).map(([name, text]) => ({ value: name, text })),
          ]}
          onChange={(which) => changeParams({ which })}
        />
      )}
      {about && about.threshold !== null && (
        <button type="button" class="chip" onClick={() => changeParams({ threshold: null })}>
          threshold {value(about.threshold)} <span aria-hidden="true">×</span>
          <span class="hidden">: use the run's own</span>
        </button>
      )}
    </>
  );
}
