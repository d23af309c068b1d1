// The settings that count for one connection: with the extensions and mechanisms of its listener, and with `strictness` as its network has it.
import { type Unavailable, unavailableMechanisms } from '../contract/availability.ts';
import type { Exemption } from '../contract/facts.ts';
import { type Extensions, offered } from '../contract/settings/extensions.ts';
import { contains, parseIp, parseIpSet } from '../contract/settings/network.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { type Strict, type StrictRule, strictRules } from '../contract/settings/strictness.ts';

export interface Effective {
  readonly settings: Settings;
  readonly exempt: readonly Exemption[];
  /** Mechanisms that the listener lists and that cannot be offered: left out of both lists of `settings`. */
  readonly unavailable: readonly Unavailable[];
}

/** What the settings of a connection depend on. */
export interface Place {
  readonly listenerIndex: number;
  /** The peer's. */
  readonly address: string;
  /** Why this host cannot accept Kerberos tickets; undefined when it can, or when nobody knows. */
  readonly kerberos?: string | undefined;
}

/** Worked out once for each settings value: sessions with equal settings share them, and what is kept for them. */
const kept = new WeakMap<Settings, Map<string, Effective>>();

const nobody: readonly Exemption[] = Object.freeze([]);

/** Whoever asks policy for a session asks with these. */
export function effectiveSettings(settings: Settings, { listenerIndex, address, kerberos }: Place): Effective {
  const exempt = exemptionsFor(settings, address);
  let all = kept.get(settings);
  if (!all) kept.set(settings, (all = new Map<string, Effective>()));
  const key = `${listenerIndex} ${exempt.map(({ path }) => path).join(' ')} ${kerberos ?? ''}`;
  let effective = all.get(key);
  if (!effective) all.set(key, (effective = worked(settings, { listenerIndex, exempt, kerberos })));
  return effective;
}

interface Working {
  readonly listenerIndex: number;
  readonly exempt: readonly Exemption[];
  readonly kerberos: string | undefined;
}

/** With the same settings object when neither the listener, nor its network, nor the host differs. */
function worked(settings: Settings, { listenerIndex, exempt, kerberos }: Working): Effective {
  const extensions = offeredBy(settings, listenerIndex);
  const { unavailable, ...lists } = listsOf(settings, listenerIndex, kerberos);
  const { clear, secured } = settings.authentication;
  const isSame = lists.clear === clear && lists.secured === secured;
  if (exempt.length === 0 && extensions === undefined && isSame) return { settings, exempt, unavailable };
  const acceptance = extensions === undefined ? settings.acceptance : { ...settings.acceptance, extensions };
  const strictness = exempt.length === 0 ? settings.strictness : freed(settings.strictness, exempt);
  const authentication = isSame ? settings.authentication : { ...settings.authentication, ...lists };
  return { settings: { ...settings, acceptance, authentication, strictness }, exempt, unavailable };
}

type Lists = Pick<Settings['authentication'], 'clear' | 'secured'>;

/** What the listener lists, its own or the service's, without what cannot be offered; nothing in clear where TLS comes first. */
function listsOf(settings: Settings, listenerIndex: number, kerberos: string | undefined) {
  const { authentication } = settings;
  const { clear, secured } = listed(settings, listenerIndex);
  const cannot = unavailableMechanisms(authentication, kerberos);
  const unavailable = cannot.filter(
    ({ mechanism }) => clear.includes(mechanism as never) || secured.includes(mechanism),
  );
  const offered = <T extends string>(list: T[]) =>
    list.some((name) => unavailable.some(({ mechanism }) => mechanism === name))
      ? list.filter((name) => !unavailable.some(({ mechanism }) => mechanism === name))
      : list;
  const isLater = authentication.requireTls && clear.length > 0;
  return { unavailable, clear: isLater ? [] : offered(clear), secured: offered(secured) };
}

/** The lists as they are written, the listener's own or the service's. */
export function listed({ authentication, listeners }: Settings, listenerIndex: number): Lists {
  const own = listeners[listenerIndex]?.authentication;
  return own?.own === true ? own : authentication;
}

/** Path of the list that counts on the listener. */
export function listPath(listener: Settings['listeners'][number], index: number, list: keyof Lists): string {
  return `${listener.authentication.own ? `listeners.${index}.` : ''}authentication.${list}`;
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
