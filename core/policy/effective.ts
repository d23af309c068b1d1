// The settings that count for one connection: with the extensions of its listener, and with `strictness` as its network has it.
import type { Exemption } from '../contract/facts.ts';
import { type Extensions, offered } from '../contract/settings/extensions.ts';
import { contains, parseIp, parseIpSet } from '../contract/settings/network.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { type Strict, type StrictRule, strictRules } from '../contract/settings/strictness.ts';

export interface Effective {
  readonly settings: Settings;
  readonly exempt: readonly Exemption[];
}

/** Worked out once for each settings value: sessions with equal settings share them, and what is kept for them. */
const kept = new WeakMap<Settings, Map<string, Effective>>();

const nobody: readonly Exemption[] = Object.freeze([]);

/** `address`: the peer's. Whoever asks policy for a session asks with these. */
export function effectiveSettings(settings: Settings, listenerIndex: number, address: string): Effective {
  const exempt = exemptionsFor(settings, address);
  let all = kept.get(settings);
  if (!all) kept.set(settings, (all = new Map<string, Effective>()));
  const key = `${listenerIndex} ${exempt.map(({ path }) => path).join(' ')}`;
  let effective = all.get(key);
  if (!effective) all.set(key, (effective = { settings: folded(settings, listenerIndex, exempt), exempt }));
  return effective;
}

/** The same object when neither the listener nor its network differs. */
function folded(settings: Settings, listenerIndex: number, exempt: readonly Exemption[]): Settings {
  const own = offeredBy(settings, listenerIndex);
  if (exempt.length === 0 && own === undefined) return settings;
  const acceptance = own === undefined ? settings.acceptance : { ...settings.acceptance, extensions: own };
  const strictness = exempt.length === 0 ? settings.strictness : freed(settings.strictness, exempt);
  return { ...settings, acceptance, strictness };
}

/** Undefined when the listener says nothing of its own. */
function offeredBy({ acceptance, listeners }: Settings, listenerIndex: number): Extensions | undefined {
  const own = listeners[listenerIndex]?.extensions;
  if (!own || Object.values(own).every((word) => word === 'service')) return undefined;
  return offered(acceptance.extensions, own);
}

function exemptionsFor({ strictness }: Settings, address: string): readonly Exemption[] {
  if (strictness.exempt.length === 0) return nobody;
  const ip = parseIp(address);
  return strictness.exempt.flatMap(({ network, from }, index) => {
    const range = parseIpSet(network);
    if (!ip || !range || !contains(range, ip)) return [];
    const named = from.length === 0 ? strictRules : from;
    const freedFrom = named.filter((rule) => freedWord(strictness, rule) !== strictness[rule]);
    return freedFrom.length === 0 ? [] : [{ path: `strictness.exempt.${index}`, network, from: freedFrom }];
  });
}

/** In messages and commands a line end is still one and the same for everybody, so no exemption can split a message. */
const lineEnds: readonly StrictRule[] = ['bareLf', 'bareCr', 'commandBareLf', 'commandBareCr'];
/** Freed from these, a client could put commands into a secured session, or go on in another protocol. */
const never: readonly StrictRule[] = ['startTlsInjection', 'foreignProtocol'];

function freedWord(strictness: Settings['strictness'], rule: StrictRule): Strict {
  if (strictness[rule] === 'allow') return 'allow';
  return lineEnds.includes(rule) || never.includes(rule) ? 'normalise' : 'allow';
}

function freed(strictness: Settings['strictness'], exempt: readonly Exemption[]): Settings['strictness'] {
  const rules = new Set(exempt.flatMap(({ from }) => from));
  const changed = [...rules].map((rule) => [rule, freedWord(strictness, rule)]);
  return {
    ...strictness,
    ...(Object.fromEntries(changed) as Partial<Settings['strictness']>),
  };
}
