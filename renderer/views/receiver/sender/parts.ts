// The Sender page as a list of checks: what each is called, whether it looks, when it acts, and what its answers lead to. Pure.
import { senderActions, type SenderAction } from '../../../../core/contract/settings/sender/actions.ts';
import { groupNode, isMapping, type Node, valueAt } from '../tree.ts';

/** The stages at which something about a sender can be answered, in order. */
export const actingStages = ['ehlo', 'mail', 'rcpt', 'message'] as const;
export type ActingStage = (typeof actingStages)[number];

export const stageTitles: Readonly<Record<ActingStage, string>> = {
  ehlo: 'EHLO',
  mail: 'MAIL',
  rcpt: 'RCPT',
  message: 'message',
};

/** A group of the Sender page: a check, or what is written about it. */
export interface SenderPart {
  readonly key: string;
  readonly path: string;
  readonly node: Node;
}

export const senderParts: readonly SenderPart[] = (groupNode('sender').members ?? []).flatMap(([key, node]) =>
  node.members ? [{ key, path: `sender.${key}`, node }] : [],
);

/** Which part a place of the settings is in; undefined for the page itself, and for what stands on it. */
export function senderPartOf(setting: string | undefined): SenderPart | undefined {
  const [group, key] = setting?.split('.') ?? [];
  return group === 'sender' ? senderParts.find((part) => part.key === key) : undefined;
}

/** Whether a leaf says what a result leads to. */
export function isAction({ meta }: Node): boolean {
  return meta.kind === 'choice' && meta.options?.[0]?.value === 'ignore';
}

/** Whether a record is a map of results to actions. */
export function isActionMap({ members }: Node): boolean {
  return members !== undefined && members.length > 1 && members.every(([, member]) => isAction(member));
}

export const isStage = (path: string): boolean => /^sender\.\w+\.stage$/.test(path);

/** When a part acts; undefined for what only writes. */
export function stageOf({ key }: SenderPart, value: unknown): ActingStage | undefined {
  const own = valueAt(value, 'stage');
  const known = actingStages.find((stage) => stage === own);
  if (known) return known;
  if (key === 'greylist') return 'rcpt';
  return key === 'results' ? undefined : 'message';
}

/** Whether a part looks at anything, in a word or two. */
export function stateOf({ key, node }: SenderPart, value: unknown): { readonly isOn: boolean; readonly words: string } {
  if (!isMapping(value)) return { isOn: false, words: 'off' };
  if (key === 'spf') {
    const of = [value['ehlo'] === true && 'EHLO', value['mailFrom'] === true && 'MAIL'].filter((one) => one !== false);
    return { isOn: of.length > 0, words: of.length > 0 ? `on, ${of.join(' and ')}` : 'off' };
  }
  const { lists } = value;
  if (Array.isArray(lists)) {
    const asked = lists.filter((one) => isMapping(one) && one['enabled'] === true).length;
    return { isOn: asked > 0, words: asked === 0 ? 'no list' : asked === 1 ? '1 list' : `${asked} lists` };
  }
  if (key === 'results') return { isOn: value['write'] === true, words: value['write'] === true ? 'written' : 'off' };
  if (key === 'header') {
    const looks = (node.members ?? []).filter(([name, one]) => isAction(one) && value[name] !== 'ignore').length;
    return { isOn: looks > 0, words: looks > 0 ? `${looks} rules` : 'off' };
  }
  return { isOn: value['enabled'] === true, words: value['enabled'] === true ? 'on' : 'off' };
}

interface Leads {
  readonly action: SenderAction;
  readonly results: readonly string[];
}

/** What the results lead to that do more than pass, the strongest action first. */
export function leadsOf({ node }: SenderPart, value: unknown): readonly Leads[] {
  const found = new Map<SenderAction, string[]>();
  const add = (action: unknown, result: string) => {
    const known = senderActions.find((one) => one === action);
    if (known && senderActions.indexOf(known) > senderActions.indexOf('mark'))
      found.set(known, [...new Set([...(found.get(known) ?? []), result])]);
  };
  const { map } = isMapping(value) ? value : {};
  for (const [key, member] of node.members ?? []) {
    if (isAction(member)) add(valueAt(value, key), member.meta.title ?? key);
    for (const [result, each] of key === 'map' ? (member.members ?? []) : [])
      add(valueAt(map, result), each.meta.title ?? result);
  }
  const lists = valueAt(value, 'lists');
  for (const list of Array.isArray(lists) ? (lists as unknown[]) : []) {
    if (!isMapping(list) || list['enabled'] !== true) continue;
    const name = String(list['name'] || list['zone']);
    add(list['action'], name);
    for (const code of Array.isArray(list['codes']) ? (list['codes'] as unknown[]) : [])
      add(valueAt(code, 'action'), `${name} ${String(valueAt(code, 'answer'))}`);
  }
  return [...found]
    .map(([action, results]) => ({ action, results }))
    .toSorted((one, other) => senderActions.indexOf(other.action) - senderActions.indexOf(one.action));
}

/** The members of a part in the order in which a person decides: whether, when, what follows, how exactly, for whom not. */
export function inOrder({ node }: SenderPart): {
  readonly first: readonly (readonly [string, Node])[];
  readonly actions: readonly (readonly [string, Node])[];
  readonly rest: readonly (readonly [string, Node])[];
  readonly exempt: readonly (readonly [string, Node])[];
} {
  const members = node.members ?? [];
  const exempt = members.filter(([key]) => key.startsWith('exempt'));
  const first = members.filter(([key]) => ['enabled', 'ehlo', 'mailFrom', 'lists'].includes(key));
  const maps = members.filter(([, member]) => isActionMap(member));
  const actions = members.filter(([, member]) => isAction(member));
  const stage = members.filter(([key]) => key === 'stage');
  const head = [...first, ...stage, ...maps];
  const rest = members.filter((one) => !head.includes(one) && !actions.includes(one) && !exempt.includes(one));
  return { first: head, actions, rest, exempt };
}
