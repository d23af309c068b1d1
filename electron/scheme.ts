// The app: scheme: the built window's files under a strict Content-Security-Policy, and nothing else.
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

export const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

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
  const file = normalize(join(folder, decodeURIComponent(url.pathname)));
  const type = types[extname(file)];
  if (!file.startsWith(normalize(folder) + sep) || type === undefined)
    return new Response('no such file', { status: 404 });
  try {
    const bytes = await readFile(file);
    return new Response(new Uint8Array(bytes), {
      headers: { 'Content-Type': type, 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff' },
    });
  } catch {
    return new Response('no such file', { status: 404 });
  }
}
