// The launcher in a temporary clone with an npm that only pretends: what it installs, passes on and says.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Stands in for npm: counts its calls, and installs by copying the lockfile, as the real one does at its end. */
const fakeNpm = `#!/usr/bin/env node
const { appendFileSync, cpSync, mkdirSync, rmSync } = require("node:fs");
appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n");
console.log("npm writes to its standard output");
if (process.env.FAKE_NPM_ERROR) {
  console.error("npm error code " + process.env.FAKE_NPM_ERROR + "\\nnpm error something long");
  process.exit(1);
}
if (process.env.FAKE_NPM_WARNING) console.error("npm warn tar TAR_ENTRY_ERROR " + process.env.FAKE_NPM_WARNING);
rmSync("node_modules", { recursive: true, force: true });
mkdirSync("node_modules");
cpSync("package-lock.json", "node_modules/.package-lock.json");
`;

let clone = '';

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'gatehouse-launch-'));
  write('core/host/launch.mjs', readFileSync(join(root, 'core/host/launch.mjs'), 'utf8'));
  write('package-lock.json', lockfile('1.0.0'));
  write('bin/npm', fakeNpm);
  chmodSync(join(clone, 'bin/npm'), 0o755);
  write('target.ts', 'console.log(JSON.stringify(process.argv.slice(2) satisfies string[]));\n');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
}

function lockfile(version: string): string {
  return JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { name: 'gatehouse' },
      'node_modules/thing': { version },
      'node_modules/elsewhere': { version: '1.0.0', optional: true },
    },
  });
}

function environment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { npm_execpath: _, ...env } = process.env;
  return { ...env, PATH: [join(clone, 'bin'), process.env.PATH].join(delimiter), TMPDIR: clone, ...extra };
}

function launch(args: readonly string[], extra: NodeJS.ProcessEnv = {}) {
  const command = [join(clone, 'core/host/launch.mjs'), ...args];
  return spawnSync(process.execPath, command, { env: environment(extra), encoding: 'utf8', cwd: tmpdir() });
}

function npmCalls(): number {
  const file = join(clone, 'npm-calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n').length : 0;
}

const installing = 'gatehouse: installing what the lockfile names (once, about a minute)\n';

describe('the launcher installs', () => {
  test('when nothing is installed, says so in one line, and keeps standard output pure', () => {
    const { status, stdout, stderr } = launch(['target.ts', '--json', 'a b']);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '["--json","a b"]\n', stderr: installing });
    expect(readFileSync(join(clone, 'npm-calls'), 'utf8')).toMatch(/^ci --include=dev --include=optional /);
  });

  test('not again, and then says nothing', () => {
    launch(['target.ts']);
    const { stdout, stderr } = launch(['target.ts']);
    expect({ stdout, stderr, calls: npmCalls() }).toEqual({ stdout: '[]\n', stderr: '', calls: 1 });
  });

  test('again when the lockfile names another version', () => {
    launch(['target.ts']);
    write('package-lock.json', lockfile('1.0.1'));
    expect(launch(['target.ts']).stderr).toBe(installing);
    expect(npmCalls()).toBe(2);
  });

  test('nothing when a person ran npm ci', () => {
    cpSync(join(clone, 'package-lock.json'), join(clone, 'node_modules/.package-lock.json'));
    expect(launch(['target.ts']).stderr).toBe('');
    expect(npmCalls()).toBe(0);
  });

  test('once when two start together', async () => {
    const command = [join(clone, 'core/host/launch.mjs'), 'target.ts'];
    const exits = [1, 2].map(() => {
      const { promise, resolve } = Promise.withResolvers<number | null>();
      spawn(process.execPath, command, { env: environment(), stdio: 'ignore' }).on('close', resolve);
      return promise;
    });
    expect(await Promise.all(exits)).toEqual([0, 0]);
    expect(npmCalls()).toBe(1);
  });

  test('after a start that died while it installed', () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const name = createHash('sha256').update(clone).digest('hex').slice(0, 16);
    write(`gatehouse-install-${name}/pid`, String(gone));
    expect(launch(['target.ts'])).toMatchObject({ status: 0, stderr: installing });
  });
});

describe('the launcher ends with 3 and a remedy', () => {
  test.each([
    ['ENOTFOUND', 'The package registry cannot be reached'],
    ['ENOSPC', 'The disk is full'],
    ['EACCES', 'Check that you may write to'],
    ['EUSAGE', 'package.json and package-lock.json disagree'],
    ['EWHATEVER', 'Run `npm ci` to see all of it.'],
  ])('when npm fails with %s', (code, remedy) => {
    const { status, stdout, stderr } = launch(['target.ts'], { FAKE_NPM_ERROR: code });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain(`npm could not install what the lockfile names (${code})\n${remedy}`);
  });

  test('when npm only warns that it could not write', () => {
    const { status, stderr } = launch(['target.ts'], { FAKE_NPM_WARNING: 'ENOSPC: no space left on device, write' });
    expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringContaining('The disk is full') as string });
  });

  test('when npm is missing', () => {
    const { status, stderr } = launch(['target.ts'], { PATH: join(clone, 'empty') });
    expect(status).toBe(3);
    expect(stderr).toContain('npm is not installed\nInstall Node with npm');
  });

  test('when no Node at hand can run TypeScript', () => {
    write('node_modules/.package-lock.json', lockfile('1.0.0'));
    const demanding = readFileSync(join(clone, 'core/host/launch.mjs'), 'utf8').replace(
      'if (process.features.typescript',
      'if (process.features.no_such_feature',
    );
    write('core/host/launch.mjs', demanding);
    const { status, stderr } = launch(['target.ts']);
    expect(status).toBe(3);
    expect(stderr).toContain('cannot run TypeScript with node:sqlite, and npm left out node-');
  });
});

describe('the launcher passes on', () => {
  beforeEach(() => write('node_modules/.package-lock.json', lockfile('1.0.0')));

  test('the exit code', () => {
    write('target.ts', 'process.exit(7);\n');
    expect(launch(['target.ts']).status).toBe(7);
  });

  test('standard input', () => {
    write('target.ts', 'process.stdin.pipe(process.stdout);\n');
    const command = [join(clone, 'core/host/launch.mjs'), 'target.ts'];
    expect(spawnSync(process.execPath, command, { env: environment(), input: 'abc' }).stdout.toString()).toBe('abc');
  });

  test('the folder of the chosen Node, first in PATH', () => {
    write('target.ts', 'console.log(process.env.PATH?.split(":")[0]);\n');
    expect(launch(['target.ts']).stdout.trim()).toBe(dirname(process.execPath));
  });

  test.runIf(process.platform !== 'win32')('signals, and how the target ended', async () => {
    write(
      'target.ts',
      'process.on("SIGTERM", () => process.exit(5));\nsetInterval(() => 1, 1000);\nconsole.log("up");\n',
    );
    expect(await signalled('SIGTERM')).toEqual({ code: 5, signal: null });
    expect(await signalled('SIGHUP')).toEqual({ code: null, signal: 'SIGHUP' });
  });

  async function signalled(signal: NodeJS.Signals) {
    const { promise, resolve } = Promise.withResolvers<object>();
    const child = spawn(process.execPath, [join(clone, 'core/host/launch.mjs'), 'target.ts'], {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout.once('data', () => child.kill(signal));
    child.on('exit', (code, by) => resolve({ code, signal: by }));
    return promise;
  }
});
