// What opendkim and opendmarc make of messages: each reads files as if its milter had been called, and prints what it would add.
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode } from 'dns-packet';
import { parseZone } from '../../core/dns/zone.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';
import { testKey, type TestKeyName } from '../../core/simulate/testKeys.table.ts';
import { run } from './running.ts';

/** A field it would insert, unfolded; octets as latin1. */
export interface Inserted {
  readonly name: string;
  readonly value: string;
}

/** opendkim as verifier: keys from its TestDNSData, which are the TXT records of the zone. */
export async function opendkimVerifies(
  program: string,
  folder: string,
  of: { readonly message: string; readonly zone: string },
) {
  const data = of.zone
    .split('\n')
    .filter((line) => / TXT /.test(line))
    .map((line) => line.replace(' TXT ', ' '));
  writeFileSync(join(folder, 'dns'), `${data.join('\n')}\n`);
  return opendkim(program, folder, of.message, [
    'Mode v',
    `TestDNSData file:${join(folder, 'dns')}`,
    'AlwaysAddARHeader yes',
    'AuthservID peer',
    'MinimumKeyBits 1024',
    'ClockDrift 300',
  ]);
}

export interface SigningThere {
  readonly canonicalization: string;
  readonly algorithm: 'rsa-sha256' | 'rsa-sha1' | 'ed25519-sha256';
  readonly key: TestKeyName;
  readonly more?: readonly string[];
}

/** opendkim as signer: the message with its signature above it. */
export async function opendkimSigns(
  program: string,
  folder: string,
  { message, signing }: { readonly message: string; readonly signing: SigningThere },
): Promise<string> {
  const key = join(folder, `${signing.key}.pem`);
  writeFileSync(key, testKey(signing.key), { mode: 0o600 });
  const inserted = await opendkim(program, folder, message, [
    'Mode s',
    'Domain *',
    `KeyFile ${key}`,
    'Selector s',
    `Canonicalization ${signing.canonicalization}`,
    `SignatureAlgorithm ${signing.algorithm}`,
    'RequireSafeKeys no',
    ...(signing.more ?? []),
  ]);
  const field = inserted.find(({ name }) => name === 'DKIM-Signature');
  if (field === undefined) throw new Error('opendkim has not signed');
  return `DKIM-Signature: ${field.value}\r\n${message}`;
}

async function opendkim(program: string, folder: string, message: string, settings: readonly string[]) {
  const file = join(folder, 'message');
  const settingsFile = join(folder, 'opendkim.conf');
  writeFileSync(file, message, 'latin1');
  writeFileSync(settingsFile, [...settings, 'InternalHosts 127.0.0.1', 'SyslogSuccess no', ''].join('\n'));
  const { said } = await run(program, ['-f', '-x', settingsFile, '-t', file, '-vvv']);
  return insertedOf(said);
}

/** The fields of `### INSHEADER: idx=0 hname='...' hvalue='...'`. */
function insertedOf(said: string): readonly Inserted[] {
  const pattern = /^### INSHEADER: idx=-?\d+ hname='([^']*)' hvalue='([^]*?)'$/gm;
  return [...said.matchAll(pattern)].map(([, name = '', value = '']) => ({
    name,
    value: value.trimStart().replace(/\r?\n/g, '\r\n'),
  }));
}

/** A name server at port 53 of a loopback address, which is where resolvers of the system ask. */
export interface SystemNames {
  readonly address: string;
  readonly asked: string[];
  /** What is answered from now on. */
  zone: string;
  close(): Promise<void>;
}

const world = {
  elapsed: () => 0,
  after: (_: number, fire: () => void) => {
    queueMicrotask(fire);
    return { cancel: () => undefined };
  },
};

