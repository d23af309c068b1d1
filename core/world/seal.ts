// What cannot be waited for in virtual time throws while a clock is driven, and says what it was.
import { createRequire } from 'node:module';
import { assertNever } from '../contract/never.ts';

/** Thrown by work of other threads, of the system or of other machines. */
export class NeedsRealTime extends Error {
  override readonly name = 'NeedsRealTime';
  /** What was asked for, e.g. `fs.readFile`. */
  readonly what: string;

  constructor(what: string) {
    super(`${what} works outside of this thread and needs real time; virtual time does not wait for it`);
    this.what = what;
  }
}

export interface Seal {
  /** From here on such work throws. */
  close(): void;
  open(): void;
  /** The first work that was asked for since the seal was closed, also where somebody swallowed what was thrown. */
  readonly broken: NeedsRealTime | undefined;
}

type Members = Record<string, unknown>;
type Call = (...all: readonly unknown[]) => unknown;
const require = createRequire(import.meta.url);

/**
 * Which functions of a module work elsewhere: those with these names; all but these and what runs to its end (`Sync`);
 * or these when their last argument is a callback.
 */
type Which =
  | { readonly named: readonly string[] }
  | { readonly allBut: readonly string[] }
  | { readonly withCallback: readonly string[] };

const lookups = [
  'lookup',
  'lookupService',
  'resolve',
  ...['4', '6', 'Any', 'Caa', 'Cname', 'Mx', 'Naptr', 'Ns', 'Ptr', 'Soa', 'Srv', 'Tlsa', 'Txt'].map(
    (of) => `resolve${of}`,
  ),
  'reverse',
];

/** Work that is invisible to a clock that jumps when this thread has nothing left to do: Node counts no Immediate for it. */
const elsewhere: readonly (readonly [module: string, Which])[] = [
  [
    'crypto',
    {
      named: ['argon2', 'scrypt', 'pbkdf2', 'hkdf', 'generateKeyPair', 'generateKey', 'generatePrime', 'checkPrime'],
    },
  ],
  ['crypto', { withCallback: ['sign', 'verify', 'diffieHellman', 'encapsulate', 'decapsulate'] }],
  ['zlib', { allBut: ['crc32'] }],
  ['dns', { named: lookups }],
  ['dns/promises', { named: lookups }],
  ['fs', { allBut: ['Stats', 'Dirent', 'Dir', '_toUnixTimestamp', 'unwatchFile'] }],
  ['fs/promises', { allBut: [] }],
  ['worker_threads', { named: ['Worker', 'MessageChannel', 'BroadcastChannel'] }],
  ['child_process', { named: ['spawn', 'exec', 'execFile', 'fork'] }],
  ['net', { named: ['connect', 'createConnection'] }],
  ['http', { named: ['request', 'get'] }],
  ['https', { named: ['request', 'get'] }],
  ['dgram', { named: ['createSocket'] }],
];

const globals = [
  'fetch',
  'WebSocket',
  'MessageChannel',
  'BroadcastChannel',
  'CompressionStream',
  'DecompressionStream',
];

export function sealThread(): Seal {
  let isClosed = false;
  let broken: NeedsRealTime | undefined;
  const refuse = (what: string) => {
    if (!isClosed) return;
    const error = new NeedsRealTime(what);
    broken ??= error;
    throw error;
  };
  const sealed = (real: Call, what: string, asks = (_all: readonly unknown[]) => true): Call =>
    new Proxy(real, {
      apply: (target, self, all) => {
        if (asks(all)) refuse(what);
        return Reflect.apply(target, self, all);
      },
      construct: (target, all, made) => {
        refuse(what);
        return Reflect.construct(target, all, made) as object;
      },
    });
  /** Replaces functions of a module, a prototype or the global object, whatever they are. */
  const seal = (
    holder: object,
    names: readonly string[],
    where: string,
    asks?: (all: readonly unknown[]) => boolean,
  ) => {
    for (const name of names) {
      const described = Object.getOwnPropertyDescriptor(holder, name);
      if (typeof described?.value !== 'function') continue;
      const value = sealed(described.value as Call, `${where}${name}`, asks);
      Object.defineProperty(holder, name, { ...described, value });
    }
  };
  for (const [name, which] of elsewhere) {
    const module = require(`node:${name}`) as Members;
    seal(module, namesOf(module, which), `${name}.`, 'withCallback' in which ? endsInCallback : undefined);
  }
  seal(globalThis, globals, '');
  seal((globalThis as unknown as Members).WebAssembly as object, ['compile', 'instantiate'], 'WebAssembly.');
  const prototypes: readonly (readonly [holder: object, names: readonly string[], where: string])[] = [
    [Object.getPrototypeOf(globalThis.crypto.subtle) as object, [], 'crypto.subtle.'],
    [prototypeOf('dns', 'Resolver'), lookups, 'dns.Resolver.'],
    [prototypeOf('dns/promises', 'Resolver'), lookups, 'dns.promises.Resolver.'],
    [prototypeOf('net', 'Socket'), ['connect'], 'net.Socket.'],
    [prototypeOf('net', 'Server'), ['listen'], 'net.Server.'],
  ];
  for (const [holder, names, where] of prototypes) seal(holder, names.length > 0 ? names : methodsOf(holder), where);
  sealHandles((handle) => seal(handle, methodsOf(handle), 'fs.FileHandle.'));
  return {
    close() {
      isClosed = true;
      broken = undefined;
    },
    open: () => void (isClosed = false),
    get broken() {
      return broken;
    },
  };
}

function namesOf(module: Members, which: Which): readonly string[] {
  if ('named' in which) return which.named;
  if ('withCallback' in which) return which.withCallback;
  if ('allBut' in which)
    return Object.keys(module).filter((name) => !name.endsWith('Sync') && !which.allBut.includes(name));
  return assertNever(which);
}

const endsInCallback = (all: readonly unknown[]) => typeof all.at(-1) === 'function';

const prototypeOf = (module: string, name: string) =>
  (require(`node:${module}`) as Readonly<Record<string, { readonly prototype: object }>>)[name]?.prototype ?? {};

const methodsOf = (holder: object) => Object.getOwnPropertyNames(holder).filter((name) => name !== 'constructor');

/** The class of open files is nowhere to be had but from an open file. */
function sealHandles(seal: (prototype: object) => void): void {
  const promises = require('node:fs/promises') as { open: (...all: readonly unknown[]) => Promise<object> };
  const { open } = promises;
  let isSealed = false;
  promises.open = async (...all) => {
    const handle = await open(...all);
    if (!isSealed) seal(Object.getPrototypeOf(handle) as object);
    isSealed = true;
    return handle;
  };
}
