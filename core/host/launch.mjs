// Stands behind every npm script: installs what the lockfile names, then runs the target under a Node that can run TypeScript.
//
//   node core/host/launch.mjs TARGET [ARGUMENT...]
//
// Plain JavaScript without dependencies, for Node 18 and up, because it runs before anything is installed. Standard
// output belongs to the target; whatever this file has to say goes to standard error. Exit code 3 means that the
// environment is at fault (no npm, no network, no disk space, no usable Node).
//
// The packaged Node comes as an optional dependency for Linux (x64, arm64) and Windows (x64). The registry has no
// macOS package of that version: there, and wherever the packaged one does not run, this Node is used if it can.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const lockfile = join(root, 'package-lock.json');
const stampFile = join(root, 'node_modules/.cache/launch.json');

/** Asked of a Node before it is chosen: features, not versions, because distributions build Node without some. */
const question =
  'if (process.features.typescript && require("node:module").isBuiltin("node:sqlite")) console.log("able")';

main();

function main() {
  const [target, ...args] = process.argv.slice(2);
  if (target === undefined) fail(2, 'usage: node core/host/launch.mjs TARGET [ARGUMENT...]');
  const lock = createHash('sha256').update(readFileSync(lockfile)).digest('hex');
  let stamp = readJson(stampFile);
  if (stamp?.lock !== lock || stamp.system !== system() || !existsSync(stamp.node)) {
    if (!isInstalled()) installAlone();
    stamp = { lock, system: system(), node: chooseNode() };
    remember(stamp);
  }
  run(stamp.node, [resolve(root, target), ...args], target);
}

function system() {
  return `${process.platform}-${process.arch}-${process.version}`;
}

/** npm keeps a copy of the lockfile beside what it installed: equal versions mean there is nothing to do. */
function isInstalled() {
  const installed = readJson(join(root, 'node_modules/.package-lock.json'))?.packages;
  const wanted = readJson(lockfile)?.packages;
  if (!installed || !wanted) return false;
  const isSame = (/** @type {string} */ path) => installed[path]?.version === wanted[path].version;
  const isSpared = (/** @type {string} */ path) => wanted[path].optional === true && !installed[path];
  return (
    Object.keys(wanted).every((path) => path === '' || isSame(path) || isSpared(path)) &&
    Object.keys(installed).every((path) => wanted[path] !== undefined)
  );
}

/** Two scripts started together in a fresh clone must not both replace node_modules: the second waits. */
function installAlone() {
  const turn = join(tmpdir(), `gatehouse-install-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
  const holder = join(turn, 'pid');
  for (let waited = false; ; waited = true) {
    try {
      mkdirSync(turn);
      break;
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (code !== 'EEXIST') fail(3, `cannot write to ${tmpdir()}: ${code}`, remedy(String(code)));
    }
    if (isAbandoned(turn, holder)) rmSync(turn, { recursive: true, force: true });
    else {
      if (!waited) say('waiting for another start to finish installing');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
  process.on('exit', () => rmSync(turn, { recursive: true, force: true }));
  writeFileSync(holder, String(process.pid));
  if (!isInstalled()) install();
  rmSync(turn, { recursive: true, force: true });
}

function isAbandoned(/** @type {string} */ turn, /** @type {string} */ holder) {
  try {
    process.kill(Number(readFileSync(holder, 'utf8')), 0);
    return false;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ESRCH') return true;
    // The holder writes its number right after making the folder; an old folder without one was left by a crash.
    return code === 'ENOENT' && Date.now() - (statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 5000;
  }
}

function install() {
  say('installing what the lockfile names (once, about a minute)');
  const npm = process.env.npm_execpath;
  const [program, ...first] =
    npm !== undefined && /^npm-cli\.c?js$/.test(basename(npm)) ? [process.execPath, npm] : ['npm'];
  const flags = ['--include=dev', '--include=optional', '--engine-strict=false', '--loglevel=warn', '--no-progress'];
  const { status, error, stderr } = spawnSync(program, [...first, 'ci', ...flags], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    shell: process.platform === 'win32' && program === 'npm',
  });
  if (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    fail(3, code === 'ENOENT' ? 'npm is not installed' : `npm did not start: ${code}`, remedy('npm'));
  }
  // With a full disk npm only warns about each file it could not write, and ends well.
  const unwritten = /TAR_ENTRY_ERROR (E[A-Z]+)/.exec(stderr)?.[1];
  if (status === 0 && unwritten === undefined) return;
  const lines = stderr.split('\n').filter((line) => /^npm (error|ERR!)/.test(line));
  const code = unwritten ?? /\b(E[A-Z_]{3,})\b/.exec(lines.join('\n'))?.[1] ?? `exit ${status}`;
  fail(3, `npm could not install what the lockfile names (${code})`, remedy(code), ...lines.slice(0, 5));
}

/** What a person can do about it. */
function remedy(/** @type {string} */ code) {
  switch (code) {
    case 'npm':
      return 'Install Node with npm, from nodejs.org or your distribution, and start again.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'The disk is full: about 700 MB are needed. Free some and start again.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `Check that you may write to ${root} and to npm's cache, and start again.`;
    case 'EUSAGE':
      return 'package.json and package-lock.json disagree: run `npm install` and commit both.';
    case 'EAI_AGAIN':
    case 'ENOTFOUND':
    case 'ECONNREFUSED':
    case 'ECONNRESET':
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ETIMEDOUT':
    case 'ENOTCACHED':
      return "The package registry cannot be reached: check the network or npm's proxy setting, and start again.";
    default:
      return 'Run `npm ci` to see all of it.';
  }
}

