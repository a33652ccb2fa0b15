/** `docker compose up` without Docker: the services of docker-compose.yml as plain processes, in the order of its conditions. */

import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ComposeFile } from './compose-file.ts';
import type { Image } from './image.ts';
import { type LocalCommand, LocalProcess } from './local-process.ts';
import { LocalService, type Machine } from './local-service.ts';

export interface FleetEvents {
  /** A process is about to be started. @param process the service, with a number where there are several */
  onCommand(process: string, command: LocalCommand): void;
  onLine(process: string, line: string): void;
  /** A process that was expected to end, or that was told to, has ended. */
  onEnd(process: string, code: number | NodeJS.Signals): void;
}

/** Milliseconds between two looks at the health of a service that is starting. */
const pause = 100;

export class LocalFleet {
  readonly #services: ReadonlyMap<string, LocalService>;
  readonly #events: FleetEvents;
  readonly #starting = new Map<string, Promise<void>>();
  /** In the order of their start. */
  readonly #processes: { name: string; service: LocalService; process: LocalProcess }[] = [];
  readonly #completing = new Map<string, Promise<void>>();
  readonly #giveUp: (reason: unknown) => void;
  readonly #gaveUp: Promise<never>;
  #stopping = false;

  /** @param images by build target, as `readImages` gives them */
  constructor(file: ComposeFile, images: ReadonlyMap<string, Image>, machine: Machine, events: FleetEvents) {
    this.#events = events;
    const none: Image = { entrypoint: [], environment: {} };
    const withoutProfile = Object.entries(file.services).filter(([, { profiles }]) => profiles.length === 0);
    this.#services = new Map(
      withoutProfile.map(([name, settings]) => {
        const image = settings.build === undefined ? none : images.get(settings.build.target);
        if (image === undefined) throw new Error(`${name} is built from ${settings.build?.target}, which is no stage.`);
        return [name, new LocalService(name, settings, file, image, machine)];
      }),
    );
    let giveUp: (reason: unknown) => void = () => undefined;
    this.#gaveUp = new Promise((_, reject) => {
      giveUp = reject;
    });
    this.#giveUp = giveUp;
    // It may come when nobody waits.
    this.#gaveUp.catch(() => undefined);
  }

  /**
   * Starts everything, and waits for the services that are to end, such as the producer.
   * @throws Error when one of them fails, when a server or worker ends by itself, or when `signal` aborts
   */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.#giveUp(new Error('Interrupted.'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      await this.#orGiveUp(Promise.all([...this.#services.keys()].map((name) => this.#started(name))));
      const ending = [...this.#services.values()].filter(({ settings }) => settings.restart === undefined);
      await this.#orGiveUp(Promise.all(ending.map(({ name }) => this.#completed(name))));
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Stops every process, the last started first: workers before the servers that they need. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const order = [...this.#services.keys()].sort((a, b) => this.#depth(b) - this.#depth(a));
    for (const depth of new Set(order.map((name) => this.#depth(name)))) {
      const level = this.#processes.filter(({ service }) => this.#depth(service.name) === depth);
      await Promise.all(
        level.map(async ({ name, service, process }) => {
          if (process.running) this.#events.onEnd(name, await process.stop(service.settings.stop_grace_period));
        }),
      );
    }
    // Nothing is under way any more that would touch the folder.
    await Promise.allSettled(this.#starting.values());
  }

  /** How many services must be there before this one. */
  #depth(name: string): number {
    const needed = Object.keys(this.#service(name).settings.depends_on);
    return needed.length === 0 ? 0 : 1 + Math.max(...needed.map((other) => this.#depth(other)));
  }

  #started(name: string): Promise<void> {
    const known = this.#starting.get(name);
    if (known !== undefined) return known;
    const starting = this.#start(this.#service(name));
    this.#starting.set(name, starting);
    return starting;
  }

  async #start(service: LocalService): Promise<void> {
    const { depends_on, deploy, restart } = service.settings;
    await Promise.all(
      Object.entries(depends_on).map(async ([other, { condition }]) => {
        await this.#started(other);
        if (condition === 'service_healthy') await this.#healthy(other);
        if (condition === 'service_completed_successfully') await this.#completed(other);
      }),
    );
    if (this.#stopping) return;
    const count = deploy.replicas ?? 1;
    await Promise.all(service.folders.map((folder) => mkdir(folder, { recursive: true })));
    for (let i = 1; i <= count && !this.#stopping; i++) {
      const name = count === 1 ? service.name : `${service.name}-${i}`;
      this.#events.onCommand(name, service.command);
      const process = new LocalProcess(service.command, (line) => this.#events.onLine(name, line));
      this.#processes.push({ name, service, process });
      if (restart === undefined) continue;
      process.ended.then(
        (code) => this.#stopping || this.#giveUp(new Error(`${name} ended by itself with ${code}.`)),
        (error: unknown) => this.#giveUp(error),
      );
    }
  }

  async #healthy(name: string): Promise<void> {
    const { healthCheck, settings } = this.#service(name);
    if (healthCheck === null || settings.healthcheck === undefined) throw new Error(`${name} has no health check.`);
    const { interval, timeout, retries } = settings.healthcheck;
    const deadline = performance.now() + interval * retries * 1000;
    while (!this.#stopping) {
      let said = '';
      const check = new LocalProcess(healthCheck, (line) => {
        said = line;
      });
      const tooLong = setTimeout(() => check.kill(), timeout * 1000);
      const code = await check.ended.finally(() => clearTimeout(tooLong));
      if (code === 0) return;
      if (performance.now() > deadline) throw new Error(`${name} does not become healthy: ${said}`);
      await sleep(pause);
    }
  }

  #completed(name: string): Promise<void> {
    const known = this.#completing.get(name);
    if (known !== undefined) return known;
    const completing = this.#complete(name);
    this.#completing.set(name, completing);
    return completing;
  }

  async #complete(name: string): Promise<void> {
    const own = this.#processes.filter(({ service }) => service.name === name);
    for (const { process } of own) {
      const code = await process.ended;
      this.#events.onEnd(name, code);
      if (code !== 0) throw new Error(`${name} ended with ${code}.`);
    }
  }

  #service(name: string): LocalService {
    const service = this.#services.get(name);
    if (service === undefined) throw new Error(`No service ${name} is started without a profile.`);
    return service;
  }

  #orGiveUp<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#gaveUp]);
  }
}
