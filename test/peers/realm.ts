// A Kerberos realm of our own: one key distribution centre on a loopback port, everything it keeps in one folder.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, chmodSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Programs of the realm, and the Debian package of each. */
const programs = {
  kdb5_util: 'krb5-kdc',
  krb5kdc: 'krb5-kdc',
  'kadmin.local': 'krb5-admin-server',
  kinit: 'krb5-user',
  kdestroy: 'krb5-user',
} as const;
type RealmProgram = keyof typeof programs;

/** What a command line for Debian would install; empty when everything is there. */
export function missingPackages(): readonly string[] {
  const missing = (Object.keys(programs) as RealmProgram[]).filter((name) => find(name) === undefined);
  return [...new Set(missing.map((name) => programs[name]))];
}

function find(name: RealmProgram): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Names a client may call the server by: where it is, and what it calls itself unless the settings say otherwise. */
export const hosts = ['localhost', 'gate.example'] as const;

export interface RealmUser {
  readonly name: string;
  readonly password: string;
}

export interface Realm {
  readonly name: string;
  readonly folder: string;
  readonly port: number;
  /** KRB5_CONFIG and what else makes programs speak with this realm; without KRB5CCNAME. */
  readonly environment: Readonly<Record<string, string>>;
  /** Keys of smtp at each of {@link hosts}. */
  readonly keytab: string;
  /** Makes a service principal and puts its key into a keytab, one of its own unless said; returns the file. */
  addService(principal: string, keytab?: string): Promise<string>;
  /** Gets a ticket into a cache of its own; returns KRB5CCNAME. `lifetime` as kinit has it, e.g. `1s`. */
  ticket(user: RealmUser, lifetime?: string): Promise<string>;
  /** False once its key distribution centre has ended. */
  isRunning(): boolean;
  /** Ends the centre and removes the folder. */
  stop(): Promise<void>;
}

/** Starts a realm with these users in a new private folder. Throws with what a program said where one fails. */
export async function startRealm(users: readonly RealmUser[], name = 'GATE.EXAMPLE'): Promise<Realm> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-realm-'));
  chmodSync(folder, 0o700);
  mkdirSync(join(folder, 'replay'));
  const port = await freePort();
  const file = (what: string) => join(folder, what);
  writeFileSync(file('krb5.conf'), clientSide(name, port));
  writeFileSync(file('kdc.conf'), centreSide(name, port, folder));
  writeFileSync(file('kadm5.acl'), '');
  const environment = {
    KRB5_CONFIG: file('krb5.conf'),
    KRB5_KDC_PROFILE: file('kdc.conf'),
    KRB5RCACHEDIR: file('replay'),
  };
  const call = (program: RealmProgram, args: readonly string[], input = '') =>
    run(program, args, { environment, input });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  let centre: ChildProcess | undefined;
  const stop = async (): Promise<void> => {
    await ended(centre);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  const keytab = file('smtp.keytab');
  let files = 0;
  try {
    await call('kdb5_util', ['create', '-r', name, '-s', '-P', 'of this realm alone']);
    const wishes = users.map((user) => `addprinc -pw ${quoted(user.password)} ${quoted(user.name)}`);
    const service = hosts.flatMap((host) => [`addprinc -randkey smtp/${host}`, `ktadd -k ${keytab} smtp/${host}`]);
    await call('kadmin.local', ['-r', name], `${[...wishes, ...service, 'quit'].join('\n')}\n`);
    const program = find('krb5kdc') ?? 'krb5kdc';
    centre = spawn(program, ['-n', '-r', name], { env: { ...process.env, ...environment }, stdio: 'ignore' });
    const realm: Realm = {
      name,
      folder,
      port,
      environment,
      keytab,
      addService: async (principal, made = file(`service-${++files}.keytab`)) => {
        const lines = [`addprinc -randkey ${principal}`, `ktadd -k ${made} ${principal}`, 'quit'];
        await call('kadmin.local', ['-r', name], `${lines.join('\n')}\n`);
        return made;
      },
      ticket: async (user, lifetime = '10h') => {
        const cache = `FILE:${file(`tickets-${++files}`)}`;
        await call('kinit', ['-l', lifetime, '-c', cache, `${user.name}@${name}`], `${user.password}\n`);
        return cache;
      },
      isRunning: () => centre?.exitCode === null && centre.signalCode === null,
      stop,
    };
    await answers(realm, users);
    return realm;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The centre listens a moment after it was started. */
async function answers(realm: Realm, [user]: readonly RealmUser[]): Promise<void> {
  if (user === undefined) return;
  for (let tries = 1; ; tries += 1) {
    try {
      await realm.ticket(user);
      return;
    } catch (error) {
      if (tries === 40) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill();
  });
}

/** Everything the realm's programs and clients need; the system's /etc/krb5.conf is not looked at. */
const clientSide = (realm: string, port: number): string => `[libdefaults]
  default_realm = ${realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  ${realm} = {
    kdc = 127.0.0.1:${port}
  }
[domain_realm]
${hosts.map((host) => `  ${host} = ${realm}`).join('\n')}
`;

const centreSide = (realm: string, port: number, folder: string): string => `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${realm} = {
    database_name = ${folder}/principal
    key_stash_file = ${folder}/stash
    acl_file = ${folder}/kadm5.acl
    max_life = 24h
  }
[logging]
  kdc = FILE:${folder}/kdc.log
`;

interface Way {
  readonly environment: Readonly<Record<string, string>>;
  readonly input: string;
}

function run(program: RealmProgram, args: readonly string[], { environment, input }: Way): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...environment };
    const child = execFile(find(program) ?? program, args, { env, timeout: 15_000 }, (error, out, said) => {
      // kadmin.local ends well whatever its lines came to.
      const failed = /^kadmin\.local: .*|^(addprinc|add_principal|ktadd): .*/m.exec(
        said.replace(/^.*WARNING.*$|No policy.*$/gim, ''),
      )?.[0];
      if (error || failed !== undefined) reject(new Error(`${program}: ${failed ?? said.trim() ?? error?.message}`));
      else resolve(out);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
