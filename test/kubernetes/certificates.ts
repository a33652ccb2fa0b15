/** Certificates of the test's cluster, by openssl: one authority for all. */

import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Writes `ca.crt` and `ca.key`. */
export async function makeAuthority(folder: string): Promise<void> {
  const files = ['-keyout', join(folder, 'ca.key'), '-out', join(folder, 'ca.crt')];
  await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test', ...files]);
}

/** Writes `<name>.crt` and `<name>.key`. @param subject such as `kube-apiserver` @param names as `DNS:localhost` */
export async function makeCertificate(folder: string, name: string, subject: string, names: string[]): Promise<void> {
  const file = (ending: string) => join(folder, `${name}.${ending}`);
  const request = ['-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${subject}`];
  await run('openssl', ['req', ...request, '-keyout', file('key'), '-out', file('csr')]);
  await writeFile(file('ext'), `subjectAltName=${names.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  const authority = ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial'];
  const made = ['-in', file('csr'), '-out', file('crt'), '-days', '2', '-extfile', file('ext')];
  await run('openssl', ['x509', '-req', ...authority, ...made]);
}
