// Reads the access rules of a listener or of the service, and tells the product's last rule from the others.
import { allowRows, denyRows, type Row } from './axigen.table.ts';
import { scalarOf, type Value, type ValueObject } from './axigenCfg.ts';
import { below } from './axigenCfgEdit.ts';
import { type Mapping, noteCarried, objectsOf, readRows, type Told } from './axigenReadRows.ts';
import { LAST } from './axigenTemplate.ts';
import { ipSetKey } from './axigenValues.ts';
import { unlimited } from '../contract/settings/flow.ts';
import { isMapping } from './settingsTree.ts';

export type RuleKind = 'allow' | 'deny';
/** Where rules stand: the last rule of the service has flow limits of its own, that of a listener has none. */
export type Level = 'listener' | 'service';

/** The set that holds rules of a kind. */
export const setOf = (kind: RuleKind): 'allowRules' | 'denyRules' => (kind === 'allow' ? 'allowRules' : 'denyRules');

const rowsOf = (kind: RuleKind): readonly Row[] => (kind === 'allow' ? allowRows : denyRows);
const NAMES: Readonly<Record<RuleKind, ReadonlySet<string>>> = {
  allow: new Set(allowRows.map((row) => row.axigen.toLowerCase())),
  deny: new Set(denyRows.map((row) => row.axigen.toLowerCase())),
};

const hasNoLimits = (flow: unknown): boolean => {
  if (!isMapping(flow)) return true;
  const standing: Mapping = { ...unlimited, timeInterval: 60, peerTimeInterval: 60 };
  return Object.entries(standing).every(([name, value]) => (flow[name] ?? value) === value);
};

/**
 * Whether a rule is the last rule of its layer: any address, priority 1000, enabled (axigen.md 1.2 and 2.3). On a
 * listener an allow rule with limits is not, because our last rule there has none.
 */
export const readsAsLast = (rule: Mapping, kind: RuleKind, level: Level): boolean =>
  ipSetKey(String(rule.ipSet)) === LAST.ipSet &&
  rule.priority === LAST.priority &&
  rule.enable !== false &&
  (level === 'service' || kind === 'deny' || hasNoLimits(rule.flow));

/** The settings of one rule object; problems and notes go to `told`. */
export const readRule = (told: Told, object: ValueObject, kind: RuleKind): Mapping =>
  readRows(told, object, { rows: rowsOf(kind), base: `access.${kind}.*.` });

/** The key of a rule object as the product tells rules apart, or undefined when it has none. */
export const ruleKey = (object: Value): string | undefined => {
  const text = scalarOf(below(object, ['ipSet']));
  return text === undefined ? undefined : ipSetKey(text);
};

/** The rules of one kind, the last rule among them; of two for the same addresses the first (assumed, as for listeners). */
const readRules = (told: Told, layer: Value, kind: RuleKind): readonly Mapping[] => {
  const first = new Map<string, number>();
  const rules: Mapping[] = [];
  for (const object of objectsOf(told, below(layer, [setOf(kind)]), setOf(kind))) {
    const line = object.open.line;
    const key = ruleKey(object);
    const earlier = key === undefined ? undefined : first.get(key);
    if (key === undefined) {
      const text = `a rule of ${setOf(kind)} without ipSet applies to no address`;
      told.notes.push({ file: told.file, line, text, kind: 'ignored' });
    } else if (earlier !== undefined) {
      const text = `the rule of ${setOf(kind)} for ${key} on line ${line} has the addresses of the one on line ${earlier}; the first one counts (assumed)`;
      told.notes.push({ file: told.file, line, text, kind: 'ignored' });
    } else {
      first.set(key, line);
      rules.push(readRule(told, object, kind));
      noteCarried(told, object, { names: NAMES[kind], prefix: `${setOf(kind)}: ` });
    }
  }
  return rules;
};

/** Reads `allowRules` and `denyRules` of an object into the settings of a layer: its rules, and what its last rule does. */
export const readLayer = (told: Told, layer: Value | undefined, level: Level): Mapping => {
  if (layer === undefined) return {};
  const allow = readRules(told, layer, 'allow');
  const deny = readRules(told, layer, 'deny');
  const lastDeny = deny.find((rule) => readsAsLast(rule, 'deny', level));
  const lastAllow = lastDeny === undefined ? allow.find((rule) => readsAsLast(rule, 'allow', level)) : undefined;
  const last = lastDeny !== undefined ? 'deny' : lastAllow !== undefined || level === 'service' ? 'allow' : 'service';
  return {
    allow: allow.filter((rule) => rule !== lastAllow),
    deny: deny.filter((rule) => rule !== lastDeny),
    last,
    ...(level === 'service' && lastAllow?.flow !== undefined ? { lastFlow: lastAllow.flow } : {}),
  };
};
