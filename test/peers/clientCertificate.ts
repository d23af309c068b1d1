// A client certificate of the test CA, made with openssl as an administrator would.
import { join } from 'node:path';
import { run } from './running.ts';
import { authority } from './yard.ts';

export interface ClientFiles {
  readonly cert: string;
  readonly key: string;
}

/** Needs a receiver that has started once: the CA is made then. `name` is its common name. */
export async function makeClientCertificate(
  openssl: string,
  folder: string,
  name = 'desk.client.example',
): Promise<ClientFiles> {
  const [cert, key, request] = ['pem', 'key.pem', 'csr'].map((end) => join(folder, `${name}.${end}`)) as ThreeNames;
  const asked = ['req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', key];
  await succeed(openssl, [...asked, '-out', request]);
  const signed = ['x509', '-req', '-in', request, '-CA', authority, '-CAkey', authority.replace(/pem$/, 'key.pem')];
  await succeed(openssl, [
    ...signed,
    '-CAcreateserial',
    '-CAserial',
    join(folder, 'serial'),
    '-days',
    '2',
    '-out',
    cert,
  ]);
  return { cert, key };
}

type ThreeNames = [string, string, string];

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const { code, said } = await run(program, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}: ${said}`);
}
