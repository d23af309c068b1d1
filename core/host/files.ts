// Files as commands read and write them: clear refusals, and nothing half written.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CommandError, systemReason } from './exit.ts';

/** Largest configuration or scenario file read, octets. */
const LARGEST = 8_000_000;

/** Reads a text file a person named; exit 2 when it cannot be read or is not UTF-8 text. */
export function readText(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CommandError(2, `${path}: cannot be read: ${systemReason(error)}`);
  }
  if (bytes.length > LARGEST) throw new CommandError(2, `${path}: larger than ${LARGEST} bytes; is it the right file?`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError(2, `${path}: not UTF-8 text; save it as UTF-8, or name another file`);
  }
}

/** Writes a whole file or nothing: beside it first, then renamed into place. Exit 3 when the disk refuses. */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}.part`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new CommandError(3, `${path}: cannot be written: ${systemReason(error)}`);
  }
}

/** Refuses to replace a file that is there, unless told to. */
export function mustBeFree(path: string, force: boolean): void {
  if (existsSync(path) && !force)
    throw new CommandError(
      2,
      `${path}: already exists and is left as it is; name another file, or say --force to replace it`,
    );
}

/** The folder of the workspace used when none is named. */
export function usualWorkspace(): string {
  const home = homedir();
  const data =
    process.platform === 'win32'
      ? (process.env['APPDATA'] ?? join(home, 'AppData', 'Roaming'))
      : process.platform === 'darwin'
        ? join(home, 'Library', 'Application Support')
        : (process.env['XDG_DATA_HOME'] ?? join(home, '.local', 'share'));
  return join(data, 'gatehouse', 'lab.gatehouse');
}
