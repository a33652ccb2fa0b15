import { Choice } from '../../../../shared/page/parts/choice.tsx';
import { SearchField } from '../../../../shared/page/parts/search-field.tsx';
import { changeParams, route } from '../../../../shared/page/route.ts';
import {
  multiLabelShowChoices,
  multiLabelSortChoices,
  queryParams,
  readQuery,
  showChoices,
  sortChoices,
} from '../image-query.ts';
import { QuestionFilters } from '../multi-label/question-filters.tsx';
import { ClassField } from '../parts/class-field.tsx';
import type { Layer } from '../parts/layer.ts';
import { useReport } from '../report-context.ts';

export function GalleryFilters({ picture }: { picture: Layer }) {
  const report = useReport();
  const { params } = route.value;
  const query = readQuery(params);
  const filtered = queryParams.some((name) => name !== 'sort' && params.has(name));
  const { multi } = report;
  const pictures = [
    ...report.maps.flatMap((map, place) => {
      const target = multi ? targetOfTiles(map.target, query.about !== null) : map.target;
      if (target === null) return [];
      return [{ value: String(place), text: `${report.layerName(map.layer)} ${map.method}, ${target}` }];
    }),
    { value: 'seen', text: 'as the model saw it' },
  ];
  return (
    <search class="toolbar filters">
      <SearchField name="Find in keys" param="text" class="grow" />
      <Choice
        name="Show"
        value={query.show}
        options={optionsOf(multi ? multiLabelShowChoices : showChoices)}
        onChange={(show) => changeParams({ show: show === 'all' ? null : show })}
      />
      <ClassField name="True class" value={query.label} onChange={(label) => changeParams({ label })} />
      <ClassField
        name={multi ? 'Decided' : 'Predicted'}
        value={query.predicted}
        onChange={(predicted) => changeParams({ predicted })}
      />
      {multi && <QuestionFilters about={query.about} />}
      <Choice
        name="Order"
        value={query.sort}
        options={optionsOf(multi ? multiLabelSortChoices : sortChoices)}
        onChange={(sort) => changeParams({ sort })}
      />
      <Choice
        name="Picture"
        value={String(picture)}
        options={pictures}
        onChange={(value) => changeParams({ picture: value }, 'replace')}
      />
      {query.inside !== '' && (
        <button type="button" class="chip" onClick={() => changeParams({ inside: null })}>
          in {query.inside.replaceAll('-', ' ')} <span aria-hidden="true">×</span>
          <span class="hidden">: show images outside it too</span>
        </button>
      )}
      {filtered && (
        <button type="button" onClick={() => changeParams(Object.fromEntries(queryParams.map((name) => [name, null])))}>
          Clear filters
        </button>
      )}
    </search>
  );
}

/** Of several labels the targets are the classes of each image, the highest score first: tiles show the first, or the class that is asked about. */
function targetOfTiles(target: string, isAsked: boolean): string | null {
  const slot = /#(\d+)$/.exec(target)?.[1];
  if (slot === undefined) return target;
  if (slot !== '1') return null;
  return isAsked ? 'the class' : 'highest class';
}

function optionsOf(choices: Record<string, string>): { value: string; text: string }[] {
  return Object.entries(choices).map(([value, text]) => ({ value, text }));
}
