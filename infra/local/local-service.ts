/** What a container of docker-compose.yml becomes on this machine: loopback ports for host names, folders for volumes. */

import { join } from 'node:path';
import type { ComposeFile, ComposeService } from './compose-file.ts';
import type { Image } from './image.ts';
import type { LocalCommand } from './local-process.ts';

/** Where things are on this machine. */
export interface Machine {
  /** The repository's root. */
  root: string;
  /** Holds the volumes, and what processes leave in their home or as temporary files. */
  folder: string;
  /** Port on the loopback address, by service. */
  ports: ReadonlyMap<string, number>;
  /** Stands for a program of an image: what to start, with its first arguments. */
  programs: ReadonlyMap<string, readonly string[]>;
}

export class LocalService {
  readonly name: string;
  readonly settings: ComposeService;
  readonly #file: ComposeFile;
  readonly #image: Image;
  readonly #machine: Machine;

  constructor(name: string, settings: ComposeService, file: ComposeFile, image: Image, machine: Machine) {
    this.name = name;
    this.settings = settings;
    this.#file = file;
    this.#image = image;
    this.#machine = machine;
  }

  /** The service's own command. */
  get command(): LocalCommand {
    return this.#local([...this.#image.entrypoint, ...this.settings.command]);
  }

  /** The command that ends with code 0 when the service is healthy; null without one. */
  get healthCheck(): LocalCommand | null {
    const test = this.settings.healthcheck?.test;
    return test === undefined ? null : this.#local(test.slice(1));
  }

  /** Folders for temporary files and volumes, and those in volumes that the image has and the command names. */
  get folders(): string[] {
    const volumes = this.#volumes();
    const named = this.settings.command.filter((word) => volumes.some(({ path }) => word.startsWith(`${path}/`)));
    return [this.#temporary, ...volumes.map(({ folder }) => folder), ...named.map((word) => this.#localText(word))];
  }

  get #temporary(): string {
    return join(this.#machine.folder, 'tmp');
  }

  #local([program = '', ...words]: string[]): LocalCommand {
    const { root, folder, programs } = this.#machine;
    const [file, ...first] = programs.get(program) ?? [program];
    return {
      program: file ?? program,
      arguments: [...first, ...words.map((word) => this.#localText(word))],
      environment: this.#localEnvironment({
        PATH: process.env.PATH ?? '',
        HOME: folder,
        TMPDIR: this.#temporary,
        ...this.#image.environment,
        ...this.settings.environment,
      }),
      folder: root,
    };
  }

  #localEnvironment(environment: Record<string, string>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [
        name,
        name in this.settings.environment ? this.#localText(value) : value,
      ]),
    );
  }

  #localText(text: string): string {
    let local = text;
    for (const [other, { expose }] of Object.entries(this.#file.services)) {
      const [port] = expose;
      const localPort = this.#machine.ports.get(other);
      if (port === undefined || localPort === undefined) continue;
      const names = other === this.name ? [other, '0.0.0.0', '127.0.0.1'] : [other];
      for (const name of names) local = local.replaceAll(`${name}:${port}`, `127.0.0.1:${localPort}`);
      if (other === this.name && local === port) local = String(localPort);
    }
    if (local === '0.0.0.0') local = '127.0.0.1';
    for (const { path, folder } of this.#volumes()) {
      if (local === path || local.startsWith(`${path}/`)) local = folder + local.slice(path.length);
    }
    return local;
  }

  #volumes(): { path: string; folder: string }[] {
    return this.settings.volumes.map((volume) => {
      const [name = '', path = ''] = volume.split(':');
      return { path, folder: join(this.#machine.folder, name) };
    });
  }
}
