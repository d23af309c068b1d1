// The system's MIT Kerberos library through its C interface (RFC 2744): a wrong call ends the process, so only the helper loads it.
import type { KerberosKeys } from '../kerberos.ts';

/** A pointer into the library's memory. */
export type Handle = bigint;

export interface GssFailure {
  readonly failed: string;
  /** Ours, not the other side's: keytab, replay cache, ticket cache, memory. */
  readonly ours: boolean;
}

export interface Acquired {
  readonly credentials: Handle;
}

/** What one token came to. The context has to be deleted in the end, also when it is not done. */
export interface Advanced {
  readonly context: Handle;
  readonly token: Uint8Array;
  readonly done: boolean;
}

export interface Names {
  readonly principal: string;
  /** Realm of the service's key; empty when its name has none. */
  readonly realm: string;
}

export interface GssLibrary {
  /** Keys that accept contexts for a service; every host's key of that service will do. */
  acquireKeys(keys: KerberosKeys): Acquired | GssFailure;
  /** A ticket of the ambient cache (KRB5CCNAME) to begin contexts with. */
  acquireTicket(): Acquired | GssFailure;
  accept(context: Handle | null, credentials: Handle, token: Uint8Array): Advanced | GssFailure;
  /** `target`: service@host. */
  initiate(
    context: Handle | null,
    from: { credentials: Handle; target: string },
    token: Uint8Array,
  ): Advanced | GssFailure;
  /** Who began the context, and who accepted it. */
  names(context: Handle): Names | GssFailure;
  /** Integrity only. */
  wrap(context: Handle, bytes: Uint8Array): Uint8Array | GssFailure;
  unwrap(context: Handle, bytes: Uint8Array): Uint8Array | GssFailure;
  releaseCredentials(credentials: Handle): void;
  releaseContext(context: Handle): void;
}

/** 1.2.840.113554.1.2.2: without naming it, an empty or foreign first token would begin SPNEGO. */
const kerberosV5 = Buffer.from('2a864886f712010202', 'hex');
/** GSS_C_NT_HOSTBASED_SERVICE, 1.2.840.113554.1.2.1.4. */
const hostBasedService = Buffer.from('2a864886f71201020104', 'hex');

const forever = 0xffff_ffff;
const initiating = 1;
const accepting = 2;
const continueNeeded = 1;
const errorBits = 0xffff_0000;
const generalFailure = 13 << 16;
/** Mutual authentication, replay and sequence detection, integrity: what the last two messages of RFC 4752 need. */
const wanted = 0x02 | 0x04 | 0x08 | 0x20;
const tableBase = -1765328384;

