/** How a sentence names a class. */
export function nameOfClass(classNames: readonly (string | null)[], index: number): string {
  return classNames[index] ?? `class ${index}`;
}
