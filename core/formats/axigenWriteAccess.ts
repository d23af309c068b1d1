// Writes the access rules of a listener or of the service, the last rule among them as the product keeps it.
import type { Settings } from '../contract/settings/settings.ts';
import { allowRows, denyRows } from './axigen.table.ts';
import type { Value } from './axigenCfg.ts';
import { get, insertObject, type Path } from './axigenCfgEdit.ts';
import { type Level, readRule, readsAsLast, ruleKey, type RuleKind, setOf } from './axigenReadAccess.ts';
import { LAST, newAllowRule, newDenyRule } from './axigenTemplate.ts';
import { codecs, ipSetKey, settingAt } from './axigenValues.ts';
import { alignSet, type Draft, drop, writeRows } from './axigenWriteRows.ts';
import { equal } from './settingsTree.ts';

type LastFlow = Settings['access']['lastFlow'];

/** The rules of one layer, and what its last rule does; only that of the service has limits. */
export type Layer = Pick<Settings['access'], 'allow' | 'deny'> & {
  readonly last: 'allow' | 'deny' | 'service';
  readonly lastFlow?: LastFlow;
  readonly level: Level;
};

/** One kind of rules of a layer; `at` is the settings path of the layer, `path` where its object stands. */
type Side = { readonly layer: Layer; readonly kind: RuleKind; readonly at: string; readonly path: Path };

const FRESH = { allow: newAllowRule, deny: newDenyRule } as const;
const ROWS = { allow: allowRows, deny: denyRows } as const;
const FLOW_ROWS = allowRows.filter((row) => row.setting.startsWith('flow.'));

/** Whether a member of the set is the layer's last rule. */
const isLast = (draft: Draft, item: Value, { layer, kind }: Side): boolean => {
  const unheard = { file: draft.cfg.file, notes: [], problems: [] };
  return layer.last === kind && item.kind === 'object' && readsAsLast(readRule(unheard, item, kind), kind, layer.level);
};

const lastAt = (draft: Draft, side: Side): number => {
  const set = get(draft.cfg, [...side.path, setOf(side.kind)]);
  return set?.kind === 'set' ? set.items.findIndex((item) => isLast(draft, item, side)) : -1;
};

const hasDefaultLimits = (flow: LastFlow): boolean => {
  const standing = settingAt('access.lastFlow').standing as LastFlow;
  return equal({ ...flow, answer: standing.answer }, standing);
};

/** Whether the last rule stands in the file: where nothing need be said of it, it may be missing (axigen.md 4). */
const standsInFile = (draft: Draft, side: Side): boolean => {
  const { layer, kind } = side;
  if (layer.last !== kind) return false;
  if (layer.level === 'listener' || kind === 'deny' || layer.lastFlow === undefined) return true;
  if (!hasDefaultLimits(layer.lastFlow)) return true;
  // It makes room for a rule of its addresses that says more; one that reads as itself is refused below.
  const isInTheWay = layer.allow.some(
    (rule) => ipSetKey(rule.ipSet) === LAST.ipSet && !readsAsLast(rule, kind, layer.level),
  );
  return lastAt(draft, side) >= 0 && !isInTheWay;
};

/** Why a rule cannot stand beside those before it, or undefined. */
const refusal = (
  side: Side,
  rule: Settings['access']['deny'][number],
  given: { readonly keys: readonly string[]; readonly last: boolean },
): string | undefined => {
  const written = codecs.ipSet.write(rule.ipSet);
  const key = ipSetKey(rule.ipSet);
  if ('why' in written) return written.why;
  if (given.keys.includes(key)) return 'the product tells rules apart by their addresses, and an earlier one has these';
  if (given.last && key === LAST.ipSet)
    return 'the product tells rules apart by their addresses, and its last rule has these';
  const isMisread =
    readsAsLast(rule, side.kind, side.layer.level) && (side.kind === 'deny' || side.layer.last !== 'deny');
  return isMisread
    ? 'the product would take a rule with these addresses and this priority for its last rule'
    : undefined;
};

/** The numbers and keys of the rules the file can hold; the others are left out and told. */
const storable = (draft: Draft, side: Side, last: boolean): readonly { readonly n: number; readonly key: string }[] => {
  const kept: { readonly n: number; readonly key: string }[] = [];
  side.layer[side.kind].forEach((rule, n) => {
    const why = refusal(side, rule, { keys: kept.map((one) => one.key), last });
    if (why === undefined) kept.push({ n, key: ipSetKey(rule.ipSet) });
    else drop(draft, `${side.at}.${side.kind}.${n}`, { value: rule.ipSet, why });
  });
  return kept;
};

const writeSide = (draft: Draft, side: Side): void => {
  const { layer, kind, at, path } = side;
  const set = [...path, setOf(kind)];
  const last = standsInFile(draft, side);
  const kept = storable(draft, side, last);
  const places = alignSet(draft, set, {
    wanted: kept.map(({ key }) => key),
    // The last rule stays where it is; one that is to go has a key that no rule can have.
    keyOf: (item) => (isLast(draft, item, side) ? (last ? undefined : 'last') : ruleKey(item)),
    fresh: FRESH[kind],
  });
  kept.forEach(({ n }, index) => {
    const scope = { rows: ROWS[kind], base: `access.${kind}.*.`, at: `${at}.${kind}.${n}.`, values: layer[kind][n] };
    writeRows(draft, [...set, places[index] ?? 0], scope);
  });
  if (!last) return;
  if (lastAt(draft, side) < 0) draft.cfg = insertObject(draft.cfg, set, FRESH[kind]);
  if (kind === 'deny' || layer.lastFlow === undefined) return;
  const values = { flow: layer.lastFlow };
  writeRows(draft, [...set, lastAt(draft, side)], {
    rows: FLOW_ROWS,
    base: 'access.allow.*.',
    at: `${at}.last.`,
    values,
  });
};

/** Writes the rules of a layer into its object; `at` is the layer's settings path. */
export const writeLayer = (
  draft: Draft,
  path: Path,
  { layer, at }: { readonly layer: Layer; readonly at: string },
): void => {
  writeSide(draft, { layer, kind: 'allow', at, path });
  writeSide(draft, { layer, kind: 'deny', at, path });
};
