// The loopback web host: the window's files over HTTP and the contract's port over a WebSocket, for whoever has the token.
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { maxFrame, type Port } from '../contract/port.ts';
import { webSocketPort } from './ports.ts';
import { contentSecurityPolicy, windowFile } from './windowFiles.ts';

export interface WebOptions {
  /** Folder with the built window; asked for with the first page, because it may have to be built. */
  readonly assets: () => Promise<string>;
  /** 0 takes any free port. */
  readonly port: number;
  /** What a window must know to be served; at least 128 bits of randomness. */
  readonly token: string;
  /** Called with the port of each window that connects. */
  attach(port: Port): void;
}

export interface WebHost {
  /** Address to open, with the token in its fragment, which no server ever sees. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the window on 127.0.0.1 alone. Rejects with the system's error when the port is taken. */
export async function openWeb(options: WebOptions): Promise<WebHost> {
  const server = createServer((request, response) => {
    serveFile(request, response, options.assets).catch((error: unknown) => {
      end(response, 500, `the window could not be served: ${error instanceof Error ? error.message : String(error)}`);
    });
  });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrame, perMessageDeflate: false });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = refuse(request, options.token);
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (one) => options.attach(webSocketPort(one)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: options.port }, resolve);
  });
  const { port } = server.address() as { readonly port: number };
  return {
    port,
    url: `http://127.0.0.1:${port}/#token=${options.token}`,
    close: async () => {
      for (const one of sockets.clients) one.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Why a WebSocket is refused, as an HTTP status; undefined when it is welcome. */
function refuse(request: IncomingMessage, token: string): string | undefined {
  if (!isOurs(request)) return '421 Misdirected Request';
  const { origin, host } = request.headers;
  if (origin !== `http://${host}`) return '403 Forbidden';
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname !== '/port') return '404 Not Found';
  return same(url.searchParams.get('token') ?? '', token) ? undefined : '401 Unauthorized';
}

/** A page of a foreign site that had its name resolve to us (DNS rebinding) sends its own Host. */
function isOurs(request: IncomingMessage): boolean {
  const port = request.socket.localPort;
  return request.headers.host === `127.0.0.1:${port}` || request.headers.host === `localhost:${port}`;
}

function same(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}

async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  assetsOf: () => Promise<string>,
): Promise<void> {
  if (!isOurs(request)) return end(response, 421, 'this host answers to 127.0.0.1 and localhost only');
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'only GET and HEAD');
  let path: string;
  try {
    path = decodeURIComponent(new URL(request.url ?? '/', 'http://127.0.0.1').pathname);
  } catch {
    return end(response, 400, 'malformed address');
  }
  const file = await windowFile(await assetsOf(), path);
  if (!file) return end(response, 404, 'no such file');
  const { type, bytes } = file;
  const port = request.socket.localPort ?? 0;
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': bytes.length,
    'Content-Security-Policy': contentSecurityPolicy([`ws://127.0.0.1:${port}`, `ws://localhost:${port}`]),
    'Cache-Control': path.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function end(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' });
  response.end(`${text}\n`);
}
