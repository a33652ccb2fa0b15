/** The options of `gradline text` for texts that may have several labels. */

import type { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import { labelValuesSetting } from '../shared/run/setting-values.ts';
import { isThresholdFile, type StoredThreshold, thresholdSetting } from '../shared/run/threshold-setting.ts';
import { readThresholds } from '../shared/run/thresholds.ts';
import type { TextRunSettings } from '../text/settings.ts';

export interface SeveralLabelsFlags {
  multiLabel?: boolean;
  threshold?: string;
  labelSeparator?: string;
  labelValues?: string;
}

/** @throws UserError `bad-setting`, `bad-thresholds` */
export async function severalLabelsOf({
  multiLabel,
  threshold,
  labelSeparator,
  labelValues,
}: SeveralLabelsFlags): Promise<Pick<TextRunSettings, 'multiLabel' | 'threshold' | 'labelSeparator' | 'labelValues'>> {
  return {
    ...(multiLabel === undefined ? {} : { multiLabel }),
    ...(threshold === undefined ? {} : { threshold: await thresholdOf(threshold) }),
    ...(labelSeparator === undefined ? {} : { labelSeparator }),
    ...(labelValues === undefined ? {} : { labelValues: settingOf('--label-values', labelValues, labelValuesSetting) }),
  };
}

async function thresholdOf(text: string): Promise<StoredThreshold> {
  const threshold = settingOf('--threshold', text, thresholdSetting);
  if (typeof threshold === 'number') return threshold;
  if (!isThresholdFile(threshold)) return 'best-f1';
  return { readFrom: threshold, byClass: await readThresholds(threshold) };
}

function settingOf<Value>(flag: string, text: string, schema: z.ZodType<Value>): Value {
  const value = schema.safeParse(text);
  if (value.success) return value.data;
  throw new UserError('bad-setting', `${flag} ${value.error.issues[0]?.message}; it is '${text}'.`);
}