function chooseNode() {
  const file = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const packaged = join(root, 'node_modules', name, file);
  if (existsSync(packaged) && isAble(packaged)) return packaged;
  if (isAble(process.execPath)) return process.execPath;
  const why = existsSync(packaged) ? `${name} does not run on this machine` : `npm left out ${name}`;
  fail(
    3,
    `this Node (${process.version}) cannot run TypeScript with node:sqlite, and ${why}`,
    'Run `npm ci --include=optional`, or install Node 24 from nodejs.org (some distributions leave out one of the two).',
  );
}

/** Asks for a word, because an empty file, left by a full disk, ends with 0 as well. */
function isAble(/** @type {string} */ node) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawnSync(node, ['-e', question], { encoding: 'utf8', env }).stdout === 'able\n';
}

function run(/** @type {string} */ node, /** @type {string[]} */ command, /** @type {string} */ target) {
  const env = { ...process.env };
  const path = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  env[path] = dirname(node) + delimiter + (env[path] ?? '');
  // Importing electron must not try to download its program while tests run.
  const hasElectron = existsSync(join(root, 'node_modules/electron/path.txt'));
  if (/^test[\\/]/.test(target) && !hasElectron) env.ELECTRON_OVERRIDE_DIST_PATH ??= '/nonexistent';

  // V8's bookkeeping of code pages can abort a process whose threads come and go (nodejs/node issue 64500).
  const options = ['--disable-warning=ExperimentalWarning', '--no-memory-protection-keys'];
  const child = spawn(node, [...options, ...command], { stdio: 'inherit', env });
  // A terminal sends ^C to both of us; a second one would cut short what the target does at its end.
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'])) {
    if (signal in constants.signals)
      process.on(signal, () => (signal === 'SIGINT' && hasTerminal ? undefined : child.kill(signal)));
  }
  child.on('error', (error) => fail(3, `${node} did not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    setTimeout(() => process.exit(128 + constants.signals[signal]), 100);
  });
}

function remember(/** @type {object} */ stamp) {
  try {
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, JSON.stringify(stamp));
  } catch {
    // A read-only clone works too: it only compares the lockfiles each time.
  }
}

/** @returns {any} */
function readJson(/** @type {string} */ file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function say(/** @type {string} */ text) {
  process.stderr.write(`gatehouse: ${text}\n`);
}

/** @returns {never} */
function fail(/** @type {number} */ code, /** @type {string[]} */ ...lines) {
  process.stderr.write(`gatehouse: ${lines.filter((line) => line !== '').join('\n')}\n`);
  process.exit(code);
}
