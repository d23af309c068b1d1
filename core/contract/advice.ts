// What deserves a warning although it works: of one setting by its own words, and of login mechanisms across settings.
import { unavailableMechanisms } from './availability.ts';
import { mechanismFacts } from './mechanisms.ts';
import type { Warning } from './settings/leaf.ts';
import type { Settings } from './settings/settings.ts';

export interface Advice {
  /** Dotted path of the setting to change. */
  readonly path: string;
  readonly text: string;
}

/** The warnings of a setting that its value calls for; an exact one stands for itself. */
export function warningsOf(warn: readonly Warning[], value: unknown): readonly string[] {
  const matching = warn.filter(({ value: exactly, above, below }) => {
    if (exactly !== undefined && JSON.stringify(value) === JSON.stringify(exactly)) return true;
    if (typeof value !== 'number') return false;
    // 0 often means "no limit"; where it does, a warning of its own says so.
    return (above !== undefined && value > above) || (below !== undefined && value < below);
  });
  const exact = matching.filter((one) => one.value !== undefined);
  return (exact.length > 0 ? exact : matching).slice(0, 1).map((one) => one.text);
}

type Listener = Settings['listeners'][number];

/** Two lists of mechanisms, and the listeners that offer by them. */
interface Offer {
  /** Empty for those of the service. */
  readonly prefix: string;
  readonly clear: readonly string[];
  readonly secured: readonly string[];
  readonly listeners: readonly Listener[];
}

/** What is odd about who can log in how. */
export function loginAdvice(settings: Settings): readonly Advice[] {
  const offers = offersOf(settings);
  const enabled = settings.listeners.filter(({ enable }) => enable);
  return [
    ...offers.flatMap((offer) => [...ofClear(offer, settings), ...ofSecured(offer), ...lockedOut(offer, settings)]),
    ...withoutTls(settings, enabled),
    ...anyToken(settings),
  ];
}

/** Mechanisms that are listed and cannot be offered; `kerberos` as for `unavailableMechanisms`. */
export function notOffered(settings: Settings, kerberos?: string): readonly Advice[] {
  const unavailable = unavailableMechanisms(settings.authentication, kerberos);
  return offersOf(settings).flatMap(({ prefix, clear, secured }) =>
    unavailable.flatMap(({ mechanism, why }) => {
      const list = secured.includes(mechanism) ? 'secured' : clear.includes(mechanism) ? 'clear' : undefined;
      if (list === undefined) return [];
      return [{ path: `${prefix}authentication.${list}`, text: `${mechanism} is listed and not offered: ${why}.` }];
    }),
  );
}

function offersOf({ authentication, listeners }: Settings): readonly Offer[] {
  const enabled = listeners.filter(({ enable }) => enable);
  const common: Offer = { ...authentication, prefix: '', listeners: enabled.filter((one) => !one.authentication.own) };
  const own = listeners.flatMap((one, index): Offer[] =>
    one.enable && one.authentication.own
      ? [{ ...one.authentication, prefix: `listeners.${index}.`, listeners: [one] }]
      : [],
  );
  return [common, ...own].filter((offer) => offer.listeners.length > 0);
}

const strengthOf = (name: string) => mechanismFacts(name)?.strength ?? 'strong';
const withTls = ({ listeners }: Offer) => listeners.filter(({ tls }) => tls !== 'clear');

function ofClear({ prefix, clear, listeners }: Offer, { authentication }: Settings): readonly Advice[] {
  const path = `${prefix}authentication.clear`;
  if (authentication.requireTls || listeners.every(({ tls }) => tls === 'implicit')) return [];
  const open = clear.filter((name) => strengthOf(name) === 'plaintext');
  const advice = weakness(path, clear, { plaintext: 0, weak: 1, strong: 2 });
  if (open.length === 0) return advice;
  const needs = new Set(open.map((name) => mechanismFacts(name)?.needs));
  const what = ['password', 'token'].filter((one) => needs.has(one as 'password' | 'token')).join(' or ');
  return [{ path, text: `${open.join(', ')} in clear: the ${what} can be read by everybody on the way.` }, ...advice];
}

