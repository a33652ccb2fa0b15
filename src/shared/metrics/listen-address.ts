import { UserError } from '../../explain/user-error.ts';

export interface ListenAddress {
  /** Null: every address of this machine. */
  host: string | null;
  /** 0: any that is free. */
  port: number;
}

const form = /^(?:(?:\[([0-9a-f:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/i;

/**
 * `9464`, `127.0.0.1:9464`, `[::1]:9464`. Without a host, what collects metrics reaches it from other machines.
 * @throws UserError `bad-metrics-address`
 */
export function parseListenAddress(text: string): ListenAddress {
  const [match, six, name, port] = form.exec(text.trim()) ?? [];
  if (match === undefined || Number(port) > 65_535) {
    throw new UserError(
      'bad-metrics-address',
      `--metrics ${JSON.stringify(text)} is not a place to listen at. Give a port, such as 9464, or an address with one, such as 127.0.0.1:9464.`,
    );
  }
  return { host: six ?? name ?? null, port: Number(port) };
}
