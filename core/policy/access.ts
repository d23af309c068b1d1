// Decides who may connect: allow and deny rules in three layers, the first layer with a match decides.
import type { FlowLimits } from '../contract/settings/flow.ts';
import { type Ip, parseIp } from '../contract/settings/network.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { RuleEvidence } from '../contract/verdict.ts';
import { intervalsOf } from './intervals.ts';

export interface AccessDecision {
  readonly allowed: boolean;
  /** The rule that decided. */
  readonly rule: RuleEvidence;
  /** The limits of the deciding allow rule, or of the service's last rule. */
  readonly flow?: { readonly path: string; readonly limits: FlowLimits };
  /** The best deny and the best allow rule of each layer asked, in the order asked; the last rule when none decided. */
  readonly trace: readonly RuleEvidence[];
  /** One sentence for the person. */
  readonly because: string;
}

type Layer = 'listener' | 'service' | 'global';
interface Rules {
  readonly allow: Settings['access']['allow'];
  readonly deny: Settings['access']['deny'];
}

const none: Settings['access']['allow'] = [];
const layerNames = { listener: 'the listener', service: 'the service', global: 'the global list' } as const;

/**
 * AXIGEN's evaluation (documentation, Rules; Managing Service Control Rules; Configuring Global Access Control): in a
 * layer the best deny and the best allow rule are those with the lowest priority number, and of the two the lower
 * number wins. Not documented, and ours: deny wins a tie. The global list is asked only when neither the listener nor
 * the service has a rule for the address, before the service's last rule.
 */
export function evaluateAccess(settings: Settings, listenerIndex: number, address: string): AccessDecision {
  const listener = settings.listeners[listenerIndex];
  if (listener === undefined) throw new Error(`there is no listener ${listenerIndex}`);
  const ip = parseIp(address);
  const trace: RuleEvidence[] = [];
  const { access } = settings;

  const own = decideLayer(listener.access, { layer: 'listener', base: `listeners.${listenerIndex}.access`, ip, trace });
  if (own) return own;
  const { last } = listener.access;
  if (last !== 'service') {
    const rule: RuleEvidence = { layer: 'last', action: last, path: `listeners.${listenerIndex}.access.last` };
    trace.push(rule);
    return { allowed: last === 'allow', rule, trace, because: lastSentence('listener', last) };
  }

  const service = decideLayer(access, { layer: 'service', base: 'access', ip, trace });
  if (service) return service;
  const global = decideLayer(
    { allow: none, deny: access.global.deny },
    { layer: 'global', base: 'access.global', ip, trace },
  );
  if (global) return global;

  const rule: RuleEvidence = { layer: 'last', action: access.last, path: 'access.last' };
  trace.push(rule);
  const because = lastSentence('service', access.last);
  if (access.last === 'deny') return { allowed: false, rule, trace, because };
  return { allowed: true, rule, flow: { path: 'access.lastFlow', limits: access.lastFlow }, trace, because };
}

interface Asked {
  readonly layer: Layer;
  readonly base: string;
  readonly ip: Ip | undefined;
  readonly trace: RuleEvidence[];
}

/** Undefined when no rule of the layer matches. */
function decideLayer(rules: Rules, { layer, base, ip, trace }: Asked): AccessDecision | undefined {
  if (ip === undefined) return undefined;
  const denyIndex = intervalsOf(rules.deny).best(ip);
  const allowIndex = intervalsOf(rules.allow).best(ip);
  const deny = denyIndex < 0 ? undefined : rules.deny[denyIndex];
  const allow = allowIndex < 0 ? undefined : rules.allow[allowIndex];
  const denied = deny && evidence(layer, 'deny', { path: `${base}.deny.${denyIndex}`, ...deny });
  const allowed = allow && evidence(layer, 'allow', { path: `${base}.allow.${allowIndex}`, ...allow });
  if (denied) trace.push(denied);
  if (allowed) trace.push(allowed);
  if (denied && (!allow || !deny || deny.priority <= allow.priority)) {
    return { allowed: false, rule: denied, trace, because: sentence(denied, allowed) };
  }
  if (!allowed || !allow) return undefined;
  const flow = { path: `${allowed.path}.flow`, limits: allow.flow };
  return { allowed: true, rule: allowed, flow, trace, because: sentence(allowed, denied) };
}

function evidence(
  layer: Layer,
  action: 'allow' | 'deny',
  rule: { readonly path: string; readonly ipSet: string; readonly priority: number },
): RuleEvidence {
  return { layer, action, path: rule.path, ipSet: rule.ipSet, priority: rule.priority };
}

function sentence(winner: RuleEvidence, other: RuleEvidence | undefined): string {
  const layer = winner.layer === 'last' ? '' : ` of ${layerNames[winner.layer]}`;
  const name = `${winner.action} rule ${winner.ipSet} with priority ${winner.priority}${layer}`;
  if (other === undefined) return `${name} decides, no other rule there matches`;
  const how = winner.priority === other.priority ? 'at a tie deny wins over' : 'wins over';
  return `${name}: ${how} ${other.action} rule ${other.ipSet} with priority ${other.priority}`;
}

function lastSentence(layer: 'listener' | 'service', action: 'allow' | 'deny'): string {
  const what = action === 'allow' ? 'allows' : 'denies';
  return `no rule matched: the last rule of the ${layer} ${what} any other address`;
}
