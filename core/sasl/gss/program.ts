// The Kerberos helper: a process of its own that loads the system's library, since a wrong call into it ends a process.
import { Desk } from './desk.ts';
import { type GssLibrary, loadLibrary } from './library.ts';
import { readCall, type Unable } from './messages.ts';

/** As Debian, Fedora, openSUSE, Arch and FreeBSD have it. Heimdal and macOS's GSS.framework are none of these. */
const libraryName = 'libgssapi_krb5.so.2';

/** What Electron's utilityProcess talks through (its `process.parentPort`). */
interface ParentPort {
  on(name: 'message', take: (event: { readonly data: unknown }) => void): void;
  postMessage(message: unknown): void;
}

const { parentPort } = process as unknown as { readonly parentPort?: ParentPort };

async function loaded(): Promise<GssLibrary | Unable> {
  if (process.platform === 'win32' || process.platform === 'darwin')
    return { kind: 'platform', detail: process.platform === 'win32' ? 'Windows' : 'macOS' };
  try {
    return await loadLibrary(libraryName);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { kind: detail.includes(libraryName) ? 'library' : 'koffi', detail };
  }
}

// Ctrl-C goes to every process of the terminal: the host ends in order, and then its helper.
process.on('SIGINT', () => undefined);
const desk = loaded().then((library) => new Desk(library));

async function take(message: unknown, say: (answer: unknown) => void): Promise<void> {
  const call = readCall(message);
  if (call === undefined) return;
  const answer = (await desk).answer(call);
  if (answer) say(answer);
}

if (parentPort) {
  parentPort.on('message', ({ data }) => void take(data, (answer) => parentPort.postMessage(answer)));
} else {
  process.on('message', (message) => void take(message, (answer) => process.send?.(answer)));
  // The host is gone, however it ended.
  process.on('disconnect', () => process.exit(0));
}
