/** What infra/Dockerfile gives to a process of its images: the program and the environment. */

import { readFile } from 'node:fs/promises';
import { DockerfileParser } from 'dockerfile-ast';

export interface Image {
  /** The program with its first arguments; empty where the base image decides. */
  entrypoint: string[];
  environment: Record<string, string>;
}

/** @returns by the stage's name, with what a stage takes over from the stage that it starts from */
export async function readImages(dockerfile: string): Promise<Map<string, Image>> {
  const images = new Map<string, Image>();
  let image: Image = { entrypoint: [], environment: {} };
  for (const instruction of DockerfileParser.parse(await readFile(dockerfile, 'utf8')).getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    switch (instruction.getKeyword()) {
      case 'FROM': {
        const [base, , name] = words;
        const { entrypoint, environment } = images.get(base ?? '') ?? { entrypoint: [], environment: {} };
        image = { entrypoint, environment: { ...environment } };
        if (name !== undefined) images.set(name, image);
        break;
      }
      case 'ENV':
        for (const word of words) {
          const [name, value] = word.split('=');
          if (name !== undefined && value !== undefined) image.environment[name] = value;
        }
        break;
      case 'ENTRYPOINT':
        image.entrypoint = jsonWords(instruction.getArgumentsContent());
        break;
    }
  }
  return images;
}

function jsonWords(text: string | null): string[] {
  const words: unknown = JSON.parse(text ?? '[]');
  if (!Array.isArray(words)) throw new Error(`An ENTRYPOINT must be a list of words, not ${text}.`);
  return words.map(String);
}
