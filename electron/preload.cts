// The preload: asks the main process for one MessagePort when the page wants a connection, and hands it to the page.
import electron = require('electron');

const { ipcRenderer } = electron;
const origin = () => (location.origin === 'null' ? '*' : location.origin);

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const data = event.data as { readonly gatehouse?: unknown } | null;
  if (event.source !== window || typeof data !== 'object' || data?.gatehouse !== 'want-port') return;
  ipcRenderer.send('gatehouse:want-port');
});

ipcRenderer.on('gatehouse:port', (event) => {
  window.postMessage({ gatehouse: 'port' }, origin(), [...event.ports]);
});

/** What the menu asks of the page; the page knows the commands by the same names. */
ipcRenderer.on('gatehouse:command', (_event, name: unknown) => {
  if (typeof name === 'string') window.postMessage({ gatehouse: 'command', name }, origin());
});
