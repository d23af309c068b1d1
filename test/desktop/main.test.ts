// The Electron host against a stand-in for electron: window hardening, IPC sender check, app protocol, one instance.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel } from 'node:worker_threads';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SpawnHelper } from '../../core/sasl/gss/calling.ts';

const fake = vi.hoisted(() => {
  type Listener = (...args: never[]) => unknown;
  const emitter = () => {
    const all = new Map<string, Listener[]>();
    return {
      on(name: string, listener: Listener) {
        all.set(name, [...(all.get(name) ?? []), listener]);
        return this;
      },
      once(name: string, listener: Listener) {
        return this.on(name, listener);
      },
      emit: (name: string, ...args: unknown[]) =>
        (all.get(name) ?? []).map((listener) => listener(...(args as never[]))),
      names: () => [...all.keys()],
    };
  };
  const windows: Record<string, unknown>[] = [];
  const state = {
    lock: true,
    quits: 0,
    exits: [] as number[],
    errors: [] as string[],
    channels: [] as unknown[],
    backend: 'gnome_libsecret',
  };
  const handlers: Record<string, Listener> = {};
  const forked: {
    path: string;
    sent: unknown[];
    killed: number;
    child: { emit(name: string, ...args: unknown[]): unknown };
  }[] = [];
  const ipc = emitter();
  const app = Object.assign(emitter(), {
    requestSingleInstanceLock: () => state.lock,
    enableSandbox: vi.fn(),
    whenReady: () => Promise.resolve(),
    quit: () => void (state.quits += 1),
    exit: (code: number) => void state.exits.push(code),
    showAboutPanel: vi.fn(),
  });
  return { emitter, windows, state, handlers, forked, ipc, app };
});

vi.mock('electron', () => {
  class BrowserWindow {
    options: unknown;
    webContents = Object.assign(fake.emitter(), {
      setWindowOpenHandler: (handler: () => unknown) => void (fake.handlers['window-open'] = handler),
      send: vi.fn(),
    });
    loaded = '';
    #events = fake.emitter();
    constructor(options: unknown) {
      this.options = options;
      fake.windows.push(this as never);
    }
    loadURL(url: string) {
      this.loaded = url;
      return Promise.resolve();
    }
    on = (name: string, listener: (...args: never[]) => unknown) => this.#events.on(name, listener);
    once = (name: string, listener: (...args: never[]) => unknown) => this.#events.on(name, listener);
    show = vi.fn();
    focus = vi.fn();
    restore = vi.fn();
    isMinimized = () => true;
  }
  return {
    app: fake.app,
    BrowserWindow,
    dialog: { showErrorBox: (title: string, text: string) => void fake.state.errors.push(`${title}: ${text}`) },
    ipcMain: fake.ipc,
    Menu: { setApplicationMenu: vi.fn(), buildFromTemplate: (template: unknown) => template },
    MessageChannelMain: class {
      port1;
      port2;
      constructor() {
        const { port1, port2 } = new MessageChannel();
        this.port1 = port1;
        this.port2 = port2;
        fake.state.channels.push(port1, port2);
      }
    },
    protocol: {
      registerSchemesAsPrivileged: (schemes: unknown) => void (fake.handlers['schemes'] = () => schemes),
      handle: (scheme: string, handler: (...args: never[]) => unknown) =>
        void (fake.handlers[`scheme:${scheme}`] = handler),
    },
    safeStorage: {
      isEncryptionAvailable: () => fake.state.backend !== 'none',
      getSelectedStorageBackend: () => fake.state.backend,
      encryptString: (text: string) => Buffer.from(text, 'utf16le'),
      decryptString: (sealed: Buffer) => sealed.toString('utf16le'),
    },
    utilityProcess: {
      fork: (path: string) => {
        const child = fake.emitter();
        const one = { path, sent: [] as unknown[], killed: 0, child };
        fake.forked.push(one);
        return Object.assign(child, {
          postMessage: (message: unknown) => void one.sent.push(message),
          kill: () => void (one.killed += 1),
        });
      },
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: (handler: never) => void (fake.handlers['permission'] = handler),
        setPermissionCheckHandler: (handler: never) => void (fake.handlers['permission-check'] = handler),
        setDevicePermissionHandler: (handler: never) => void (fake.handlers['device'] = handler),
        webRequest: { onBeforeRequest: (handler: never) => void (fake.handlers['request'] = handler) },
      },
    },
  };
});