function ofSecured(offer: Offer): readonly Advice[] {
  const path = `${offer.prefix}authentication.secured`;
  const { secured } = offer;
  const tls = withTls(offer);
  if (tls.length > 0) {
    const asksNobody = secured.includes('EXTERNAL') && tls.every((one) => one.security.clientCertificate === 'off');
    const external =
      'EXTERNAL is offered to nobody: no listener asks for client certificates (security.clientCertificate).';
    // Inside TLS a password is as safe as what is weak.
    return [
      ...weakness(path, secured, { plaintext: 0, weak: 0, strong: 2 }),
      ...(asksNobody ? [{ path, text: external }] : []),
    ];
  }
  const bound = secured.filter((name) => mechanismFacts(name)?.tlsOnly === true);
  if (bound.length === 0) return [];
  return [{ path, text: `${bound.join(', ')} cannot be offered: no listener with this list has TLS.` }];
}

type Ranks = Readonly<Record<'plaintext' | 'weak' | 'strong', number>>;

/** What is kept for weak mechanisms, and the first that stands before a stronger one. */
function weakness(path: string, list: readonly string[], ranks: Ranks): readonly Advice[] {
  const weak = list.filter((name) => strengthOf(name) === 'weak');
  const historic = weak.includes('DIGEST-MD5') ? '; RFC 6331 has made DIGEST-MD5 historic' : '';
  const them = weak.length === 1 ? 'it' : 'them';
  const kept = `${weak.join(', ')}: what is kept for ${them} logs in as good as the password${historic}.`;
  const rank = (name: string) => ranks[strengthOf(name)];
  const at = list.findIndex((name, index) => list.slice(index + 1).some((later) => rank(later) > rank(name)));
  const stronger = list.slice(at + 1).find((later) => rank(later) > rank(list[at] ?? ''));
  const order = `${list[at]} stands before ${stronger}: programs that take the first mechanism they know never come to the stronger one.`;
  return [...(weak.length > 0 ? [{ path, text: kept }] : []), ...(at >= 0 ? [{ path, text: order }] : [])];
}

function lockedOut({ prefix, clear, secured, listeners }: Offer, { authentication }: Settings): readonly Advice[] {
  const unavailable = unavailableMechanisms(authentication);
  const cannot = (name: string) => unavailable.some(({ mechanism }) => mechanism === name);
  return listeners.flatMap(({ name, role, tls }): Advice[] => {
    const asking = role === 'mx' ? authentication.localDelivery === 'auth' : authentication.submissionLogin;
    // Where TLS comes first and there is none, the setting that has it so is told of.
    if (!asking || (tls === 'clear' && authentication.requireTls)) return [];
    const canInClear = tls !== 'implicit' && !authentication.requireTls && !clear.every(cannot);
    const canSecured = tls !== 'clear' && !secured.every(cannot);
    if (canInClear || canSecured) return [];
    const path = `${prefix}authentication.${tls === 'clear' ? 'clear' : 'secured'}`;
    const setting = role === 'mx' ? 'localDelivery' : 'submissionLogin';
    return [{ path, text: `Nobody can log in on ${name}, where a login is asked for (authentication.${setting}).` }];
  });
}

function withoutTls({ authentication }: Settings, listeners: readonly Listener[]): readonly Advice[] {
  const without = listeners.filter(({ tls }) => tls === 'clear').map(({ name }) => name);
  if (!authentication.requireTls || without.length === 0) return [];
  const text = `Nobody can log in on ${without.join(', ')}, which has no TLS.`;
  return [{ path: 'authentication.requireTls', text }];
}

/** Signed tokens for others are as well signed as those for us (RFC 7519 section 4.1.3; RFC 9068 section 4). */
function anyToken({ authentication: { oauth } }: Settings): readonly Advice[] {
  if (oauth.keySet.trim() === '') return [];
  const warn = (key: 'audience' | 'issuer', text: string) =>
    oauth[key] === '' ? [{ path: `authentication.oauth.${key}`, text }] : [];
  return [
    ...warn('audience', 'Any: a token that was given out for another service logs in here too.'),
    ...warn('issuer', 'Any: whoever shares a key of the set can give out tokens.'),
  ];
}
