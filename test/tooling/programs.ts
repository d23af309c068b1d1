// The programs tests use when the machine has them, and the command that installs each where it does not.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, type TestContext } from 'vitest';

const apt = (packages: string) => `apt-get install --no-install-recommends ${packages}`;

interface Entry {
  readonly names: readonly string[];
  readonly install: string;
  /** Runs for root alone. */
  readonly rights?: 'root';
}

const programs = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    install: apt('chromium'),
  },
  swaks: {
    names: ['swaks'],
    install: apt(
      'swaks libnet-ssleay-perl libio-socket-ssl-perl libnet-dns-perl libauthen-sasl-perl libdigest-hmac-perl',
    ),
  },
  'smtp-source': { names: ['smtp-source'], install: apt('postfix') },
  'smtp-sink': { names: ['smtp-sink'], install: apt('postfix') },
  postfix: { names: ['postfix'], install: apt('postfix libsasl2-modules'), rights: 'root' },
  exim: {
    names: ['exim4', 'exim'],
    install: 'Debian keeps Exim and Postfix apart; .ci/run unpacks the one beside the other',
  },
  msmtp: { names: ['msmtp'], install: apt('msmtp') },
  gsasl: { names: ['gsasl'], install: apt('gsasl') },
  'named-compilezone': { names: ['named-compilezone'], install: apt('bind9-utils') },
  tshark: { names: ['tshark'], install: apt('tshark') },
  'fail2ban-regex': { names: ['fail2ban-regex'], install: apt('fail2ban') },
  // Its resolver is the system's: tests give it one of their own, which takes a mount namespace and port 53.
  opendkim: { names: ['opendkim'], install: apt('opendkim opendmarc'), rights: 'root' },
  opendmarc: { names: ['opendmarc'], install: apt('opendmarc'), rights: 'root' },
  openssl: { names: ['openssl'], install: apt('openssl') },
} as const satisfies Record<string, Entry>;

export type Program = keyof typeof programs;

/** Where the program is, or undefined. */
export function findProgram(program: Program): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const name of programs[program].names) {
    for (const folder of folders) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // The next folder may have it.
      }
    }
  }
  return undefined;
}

/** Inside a test: where the program is; skips the test with the command that installs it where it is missing. */
export function needProgram(context: TestContext, program: Program): string {
  const found = usable(program);
  return found.path ?? context.skip(found.why);
}

/** Around tests: a describe that is skipped, by name and with the reason, where the program is missing or may not be run. */
export function describeWith(program: Program, name: string, tests: (path: string) => void): void {
  const found = usable(program);
  if (found.path !== undefined) describe(name, () => tests(found.path));
  else describe.skip(`${name} [${found.why}]`, () => tests(program));
}

type Usable = { readonly path: string } | { readonly path?: undefined; readonly why: string };

function usable(program: Program): Usable {
  const entry: Entry = programs[program];
  const path = findProgram(program);
  if (path === undefined) return { why: `${program} is missing: ${entry.install}` };
  if (entry.rights === 'root' && process.getuid?.() !== 0) return { why: `${program} starts for root alone` };
  return { path };
}
