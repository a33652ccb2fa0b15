/** Settings of a run: what flags and gradline.yaml call a field of the configuration, how it is read, and what is said of it. */

import { z } from 'zod';

export interface Setting {
  /** In gradline.yaml and, behind two dashes, on the command line. */
  name: string;
  /** On the command line, where that is another one, which may be given again. */
  flag?: string;
  /** What the help calls its value, such as `<n>`; null where it is on or off. */
  value: string | null;
  /** Without the default. */
  help: string;
  /** Reads what the user wrote: text from a flag, also numbers and lists from YAML. */
  given: z.core.$ZodType;
  /** Whether flags that are given again add to it: those that hold names, not numbers that belong together. */
  isList: boolean;
  /** Where nothing is given. */
  default: unknown;
  /** What is done then, where `default` does not say it. */
  otherwise?: string;
  /** What the help says of the flag that begins with `--no-`. */
  off?: string;
  /** Whether a value is a path: one in a configuration file starts at the folder of that file. */
  isPath?: (value: string) => boolean;
  /** Whether a resumed run may have another value: it changes neither bytes nor files of the output, or its content is compared. */
  free?: boolean;
}

export interface Field {
  key: string;
  /** That sets the field, or switches its group on. */
  setting: Setting | undefined;
  /** Of a group. */
  fields: Field[] | null;
  optional: boolean;
}

const settings = new WeakMap<z.core.$ZodType, Setting>();

/**
 * Makes a field of the configuration, or an optional group of fields, a setting.
 * @param flag as the help shows it, without dashes: `seed <n>`
 * @param stored the field as run.json keeps it. One that may be null is null where nothing is given, an optional one is left out
 * @param more `given` is left out where a user writes what is stored
 */
export function setting<S extends z.ZodType>(
  flag: string,
  help: string,
  stored: S,
  more: Pick<Setting, 'flag' | 'otherwise' | 'off' | 'isPath' | 'free'> & {
    given?: z.core.$ZodType;
    default?: z.output<S>;
  } = {},
): S {
  const [name = flag, value = null] = flag.split(' ');
  const content = inner(stored);
  const usual = stored instanceof z.ZodNullable ? null : undefined;
  // Of its own, because the field is found by it.
  const own = stored.clone();
  settings.set(own, {
    name,
    value,
    help,
    given: content,
    isList: content instanceof z.ZodArray && !(content.element instanceof z.ZodNumber),
    default: usual,
    ...more,
  });
  return own;
}

/** The fields of a group, in the order of run.json. */
export function fieldsOf(group: z.ZodObject): Field[] {
  return Object.entries(group.shape).map(([key, schema]) => {
    const content = inner(schema);
    const isGroup = content instanceof z.ZodObject && Object.values(content.shape).some((field) => settings.has(field));
    const fields = isGroup ? fieldsOf(content) : null;
    const own = settings.get(schema);
    if (own === undefined && fields === null) throw new Error(`'${key}' is in the configuration, but no setting.`);
    return { key, setting: own, fields, optional: schema instanceof z.ZodExactOptional };
  });
}

export function settingsIn(fields: readonly Field[]): Setting[] {
  return fields.flatMap((field) => [
    ...(field.setting === undefined ? [] : [field.setting]),
    ...settingsIn(field.fields ?? []),
  ]);
}

/**
 * The configuration that some settings make, with defaults.
 * @param given values as `Setting.given` reads them, by the names of their settings
 * @param onUseless told of a setting that means nothing without another one
 */
export function assemble(
  fields: readonly Field[],
  given: Readonly<Record<string, unknown>>,
  onUseless: (name: string, without: string) => never,
): Record<string, unknown> {
  const entries = fields.flatMap((field): [string, unknown][] => {
    if (field.fields === null) {
      const value = field.setting === undefined ? undefined : (given[field.setting.name] ?? field.setting.default);
      return value === undefined ? [] : [[field.key, value]];
    }
    // An optional group is there with what switches it on, else with its first field.
    const [first, ...others] = settingsIn([field]);
    if (field.optional && first !== undefined && (given[first.name] ?? false) === false) {
      const useless = others.find(({ name }) => given[name] !== undefined);
      return useless === undefined ? [] : onUseless(useless.name, first.name);
    }
    return [[field.key, assemble(field.fields, given, onUseless)]];
  });
  return Object.fromEntries(entries);
}

function inner(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodNullable || schema instanceof z.ZodExactOptional ? inner(schema.unwrap()) : schema;
}

/** What a setting is, and what happens without it. */
export function settingText({ help, default: usual, otherwise }: Setting): string {
  if (usual === true) return `${help} (default)`;
  const shown = otherwise ?? shownDefault(usual);
  return shown === '' ? help : `${help} (default: ${shown})`;
}

function shownDefault(usual: unknown): string {
  if (usual === undefined || usual === null || usual === false) return '';
  return Array.isArray(usual) ? usual.join(', ') : String(usual);
}
