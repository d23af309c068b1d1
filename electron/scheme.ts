// The app: scheme: the built window's files under a strict Content-Security-Policy, and nothing else.
import { protocol } from 'electron';
import { contentSecurityPolicy, windowFile } from '../core/host/windowFiles.ts';

/** Must be called before the app is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** Answers `app://gatehouse/...` from the folder of the built window. */
export function serveWindow(folder: string): void {
  protocol.handle('app', (request) => answer(request, folder));
}

export async function answer(
  request: { readonly url: string; readonly method: string },
  folder: string,
): Promise<Response> {
  const url = new URL(request.url);
  if (url.host !== 'gatehouse' || request.method !== 'GET') return new Response('no such page', { status: 404 });
  const file = await windowFile(folder, decodeURIComponent(url.pathname));
  if (!file) return new Response('no such file', { status: 404 });
  return new Response(new Uint8Array(file.bytes), {
    headers: {
      'Content-Type': file.type,
      'Content-Security-Policy': contentSecurityPolicy([]),
      'X-Content-Type-Options': 'nosniff',
    },
  });
}
