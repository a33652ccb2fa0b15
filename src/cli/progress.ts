/** Shows how far a run is: a bar on a terminal, lines elsewhere, JSON lines for programs. */

import type { ImageProgress, RunEvents } from '../worker/local/explain-run.ts';
import type { Provider } from '../worker/pipeline/provider.ts';
import { layerNotes } from './layer-notes.ts';
import { logEntry } from './log-entry.ts';

export type ProgressStyle = 'bar' | 'lines' | 'json' | 'none';

export interface Progress extends RunEvents {
  /** Shows a message without breaking the bar. */
  say(message: string): void;
  /** Shows the last state and leaves the terminal clean. */
  end(): void;
}

/** The part of a stream that progress needs. */
export interface TextOutput {
  write(text: string): unknown;
  columns?: number;
}

/** Least time between two updates, in milliseconds. */
const pauses: Record<ProgressStyle, number> = { bar: 100, lines: 5_000, json: 1_000, none: Number.POSITIVE_INFINITY };

export function createProgress(style: ProgressStyle, output: TextOutput, now: () => number = Date.now): Progress {
  let latest: ImageProgress | null = null;
  let shown: ImageProgress | null = null;
  let nextTime = now() + (style === 'lines' ? pauses.lines : 0);
  const clear = style === 'bar' ? '\r\x1b[2K' : '';

  const show = (progress: ImageProgress): void => {
    shown = progress;
    nextTime = now() + pauses[style];
    if (style === 'bar') output.write(clear + progressBar(progress, output.columns ?? 80));
    else if (style === 'lines') output.write(`${progressText(progress)}\n`);
    else if (style === 'json') output.write(logEntry('progress', progress));
  };
  const say = (event: string, message: string): void => {
    if (style === 'none') return;
    if (style === 'json') {
      output.write(logEntry(event, { message }, event === 'warning' ? 'warn' : 'info'));
      return;
    }
    output.write(`${clear}${message}\n`);
    if (style === 'bar' && shown !== null) show(shown);
  };
  return {
    onProvider(provider) {
      if (style === 'json') output.write(logEntry('provider', provider));
      // The CPU is no news, unless something else was to be expected.
      else if (style !== 'none' && (provider.name !== 'cpu' || provider.fallback !== null)) {
        output.write(`${providerText(provider)}\n`);
      }
    },
    onLayers(layers) {
      for (const note of layerNotes(layers)) say('notice', note);
    },
    onPlan(total) {
      if (style === 'json') output.write(logEntry('plan', { total }));
      else if (style === 'lines') output.write(`Explaining ${total === null ? 'images' : plural(total, 'image')}\n`);
    },
    onProgress(progress) {
      latest = progress;
      if (style !== 'none' && now() >= nextTime) show(progress);
    },
    // For people, they are in the counts.
    onImageFailed: (failure) => {
      if (style === 'json') output.write(logEntry('image-failed', failure, 'warn'));
    },
    onWarning: (message) => say('warning', style === 'json' ? message : `Warning: ${message}`),
    onNotice: (message) => say('notice', message),
    say: (message) => say('notice', message),
    end() {
      if (style === 'none') return;
      if (latest !== null && latest !== shown) show(latest);
      if (style === 'bar' && shown !== null) output.write('\n');
    },
  };
}

/** `Execution provider: cuda, devices 0, 1`. */
export function providerText({ name, devices, fallback }: Provider): string {
  const shown = devices.length === 0 ? '' : `, ${devices.length === 1 ? 'device' : 'devices'} ${devices.join(', ')}`;
  return `Execution provider: ${name}${shown}${fallback === null ? '' : `, as a fallback: ${fallback}`}`;
}

/** `[#########-----------]  45% 158/351, 2 failed, 14.2 images/s, 0:14 left`, cut to the terminal's width. */
export function progressBar(progress: ImageProgress, columns: number): string {
  const text = progressText(progress);
  const share = progress.total ? Math.min(1, finishedOf(progress) / progress.total) : null;
  const width = Math.min(30, columns - text.length - 4);
  if (share === null || width < 8) return text.slice(0, Math.max(0, columns - 1));
  const filled = Math.floor(share * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${text}`;
}

/** ` 45% 158/351, 2 failed, 14.2 images/s, 0:14 left`; without a total `158 images, 14.2 images/s`. */
export function progressText(progress: ImageProgress): string {
  const { quarantined, total, imagesPerSecond } = progress;
  const finished = finishedOf(progress);
  const timed = imagesPerSecond > 0 && total !== null && finished < total;
  return [
    total === null ? plural(finished, 'image') : `${percentOf(finished, total)} ${finished}/${total}`,
    ...(quarantined > 0 ? [`${quarantined} failed`] : []),
    ...(imagesPerSecond > 0 ? [`${rateText(imagesPerSecond)} images/s`] : []),
    ...(timed ? [`${durationText((total - finished) / imagesPerSecond)} left`] : []),
  ].join(', ');
}

function finishedOf({ done, quarantined }: ImageProgress): number {
  return done + quarantined;
}

function percentOf(finished: number, total: number): string {
  // Rounded down, so that 100% means all.
  return `${total === 0 ? 100 : Math.floor((100 * finished) / total)}%`.padStart(4);
}

export function rateText(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate.toFixed(1);
}

/** `0:14`, `12:05` or `3:20:09`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
