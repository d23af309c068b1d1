// Real DNS is out of bounds for tests: a lookup throws where it is made, and fails the test even if that is swallowed.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';
import { afterEach } from 'vitest';

type Call = (this: unknown, ...all: readonly unknown[]) => unknown;
type Members = Record<string, unknown>;

const require = createRequire(import.meta.url);
const dns = require('node:dns') as Members & { readonly promises: Members };

/** What was asked for since it was last taken, e.g. `dns.lookup(example.com)`. */
const asked: string[] = [];

/** Takes what was asked for, so that it does not count any longer. */
export function takeLookups(): readonly string[] {
  return asked.splice(0);
}

/** Throws when anything was asked for. */
export function failOnLookups(): void {
  const all = takeLookups();
  if (all.length > 0) throw new Error(`tests may not ask real DNS: ${all.join(', ')}`);
}

/** A server of a test: on loopback, with a port of its own; this machine's resolver may be on loopback too, with port 53. */
const isOurs = (server: string) => /^127\.[\d.]+:\d+$|^\[::1\]:\d+$/.test(server);

/** Names that need nobody's answer. */
const isKnown = (name: unknown) => typeof name !== 'string' || name === '' || name === 'localhost' || isIP(name) !== 0;

function trap(holder: object, where: string, allows: (self: unknown, name: string, first: unknown) => boolean): void {
  for (const name of Object.getOwnPropertyNames(holder)) {
    if (!/^(lookup|lookupService|reverse|resolve\w*)$/.test(name)) continue;
    const described = Object.getOwnPropertyDescriptor(holder, name);
    if (typeof described?.value !== 'function') continue;
    const real = described.value as Call;
    const value: Call = function (...all) {
      if (allows(this, name, all[0])) return Reflect.apply(real, this, all);
      const what = `${where}.${name}(${String(all[0])})`;
      asked.push(what);
      throw new Error(`tests may not ask real DNS: ${what}`);
    };
    Object.defineProperty(holder, name, { ...described, value });
  }
}

const ofModule = (_: unknown, name: string, first: unknown) => name === 'lookup' && isKnown(first);
const ofResolver = (self: unknown) => (self as { getServers(): string[] }).getServers().every(isOurs);

trap(dns, 'dns', ofModule);
trap(dns.promises, 'dns.promises', ofModule);
for (const [module, where] of [
  [dns, 'dns.Resolver'],
  [dns.promises, 'dns.promises.Resolver'],
] as const) {
  const { prototype } = module['Resolver'] as { prototype: object };
  trap(prototype, where, ofResolver);
  // The methods of one name are those of a class above it.
  trap(Object.getPrototypeOf(prototype) as object, where, ofResolver);
}
syncBuiltinESMExports();

afterEach(failOnLookups);