const workbench = vi.hoisted(() => ({
  attached: [] as unknown[],
  closed: 0,
  fails: undefined as Error | undefined,
  options: undefined as { spawnKerberos?: SpawnHelper } | undefined,
}));
vi.mock('../../core/host/workbench.ts', () => ({
  openWorkbench: (options: { spawnKerberos?: SpawnHelper }) => {
    workbench.options = options;
    return workbench.fails
      ? Promise.reject(workbench.fails)
      : Promise.resolve({
          attach: (port: unknown) => void workbench.attached.push(port),
          close: () => Promise.resolve(void (workbench.closed += 1)),
        });
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-desktop-'));
writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Gatehouse</title>');
vi.mock('../../core/host/assets.ts', () => ({ windowFolder: () => Promise.resolve(folder) }));
afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const port of fake.state.channels) (port as { close(): void }).close();
});

const main = await import('../../electron/main.ts');
const { hardening, home } = await import('../../electron/window.ts');
const { menuTemplate } = await import('../../electron/menu.ts');

const ours = { url: home, parent: null, postMessage: vi.fn() };

beforeEach(() => {
  workbench.attached.length = 0;
  workbench.fails = undefined;
});

describe('the Electron host', () => {
  it('opens one hardened window on its own scheme', async () => {
    await main.start();
    const [window] = fake.windows as unknown as {
      options: { webPreferences: object };
      loaded: string;
      focus: () => void;
    }[];
    expect(window?.loaded).toBe('app://gatehouse/index.html');
    expect(window?.options.webPreferences).toEqual({
      ...hardening,
      preload: expect.stringMatching(/preload\.cjs$/) as string,
    });
    expect(hardening).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    });
    fake.app.emit('second-instance');
    expect(window?.focus).toHaveBeenCalledOnce();
    expect(fake.app.enableSandbox).toHaveBeenCalled();
  });

  it('lends the workbench a utility process for Kerberos, which no package could fork as Node', () => {
    const heard: unknown[] = [];
    const process = workbench.options?.spawnKerberos?.();
    process?.onMessage((message) => heard.push(message));
    process?.onEnd((how) => heard.push(how));
    process?.post({ n: 1, do: 'ticket' });
    process?.end();
    const [forked] = fake.forked;
    expect(forked).toMatchObject({ sent: [{ n: 1, do: 'ticket' }], killed: 1 });
    expect(forked?.path).toMatch(/core\/sasl\/gss\/program\.ts$/);
    forked?.child.emit('message', { n: 1, is: 'fine' });
    forked?.child.emit('exit', 9);
    expect(heard).toEqual([{ n: 1, is: 'fine' }, 'exit code 9']);
  });

  it('denies navigation, windows, permissions, devices and requests to anywhere else', () => {
    const prevented = { preventDefault: vi.fn(), isMainFrame: false };
    const { webContents } = fake.windows[0] as unknown as { webContents: ReturnType<typeof fake.emitter> };
    const names = ['will-navigate', 'will-redirect', 'will-attach-webview', 'will-frame-navigate'];
    for (const name of names) webContents.emit(name, prevented);
    expect(prevented.preventDefault).toHaveBeenCalledTimes(names.length);
    expect(fake.handlers['window-open']?.()).toEqual({ action: 'deny' });
    const answers: boolean[] = [];
    for (const permission of ['media', 'notifications', 'geolocation', 'clipboard-sanitized-write'])
      (fake.handlers['permission'] as unknown as (c: null, p: string, d: (ok: boolean) => void) => void)(
        null,
        permission,
        (ok) => answers.push(ok),
      );
    expect(answers).toEqual([false, false, false, true]);
    expect(fake.handlers['device']?.()).toBe(false);
    const cancelled = (url: string) => {
      let answer: { cancel?: boolean } = {};
      (fake.handlers['request'] as unknown as (d: { url: string }, c: (a: object) => void) => void)(
        { url },
        (a) => (answer = a),
      );
      return answer.cancel;
    };
    expect(
      ['https://example.com/', 'http://127.0.0.1/', 'file:///etc/passwd', 'app://gatehouse/index.html'].map(cancelled),
    ).toEqual([true, true, true, false]);
  });

  it('hands a port to its own page and to nobody else', () => {
    const strangers = [
      null,
      { url: 'https://evil.example/', parent: null },
      { url: 'app://gatehouse/index.html.evil', parent: null },
      { url: 'app://other/index.html', parent: null },
      { url: home, parent: { url: home } },
    ];
    for (const senderFrame of strangers) fake.ipc.emit('gatehouse:want-port', { senderFrame });
    expect(workbench.attached).toHaveLength(0);
    fake.ipc.emit('gatehouse:want-port', { senderFrame: ours });
    expect(workbench.attached).toHaveLength(1);
    expect(ours.postMessage).toHaveBeenCalledWith('gatehouse:port', null, [expect.anything()]);
    expect(fake.ipc.names()).toEqual(['gatehouse:want-port']);
  });

  it('serves its own files under a strict policy and nothing else', async () => {
    const get = (url: string, method = 'GET') =>
      (fake.handlers['scheme:app'] as unknown as (r: object) => Promise<Response>)({ url, method });
    const page = await get('app://gatehouse/index.html');
    expect([page.status, page.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ]);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe-eval');
    const refused = [
      'app://gatehouse/../../../etc/passwd',
      'app://gatehouse/%2e%2e/%2e%2e/secret.html',
      'app://other/index.html',
      'app://gatehouse/none.js',
    ];
    expect(await Promise.all(refused.map(async (url) => (await get(url)).status))).toEqual([404, 404, 404, 404]);
    expect((await get('app://gatehouse/index.html', 'POST')).status).toBe(404);
  });

  it('waits for the workbench to close before it quits', async () => {
    const event = { preventDefault: vi.fn() };
    const before = fake.state.quits;
    fake.app.emit('will-quit', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect([workbench.closed, fake.state.quits]).toEqual([1, before + 1]));
    fake.app.emit('will-quit', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
  });

  it('leaves at once when it runs already, and says why when it cannot open', async () => {
    const quits = fake.state.quits;
    fake.state.lock = false;
    await main.start();
    expect(fake.state.quits).toBe(quits + 1);
    expect(fake.windows).toHaveLength(1);
    fake.state.lock = true;
    const { CommandError } = await import('../../core/host/exit.ts');
    workbench.fails = new CommandError(2, 'x.yml:3: errors.maxErrors: expected a whole number', ['correct it']);
    await main.start();
    expect(fake.state.errors).toEqual([
      'Gatehouse cannot open: x.yml:3: errors.maxErrors: expected a whole number\ncorrect it',
    ]);
    expect(fake.state.exits).toEqual([2]);
  });

  it('lends the key store of the system, and none where that is only a known key', async () => {
    const { keyStoreOf } = await import('../../electron/keyStore.ts');
    const of = (backend: string, platform: NodeJS.Platform) => {
      fake.state.backend = backend;
      return keyStoreOf(platform);
    };
    const store = of('gnome_libsecret', 'linux');
    expect('seal' in store && store.seal.open(Uint8Array.from(store.seal.seal('hush')))).toBe('hush');
    expect(of('basic_text', 'linux')).toEqual({ missing: expect.stringContaining('basic_text') as string });
    expect(of('none', 'linux')).toEqual({ missing: 'this system has no key store that can be used now' });
    expect(of('basic_text', 'win32')).toHaveProperty('seal');
  });

  it('has the standard roles in its menu, and the page’s commands', () => {
    const sent: string[] = [];
    const template = menuTemplate((name) => sent.push(name), true);
    expect(template.map((one) => one.role ?? one.label)).toEqual([
      'appMenu',
      'fileMenu',
      'editMenu',
      '&Go',
      '&View',
      'windowMenu',
      'help',
    ]);
    const go = template.find((one) => one.label === '&Go')?.submenu as { click: () => void }[];
    for (const one of go) one.click();
    expect(sent).toEqual(['palette', 'view.sessions', 'view.scenarios', 'view.receiver', 'view.messages']);
  });
});