/** The library by its name, whose calls have had one signature since MIT Kerberos 1.11. Throws where it cannot be loaded. */
export async function loadLibrary(name: string): Promise<GssLibrary> {
  const { default: koffi } = await import('koffi');
  const lib = koffi.load(name);
  koffi.struct('GssBuffer', { length: 'size_t', value: 'void *' });
  koffi.struct('GssOid', { length: 'uint32_t', elements: 'void *' });
  koffi.struct('GssOidSet', { count: 'size_t', elements: 'GssOid *' });
  koffi.struct('GssPair', { key: 'const char *', value: 'const char *' });
  koffi.struct('GssPairs', { count: 'uint32_t', elements: 'GssPair *' });
  const func = (name: string, parameters: string) =>
    lib.func(`uint32_t ${name}(_Out_ uint32_t *minor, ${parameters})`) as (
      minor: [number],
      ...more: unknown[]
    ) => number;
  const out = '_Out_ void **';
  const importName = func('gss_import_name', `GssBuffer *text, GssOid *type, ${out}name`);
  const displayName = func('gss_display_name', `void *name, _Out_ GssBuffer *text, void *type`);
  const releaseName = func('gss_release_name', '_Inout_ void **name');
  const releaseBuffer = func('gss_release_buffer', '_Inout_ GssBuffer *buffer');
  const displayStatus = func(
    'gss_display_status',
    'uint32_t value, int type, GssOid *mech, _Inout_ uint32_t *more, _Out_ GssBuffer *text',
  );
  const acquire = func(
    'gss_acquire_cred_from',
    `void *name, uint32_t time, GssOidSet *mechs, int usage, GssPairs *store, ${out}cred, void *mechsOut, void *timeOut`,
  );
  const inquireCred = func(
    'gss_inquire_cred',
    'void *cred, void *name, _Out_ uint32_t *lifetime, void *usage, void *mechs',
  );
  const releaseCred = func('gss_release_cred', '_Inout_ void **cred');
  const acceptContext = func(
    'gss_accept_sec_context',
    '_Inout_ void **context, void *cred, GssBuffer *token, void *bindings, void *name, void *mech, _Out_ GssBuffer *answer, void *flags, void *time, void *delegated',
  );
  const initContext = func(
    'gss_init_sec_context',
    'void *cred, _Inout_ void **context, void *target, GssOid *mech, uint32_t flags, uint32_t time, void *bindings, GssBuffer *token, void *mechOut, _Out_ GssBuffer *answer, void *flagsOut, void *timeOut',
  );
  const inquireContext = func(
    'gss_inquire_context',
    `void *context, ${out}source, ${out}target, void *time, void *mech, void *flags, void *local, void *open`,
  );
  const deleteContext = func('gss_delete_sec_context', '_Inout_ void **context, void *token');
  const wrapBytes = func(
    'gss_wrap',
    'void *context, int secret, uint32_t quality, GssBuffer *bytes, void *state, _Out_ GssBuffer *wrapped',
  );
  const unwrapBytes = func(
    'gss_unwrap',
    'void *context, GssBuffer *wrapped, _Out_ GssBuffer *bytes, void *state, void *quality',
  );

  const oid = (elements: Buffer) => ({ length: elements.length, elements });
  const buffer = (bytes: Uint8Array) => ({ length: bytes.length, value: bytes });
  interface Memory {
    length: number;
    value: Handle | null;
  }
  const empty = (): Memory => ({ length: 0, value: null });
  /** Copies what the library gave, and gives it back. */
  const taken = (memory: Memory): Uint8Array => {
    if (memory.value === null) return new Uint8Array();
    const bytes = new Uint8Array(koffi.view(memory.value, memory.length)).slice();
    releaseBuffer([0], memory);
    return bytes;
  };

  const words = (value: number, type: 1 | 2): string => {
    const more = [0];
    const said: string[] = [];
    do {
      const text = empty();
      if ((displayStatus([0], value, type, oid(kerberosV5), more, text) & errorBits) !== 0) break;
      said.push(Buffer.from(taken(text)).toString());
    } while (more[0] !== 0 && said.length < 8);
    return said.join('; ');
  };
  const failure = (major: number, [minor]: [number]): GssFailure => {
    const inWords = minor === 0 ? '' : words(minor, 2);
    const isGeneral = (major & errorBits) >>> 0 === generalFailure;
    return {
      failed: inWords === '' || /^(success|unknown error)$/i.test(inWords) ? words(major, 1) : inWords,
      ours: isGeneral && isOurs(minor | 0),
    };
  };

  const nameOf = (text: string, type: Buffer): Handle | GssFailure => {
    const minor: [number] = [0];
    const name: [Handle | null] = [null];
    const major = importName(minor, buffer(Buffer.from(text)), oid(type), name);
    return name[0] === null ? failure(major, minor) : name[0];
  };
  const shown = (name: Handle | null): string => {
    if (name === null) return '';
    const text = empty();
    displayName([0], name, text, null);
    releaseName([0], [name]);
    return Buffer.from(taken(text)).toString();
  };
  const acquired = (
    name: Handle | null,
    usage: number,
    store: Readonly<Record<string, string>>,
  ): Acquired | GssFailure => {
    const minor: [number] = [0];
    const credentials: [Handle | null] = [null];
    const pairs = Object.entries(store).map(([key, value]) => ({ key, value }));
    const kept = { count: pairs.length, elements: pairs };
    const mechs = { count: 1, elements: [oid(kerberosV5)] };
    const major = acquire(minor, name, forever, mechs, usage, kept, credentials, null, null);
    const said = credentials[0] === null ? { ...failure(major, minor), ours: true } : { credentials: credentials[0] };
    if (name !== null) releaseName([0], [name]);
    return said;
  };
  const advanced = (
    major: number,
    minor: [number],
    [context, answer]: [Handle | null, Memory],
  ): Advanced | GssFailure => {
    // The minor status is read first: releasing a buffer sets another one.
    const failed = (major & errorBits) === 0 && context !== null ? undefined : failure(major, minor);
    const token = taken(answer);
    if (failed === undefined) return { context: context as Handle, token, done: (major & continueNeeded) === 0 };
    if (context !== null) deleteContext([0], [context], null);
    return failed;
  };
  const moved = (major: number, minor: [number], memory: Memory): Uint8Array | GssFailure =>
    (major & errorBits) === 0 ? taken(memory) : failure(major, minor);

  return {
    acquireKeys: ({ keytab, service }) => {
      // Without a host behind the service, the key of any host is right (MIT Kerberos, "Host-based services").
      const name = nameOf(service, hostBasedService);
      // Replays are remembered whatever the environment says.
      const store = { rcache: 'dfl:', ...(keytab !== '' && { keytab }) };
      return typeof name === 'bigint' ? acquired(name, accepting, store) : name;
    },
    acquireTicket: () => {
      const said = acquired(null, initiating, {});
      if ('failed' in said) return said;
      // Only now is the cache read; a ticket that has expired is as good as none.
      const minor: [number] = [0];
      const lifetime: [number] = [0];
      const major = inquireCred(minor, said.credentials, null, lifetime, null, null);
      if ((major & errorBits) === 0 && lifetime[0] > 0) return said;
      const failed = (major & errorBits) === 0 ? 'the ticket has expired' : failure(major, minor).failed;
      releaseCred([0], [said.credentials]);
      return { failed, ours: true };
    },
    accept: (context, credentials, token) => {
      const minor: [number] = [0];
      const inout: [Handle | null] = [context];
      const answer = empty();
      const rest = [null, null, null, answer, null, null, null];
      const major = acceptContext(minor, inout, credentials, buffer(token), ...rest);
      return advanced(major, minor, [inout[0], answer]);
    },
    initiate: (context, { credentials, target }, token) => {
      const name = nameOf(target, hostBasedService);
      if (typeof name !== 'bigint') return name;
      const minor: [number] = [0];
      const inout: [Handle | null] = [context];
      const answer = empty();
      const mech = [oid(kerberosV5), wanted, 0, null];
      const rest = [null, answer, null, null];
      const major = initContext(minor, credentials, inout, name, ...mech, buffer(token), ...rest);
      const said = advanced(major, minor, [inout[0], answer]);
      releaseName([0], [name]);
      return said;
    },
    names: (context) => {
      const minor: [number] = [0];
      const source: [Handle | null] = [null];
      const target: [Handle | null] = [null];
      const major = inquireContext(minor, context, source, target, null, null, null, null, null);
      if ((major & errorBits) !== 0) return failure(major, minor);
      return { principal: shown(source[0]), realm: realmOf(shown(target[0])) };
    },
    wrap: (context, bytes) => {
      const minor: [number] = [0];
      const wrapped = empty();
      return moved(wrapBytes(minor, context, 0, 0, buffer(bytes), null, wrapped), minor, wrapped);
    },
    unwrap: (context, bytes) => {
      const minor: [number] = [0];
      const unwrapped = empty();
      return moved(unwrapBytes(minor, context, buffer(bytes), unwrapped, null, null), minor, unwrapped);
    },
    releaseCredentials: (credentials) => void releaseCred([0], [credentials]),
    releaseContext: (context) => void deleteContext([0], [context], null),
  };
}

/** Behind the last `@` that is not escaped, as Kerberos writes names. */
export function realmOf(principal: string): string {
  return /(?<!\\)(?:\\\\)*@((?:[^@\\]|\\.)*)$/.exec(principal)?.[1] ?? '';
}

/**
 * The system's errors; of Kerberos V5's own table the configuration (135, 136), the replay cache (159 to 172, but for a replay,
 * 163) and the keytab's file (179 to 184, but for a key that is not in it, 181, and its end, 182).
 */
function isOurs(minor: number): boolean {
  const at = minor - tableBase;
  if (minor > 0 && minor < 4096) return true;
  return (
    at === 135 || at === 136 || (at >= 159 && at <= 184 && ![163, 181, 182].includes(at) && (at < 173 || at > 178))
  );
}