export async function systemNames(): Promise<SystemNames> {
  const socket = createSocket('udp4');
  const address = `127.53.${(process.pid >> 8) & 255}.${(process.pid & 127) + 1}`;
  const names: SystemNames = {
    address,
    asked: [],
    zone: '',
    close: () => new Promise((done) => void socket.close(done)),
  };
  socket.on('message', (octets, { port, address: back }) => {
    const query = decode(octets);
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    names.asked.push(question.name);
    const { resolve } = zoneResolver(parseZone(names.zone).zone, { world, timeout: 1 });
    void resolve(question.name, question.type)
      .then(
        (rows) => ({
          rcode: 0,
          answers: (rows as string[][]).map((data) => ({ name: question.name, type: 'TXT' as const, ttl: 1, data })),
        }),
        (error: Error & { readonly code?: string }) => ({ rcode: rcodes[error.code ?? ''] ?? 0, answers: [] }),
      )
      .then(({ rcode, answers }) => {
        const packet = {
          type: 'response' as const,
          id: query.id ?? 0,
          flags: 0x0480 | rcode,
          questions: [question],
          answers,
        };
        socket.send(encode(packet), port, back);
      });
  });
  await new Promise<void>((done, fail) => {
    socket.once('error', (error: Error) =>
      fail(
        new Error(
          `opendmarc asks name servers at port 53 alone, and ours cannot be bound to ${address}:53 (${error.message}): ` +
            'CAP_NET_BIND_SERVICE is needed, or net.ipv4.ip_unprivileged_port_start=53',
          { cause: error },
        ),
      ),
    );
    socket.bind(53, address, done);
  });
  return names;
}

const rcodes: Readonly<Record<string, number>> = { ENOTFOUND: 3, ESERVFAIL: 2, EREFUSED: 5 };

/**
 * Ways to run a program that sees another resolv.conf, most demanding first: as root, in a user namespace of its own, or traced by
 * proot, which needs neither. The system's file is never touched.
 */
const ways: readonly (readonly [program: string, needs: string, line: (resolv: string) => readonly string[]])[] = [
  ['unshare', 'CAP_SYS_ADMIN', (resolv) => ['-m', ...bound(resolv)]],
  [
    'unshare',
    'user namespaces of everybody (kernel.unprivileged_userns_clone)',
    (resolv) => ['-Urm', ...bound(resolv)],
  ],
  ['proot', 'apt-get install proot, and ptrace', (resolv) => ['-b', `${resolv}:/etc/resolv.conf`]],
];

const bound = (resolv: string) => ['sh', '-c', 'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolv];

let way: Promise<(typeof ways)[number]> | undefined;

async function wayOf(resolv: string): Promise<(typeof ways)[number]> {
  const failed: string[] = [];
  for (const one of ways) {
    const [program, needs, line] = one;
    const said = await run(program, [...line(resolv), 'cat', '/etc/resolv.conf']).catch((error: unknown) => ({
      said: String(error),
    }));
    if (said.said.includes(readFileSync(resolv, 'latin1'))) return one;
    failed.push(`${program} (needs ${needs}): ${said.said.trim().slice(-200)}`);
  }
  throw new Error(`opendmarc can be given no resolv.conf of its own; one of these must work:\n${failed.join('\n')}`);
}

/** opendmarc, which sees a resolv.conf that names our server: it asks the system's resolver and nobody else. */
export async function opendmarcVerifies(
  program: string,
  folder: string,
  { message, names, checksSpf }: { readonly message: string; readonly names: SystemNames; readonly checksSpf: boolean },
): Promise<readonly Inserted[]> {
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, 'latin1');
    return join(folder, name);
  };
  const hosts = file('hosts', '192.0.2.99\n');
  const resolv = file('resolv.conf', `nameserver ${names.address}\noptions timeout:2 attempts:1\n`);
  const settings = file(
    'opendmarc.conf',
    [
      'AuthservID gate',
      'TrustedAuthservIDs peer',
      `IgnoreHosts ${hosts}`,
      'PublicSuffixList /usr/share/publicsuffix/public_suffix_list.dat',
      'RejectFailures false',
      // The client of files is this host, which passes: SPF is asked there or not at all.
      `SPFSelfValidate ${checksSpf ? 'true' : 'false'}`,
      'SPFIgnoreResults true',
      '',
    ].join('\n'),
  );
  const own = file('message', message);
  const [through, , line] = await (way ??= wayOf(resolv));
  const { said } = await run(through, [...line(resolv), program, '-f', '-c', settings, '-t', own, '-vvv']);
  const inserted = insertedOf(said);
  if (inserted.length === 0) throw new Error(`opendmarc said nothing: ${said.slice(-500)}`);
  return inserted;
}
