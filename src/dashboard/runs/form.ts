/** The settings of a run as a form shows them, from the one description that flags and gradline.yaml have too. */

import { z } from 'zod';
import { runSettings } from '../../shared/run/configuration.ts';
import type { Setting } from '../../shared/run/setting.ts';
import type { FormGroup, FormSetting } from '../contract.ts';

/** Names of settings under a heading. */
export interface SettingGroup {
  heading: string;
  names: readonly string[];
}

const required = new Set(['input', 'model', 'output']);
/** A fleet's run always goes on where it stopped. */
const left = new Set(['resume']);

export function formGroups(groups: readonly SettingGroup[]): FormGroup[] {
  return groups.map(({ heading, names }) => ({
    name: heading,
    settings: names.flatMap((wanted) =>
      runSettings.filter(({ name }) => name === wanted && !left.has(name)).map(formSetting),
    ),
  }));
}

function formSetting(setting: Setting): FormSetting {
  const { name, help, value, default: usual, otherwise, given } = setting;
  const isSwitch = z.safeParse(given, true).success && !z.safeParse(given, 'a value').success;
  return {
    name,
    help: help.replace(/ \((required|default)\)$/, ''),
    usual: otherwise ?? shown(usual),
    value: isSwitch ? null : (value ?? '<value>'),
    on: isSwitch ? usual === true || /\(default\)$/.test(help) : null,
    choices: given instanceof z.ZodEnum ? given.options.map(String) : null,
    required: required.has(name),
  };
}

function shown(usual: unknown): string {
  if (usual === undefined || usual === null || typeof usual === 'boolean') return '';
  return Array.isArray(usual) ? usual.join(', ') : String(usual);
}
