// `gatehouse certificate`: makes a certificate that is good, or wrong in one way, to try clients and servers with.
import { join } from 'node:path';
import { CertificateError, loadPem } from '../../smtp/pem.ts';
import { realWorld } from '../../world/real.ts';
import type { Pem } from '../../world/authority.ts';
import { madeKinds, makeCertificate } from '../../world/workshop.ts';
import type { Command, Given } from '../cli.ts';
import { CommandError } from '../exit.ts';
import { mustBeFree, writeWhole } from '../files.ts';

const written = ['certificate.pem', 'key.pem', 'ca.pem'];
const usages = ['server', 'client'] as const;
/** More CAs than any chain has; the number of keys to make is bounded by it. */
const deepest = 20;

export const certificate: Command = {
  name: 'certificate',
  summary: 'make a certificate that is good, expired, for another name, weak ...',
  usage: 'certificate --name NAME --out DIR [--kind KIND] [--usage server|client] [--depth N] [--force] [--json]',
  help: `
Writes certificate.pem (with its chain behind it), key.pem and ca.pem, which clients must trust. Kinds: ${madeKinds.join(', ')}.
The CA is a new one unless --ca and --ca-key name one, such as test-ca.pem and test-ca.key.pem in the folder tls of a
workspace; kinds wrong-ca and self-signed do without it. With --kind revoked it writes crl.pem too, the lists of revoked
certificates of all its CAs, for listeners.N.security.clientCrlFile or openssl verify -crl_check. With --json it prints {"kind", "files": [PATH]}.`,
  options: {
    name: {
      type: 'string',
      short: 'n',
      value: 'NAME',
      help: 'host name or address, of a client a mailbox too; several with commas',
    },
    out: { type: 'string', short: 'o', value: 'DIR', help: 'folder to write to; made when missing' },
    kind: { type: 'string', short: 'k', value: 'KIND', help: 'what is wrong with it; good unless said' },
    usage: { type: 'string', value: 'USAGE', help: 'server or client; server unless said' },
    depth: { type: 'string', value: 'N', help: `CAs between it and the CA, 0 to ${deepest}; none unless said` },
    ca: { type: 'string', value: 'FILE', help: 'CA to sign with' },
    'ca-key': { type: 'string', value: 'FILE', help: 'its key, where it is in another file; EC P-256 or Ed25519' },
    force: { type: 'boolean', help: 'replace files that are there' },
    json: { type: 'boolean', help: 'print JSON' },
  },
  run: async ({ values, files }) => {
    if (files.length > 0)
      throw new CommandError(2, `certificate takes no file names: ${files.join(' ')}`, ['did you mean --name NAME?']);
    const out = values['out'] as string | undefined;
    if (out === undefined) throw new CommandError(2, 'certificate needs --out DIR');
    const kind = chosen('kind', madeKinds, values['kind'] ?? 'good');
    const usage = chosen('usage', usages, values['usage'] ?? 'server');
    const names = namesOf(values['name'], usage);
    const depth = depthOf(values['depth']);
    const authority = await authorityOf(values);
    const paths = [...written, ...(kind === 'revoked' ? ['crl.pem'] : [])].map((name) => join(out, name));
    for (const path of paths) mustBeFree(path, values['force'] === true);
    const wanted = { kind, usage, names, depth, now: realWorld.now() };
    const made = await makeCertificate(authority ? { ...wanted, authority } : wanted).catch((error: unknown) => {
      if (!authority) throw error;
      throw new CommandError(
        2,
        `${String(values['ca'])}: cannot sign with it: the key of the CA must be EC P-256 or Ed25519`,
      );
    });
    const texts = [made.cert, made.key, made.authority.cert, made.revocations];
    for (const [index, path] of paths.entries()) writeWhole(path, texts[index] ?? '');
    const printed = values['json'] === true ? JSON.stringify({ kind, files: paths }) : paths.join('\n');
    process.stdout.write(`${printed}\n`);
    return 0;
  },
};

function chosen<T extends string>(option: string, known: readonly T[], given: string | boolean): T {
  const found = known.find((one) => one === given);
  if (found === undefined) throw new CommandError(2, `--${option} ${String(given)}: expected ${known.join(', ')}`);
  return found;
}

function namesOf(given: string | boolean | undefined, usage: (typeof usages)[number]): string[] {
  const names = typeof given === 'string' ? given.split(',').map((name) => name.trim()) : [];
  if (names.length === 0) throw new CommandError(2, 'certificate needs --name NAME, e.g. --name mail.example');
  const isMailbox = (name: string) => /^[^\s@,\u0080-\uffff]{1,64}@[A-Za-z0-9.-]{1,253}$/.test(name);
  const mailbox = names.find(isMailbox);
  if (mailbox !== undefined && usage !== 'client')
    throw new CommandError(2, `--name ${mailbox}: a mailbox needs --usage client`);
  const wrong = names.find((name) => !isMailbox(name) && !/^(?:\*\.)?[A-Za-z0-9_.:-]{1,253}$/.test(name));
  if (wrong !== undefined)
    throw new CommandError(
      2,
      `--name ${wrong}: expected a host name, *. and one, or an address; not UTF-8 but its xn-- form`,
    );
  return names;
}

function depthOf(given: string | boolean | undefined): number {
  if (given === undefined) return 0;
  const depth = Number(given);
  if (typeof given !== 'string' || !/^\d{1,3}$/.test(given) || depth > deepest)
    throw new CommandError(2, `--depth ${String(given)}: expected a number from 0 to ${deepest}`);
  return depth;
}

async function authorityOf(values: Given['values']): Promise<Pem | undefined> {
  const { ca, 'ca-key': key } = values;
  if (typeof ca !== 'string') {
    if (key !== undefined) throw new CommandError(2, '--ca-key needs --ca FILE, the CA it belongs to');
    return undefined;
  }
  try {
    const certFile = ca;
    const keyFile = typeof key === 'string' ? key : certFile;
    return await loadPem({ certFile, keyFile, now: realWorld.now(), keySetting: '--ca-key' });
  } catch (error) {
    if (error instanceof CertificateError) throw new CommandError(2, error.message);
    throw error;
  }
}
