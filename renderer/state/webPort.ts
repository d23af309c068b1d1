// The port of a browser window: a WebSocket to the loopback host that served the page, opened with the page's token.
import type { Port } from '../../core/contract/port.ts';

const KEPT = 'gatehouse.token';

/**
 * The token of the web host: from the fragment `#token=...` of the address, and kept for reloads of this tab.
 * The fragment is taken out of the address bar, so that it does not end up in a screenshot.
 */
export function takeToken(): string | undefined {
  const fresh = new URLSearchParams(location.hash.slice(1)).get('token');
  if (fresh !== null && fresh !== '') {
    sessionStorage.setItem(KEPT, fresh);
    history.replaceState(history.state, '', location.pathname + location.search);
    return fresh;
  }
  return sessionStorage.getItem(KEPT) ?? undefined;
}

/** Opens the port; rejects when the host does not answer or does not know the token. */
export function openWebPort(token: string): Promise<Port> {
  const url = new URL('port', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.pathname = '/port';
  url.search = new URLSearchParams({ token }).toString();
  url.hash = '';
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    const early: Uint8Array[] = [];
    let receive: ((frame: Uint8Array) => void) | undefined;
    let closed: (() => void) | undefined;
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      closed?.();
    };
    const port: Port = {
      send: (frame) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(frame as Uint8Array<ArrayBuffer>);
      },
      onFrame: (next) => {
        receive = next;
        for (const frame of early.splice(0)) next(frame);
      },
      onClose: (next) => {
        closed = next;
        if (isOver) next();
      },
      close: () => socket.close(),
    };
    socket.addEventListener('open', () => resolve(port));
    socket.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (!(event.data instanceof ArrayBuffer)) return;
      const frame = new Uint8Array(event.data);
      if (receive) receive(frame);
      else early.push(frame);
    });
    socket.addEventListener('close', () => {
      reject(new Error('The workbench does not answer. Is it still running?'));
      end();
    });
  });
}
