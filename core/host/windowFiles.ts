// The window's files as both hosts serve them: known types from one folder, under one Content-Security-Policy.
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

/**
 * Nothing but our own files runs or loads; inline styles are CodeMirror's and the panes'.
 *
 * @param connect what the page may talk to, beside itself: WebSocket addresses of the web host, or nothing
 */
export const contentSecurityPolicy = (connect: readonly string[]): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...connect].join(' '),
    "frame-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/** Reads a file of the window; undefined for anything outside its folder, of another type, or not there. */
export async function windowFile(
  folder: string,
  path: string,
): Promise<{ readonly type: string; readonly bytes: Buffer } | undefined> {
  const file = normalize(join(folder, path === '/' ? 'index.html' : path));
  const type = types[extname(file)];
  if (!file.startsWith(normalize(folder) + sep) || type === undefined) return undefined;
  try {
    return { type, bytes: await readFile(file) };
  } catch {
    return undefined;
  }
}
