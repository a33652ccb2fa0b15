/** The reader's own settings, kept by the browser where it allows that; a page opened from disk may not be. */

export function readSetting(name: string): string | null {
  try {
    return localStorage.getItem(`gradline-${name}`);
  } catch {
    return null;
  }
}

export function writeSetting(name: string, value: string): void {
  try {
    localStorage.setItem(`gradline-${name}`, value);
  } catch {
    // Kept until the page is closed.
  }
}
