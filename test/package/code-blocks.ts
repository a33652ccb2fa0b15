import { readFile } from 'node:fs/promises';

/** The fenced code blocks of a page in one language, in their order. */
export async function codeBlocks(page: string | URL, language: string): Promise<string[]> {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...(await readFile(page, 'utf8')).matchAll(fenced)].map(([, code = '']) => code);
}

/** The indented command of a page that starts so, with its further lines joined. */
export async function shellCommand(page: string | URL, start: string): Promise<string> {
  const lines = (await readFile(page, 'utf8')).replaceAll(/\\\n +/g, '').split('\n');
  const command = lines.find((line) => line.startsWith(`    ${start}`));
  if (command === undefined) throw new Error(`${page} has no command that starts with '${start}'.`);
  return command.trim();
}
