import { changeParams, route } from '../route.ts';

interface SearchFieldProps {
  name: string;
  /** The parameter of the address that holds what is looked for. */
  param: string;
  class?: string;
}

export function SearchField({ name, param, class: more = '' }: SearchFieldProps) {
  return (
    <label class={`field ${more}`.trim()}>
      <span>{name}</span>
      <input
        type="search"
        data-search
        value={route.value.params.get(param) ?? ''}
        onInput={(event) => changeParams({ [param]: event.currentTarget.value }, 'replace')}
      />
    </label>
  );
}
