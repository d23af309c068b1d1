// The programs tests use when the machine has them, and the command that installs each where it does not.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, type TestContext } from 'vitest';

const apt = (packages: string) => `apt-get install --no-install-recommends ${packages}`;

const programs = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    install: apt('chromium'),
  },
  swaks: {
    names: ['swaks'],
    install: apt('swaks libnet-ssleay-perl libio-socket-ssl-perl libnet-dns-perl libauthen-sasl-perl'),
  },
  'smtp-source': { names: ['smtp-source'], install: apt('postfix') },
  'smtp-sink': { names: ['smtp-sink'], install: apt('postfix') },
  'fail2ban-regex': { names: ['fail2ban-regex'], install: apt('fail2ban') },
  openssl: { names: ['openssl'], install: apt('openssl') },
} as const;

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
  return findProgram(program) ?? context.skip(missing(program));
}

/** Around tests: a describe that is skipped, by name and with the command, where the program is missing. */
export function describeWith(program: Program, name: string, tests: (path: string) => void): void {
  const path = findProgram(program);
  if (path !== undefined) describe(name, () => tests(path));
  else describe.skip(`${name} [${missing(program)}]`, () => tests(program));
}

function missing(program: Program): string {
  return `${program} is missing: ${programs[program].install}`;
}
