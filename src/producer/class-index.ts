import { type ClassNames, parseClassIndex } from '../explain/class-names.ts';
import { UserError } from '../explain/user-error.ts';

/** What else stands between labels in a cell. */
const separators = ['|', ';', ',', '/'];

/**
 * The index of a label's class.
 * @param where the image or line, for messages
 * @param separator what is taken to stand between labels; left out: each image has one
 */
export function classIndexOf(
  classNames: ClassNames | null,
  label: string | number,
  where: string,
  separator?: string,
): number {
  if (classNames !== null) {
    try {
      return classNames.classIndex(String(label));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const other = separator === undefined ? undefined : otherSeparator(String(label), separator, classNames);
      const next =
        other === undefined ? '' : ` If '${other}' stands between labels, give --label-separator '${other}'.`;
      throw new UserError(error.code, `Label of ${where}: ${error.message}${next}`);
    }
  }
  const index = parseClassIndex(String(label));
  if (index !== null) return index;
  throw new UserError(
    'unknown-class',
    `Label '${label}' of ${where} is a name: give the names of the classes with --classes.`,
  );
}

function otherSeparator(label: string, own: string, classNames: ClassNames): string | undefined {
  return separators.find((other) => {
    const parts = label.split(other).map((part) => part.trim());
    return other !== own && parts.length > 1 && parts.every((part) => classNames.has(part));
  });
}
