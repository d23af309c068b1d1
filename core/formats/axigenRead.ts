// Reads AXIGEN's two files into plain settings, and tells by line what was carried along, ignored or changed.
import { firstListener } from '../contract/settings/listeners.ts';
import { parseHostPort } from '../contract/settings/network.ts';
import {
  handshakeRow,
  listenerRows,
  logRuleRows,
  type Row,
  serverRows,
  type VariableRow,
  variableRows,
} from './axigen.table.ts';
import { type Cfg, scalarOf, type Value, type ValueObject } from './axigenCfg.ts';
import { below, get, type Path } from './axigenCfgEdit.ts';
import { readLayer } from './axigenReadAccess.ts';
import { type Mapping, noteCarried, objectsOf, problemIn, readRows, type Told } from './axigenReadRows.ts';
import { addressKey, readText } from './axigenValues.ts';
import { equal, valueAt, withValueAt } from './settingsTree.ts';
import type { Filters } from './smtpFilters.ts';
import { deciding, leftovers } from './smtpFiltersVariables.ts';

/** Where the listeners of the service stand. */
export const LISTENERS = ['smtpIncoming', 'listeners'] as const;
/** Where its access rules and limits stand. */
export const SERVICE = ['smtpIncoming', 'serviceAccessControl'] as const;
const LOG_RULES = ['log', 'rules'] as const;

const lower = (rows: readonly Row[], ...more: readonly string[]): ReadonlySet<string> =>
  new Set([...rows.map((row) => row.axigen), ...more].map((name) => name.toLowerCase()));

const SERVER_NAMES = lower(
  [...serverRows, handshakeRow],
  LISTENERS.join('.'),
  LOG_RULES.join('.'),
  `${SERVICE.join('.')}.allowRules`,
  `${SERVICE.join('.')}.denyRules`,
);
const LISTENER_NAMES = lower(listenerRows, 'allowRules', 'denyRules');
const LOG_RULE_NAMES = lower(logRuleRows);

/** The key by which the product tells a listener from others, or undefined when its address is none. */
export const listenerKey = (object: Value): string | undefined =>
  addressKey(scalarOf(below(object, ['address'])) ?? '');

/** The log rule that decides how SMTP-IN is written for every host: of several the one with the highest number. */
export const logRulePath = (cfg: Cfg): Path | undefined => {
  const set = get(cfg, LOG_RULES);
  const is = (object: Value, name: string, words: readonly string[]): boolean =>
    words.includes((scalarOf(below(object, [name])) ?? words[0] ?? '').toLowerCase());
  const fitting = (set?.kind === 'set' ? set.items : [])
    .map((object, at) => ({ object, at, priority: Number(scalarOf(below(object, ['priority'])) ?? 0) }))
    .filter(
      ({ object }) =>
        is(object, 'module', ['*', 'smtp-in']) && is(object, 'hostname', ['*']) && is(object, 'type', ['local']),
    )
    .sort((one, other) => other.priority - one.priority);
  return fitting[0] && [...LOG_RULES, fitting[0].at];
};

/** The role a listener most likely has: nothing in the file says so. */
const roleOf = (listener: Mapping): string => {
  const port = parseHostPort(String(listener.address))?.port;
  if (listener.tls === 'implicit' || port === 465) return 'submissions';
  return port === 587 ? 'submission' : 'mx';
};

const readListener = (told: Told, object: ValueObject, taken: ReadonlySet<string>): Mapping => {
  const plain = readRows(told, object, { rows: listenerRows, base: 'listeners.*.' });
  noteCarried(told, object, { names: LISTENER_NAMES, prefix: `listener ${String(plain.address)}: ` });
  const role = roleOf(plain);
  let name = role;
  for (let n = 2; taken.has(name); n += 1) name = `${role}-${n}`;
  if (role !== 'mx') {
    const because = plain.tls === 'implicit' ? 'it has implicit TLS' : 'of its port';
    const text = `listener ${String(plain.address)}: taken as ${role}, because ${because}; the file has no roles`;
    told.notes.push({ file: told.file, line: object.open.line, text, kind: 'changed' });
  }
  return { ...plain, name, role, access: readLayer(told, object, 'listener') };
};

/** The listeners, of two on one address the first, as the product does (axigen.md 1.2; documented). */
const readListeners = (told: Told, set: Value): readonly Mapping[] => {
  const first = new Map<string, number>();
  const listeners: Mapping[] = [];
  for (const object of objectsOf(told, set, LISTENERS.join('.'))) {
    const line = object.open.line;
    const address = scalarOf(below(object, ['address'])) ?? '';
    const key = listenerKey(object);
    const earlier = key === undefined ? undefined : first.get(key);
    const ignored = (why: string): void => {
      told.notes.push({ file: told.file, line, text: `listener ${address} on line ${line}${why}`, kind: 'ignored' });
    };
    if (key === undefined)
      ignored(': this address is none we can read, so the listener is left out; the file keeps it');
    else if (earlier !== undefined) ignored(` has the address of the one on line ${earlier}; the first one counts`);
    else {
      first.set(key, line);
      listeners.push(readListener(told, object, new Set(listeners.map((one) => String(one.name)))));
    }
  }
  return listeners;
};

const readServer = (told: Told, cfg: Cfg): Mapping => {
  const server = cfg.root.value;
  if (get(cfg, ['smtpIncoming'])?.kind !== 'object') {
    const remedy = 'Take the file the server saved: it has `smtpIncoming = { ... }` inside `Server { ... }`';
    problemIn(told, server.open, { path: 'smtpIncoming', message: 'expected the object smtpIncoming', remedy });
    return {};
  }
  noteCarried(told, server, { names: SERVER_NAMES, prefix: '' });
  let plain = readRows(told, server, { rows: serverRows, base: '' });
  const handshake = readRows(told, server, { rows: [handshakeRow], base: 'listeners.*.' });
  const set = get(cfg, LISTENERS);
  const listeners = set === undefined ? [firstListener] : readListeners(told, set);
  plain = { ...plain, listeners: listeners.map((listener) => ({ ...listener, ...handshake })) };
  plain = { ...plain, access: readLayer(told, get(cfg, SERVICE), 'service') };
  const path = logRulePath(cfg);
  const rule = path && get(cfg, path);
  for (const object of objectsOf(told, get(cfg, LOG_RULES), LOG_RULES.join('.'))) {
    if (object === rule) noteCarried(told, object, { names: LOG_RULE_NAMES, prefix: 'log.rules: ' });
    else told.notes.push({ file: told.file, line: object.open.line, text: 'log.rules: { ... }', kind: 'carried' });
  }
  const logging = valueAt(readRows(told, rule, { rows: logRuleRows, base: '' }), ['logging']);
  return withValueAt(plain, ['logging'], {
    ...(plain.logging as Mapping | undefined),
    ...(logging as Mapping | undefined),
  });
};

const models = (variable: string, event: string): boolean =>
  variableRows.some(
    (row) => row.variable.toLowerCase() === variable.toLowerCase() && row.events.includes(event as never),
  );

/** A value the script puts together when it runs means nothing before; the greeting is a static text (axigen.md 3.3). */
const isExpanded = (row: VariableRow, text: string): boolean => row.variable !== 'smtpGreeting' && /%\w+%/.test(text);

/** What the set that decides a variable says for its setting; undefined when none always runs. */
export const readVariable = (filters: Filters, row: VariableRow) => {
  const set = deciding(filters, row.variable, row.events);
  if (set === undefined) return undefined;
  const text = isExpanded(row, set.value) ? undefined : set.value;
  return { set, reading: readText(row.codec, { text, setting: row.setting }) };
};

const readVariables = (told: Told, filters: Filters, plain: Mapping): Mapping => {
  let result = plain;
  for (const row of variableRows) {
    const found = readVariable(filters, row);
    if (found === undefined) continue;
    const { set, reading } = found;
    const { line, value: text } = set;
    const name = `set (${row.variable}, ${JSON.stringify(text)})`;
    const changed = (why: string): void => {
      told.notes.push({ file: told.file, line, text: `${name}: ${why}`, kind: 'changed' });
    };
    if ('expected' in reading) {
      const remedy = `Write the value the variable is meant to have`;
      problemIn(
        told,
        { line, column: 1 },
        { path: row.variable, message: `expected ${reading.expected}, got ${JSON.stringify(text)}`, remedy },
      );
      continue;
    }
    if (reading.note !== undefined) changed(reading.note);
    const path = row.setting.split('.');
    const before = valueAt(result, path);
    if (before !== undefined && !equal(before, reading.value))
      changed(`it overrides ${JSON.stringify(before)} in axigen.cfg`);
    result = withValueAt(result, path, reading.value);
  }
  for (const { line, text, why } of leftovers(filters, models)) {
    told.notes.push({ file: told.file, line, text: `${text}: ${why}`, kind: 'carried' });
  }
  return result;
};

/** A clear listener secures on request exactly when the script allows STARTTLS (axigen.md 1.3). */
const withoutStartTls = (listeners: unknown): readonly unknown[] =>
  (listeners as readonly Mapping[]).map((listener) =>
    listener.tls === 'implicit' ? listener : { ...listener, tls: 'clear' },
  );

/** Reads what there is of the two files into plain settings; what is not there is left out, for the defaults. */
export const readFiles = (
  files: { readonly cfg?: Cfg | undefined; readonly filters?: Filters | undefined },
  told: { readonly cfg: Told; readonly filters: Told },
): Mapping => {
  const server = files.cfg === undefined ? {} : readServer(told.cfg, files.cfg);
  const plain = files.filters === undefined ? server : readVariables(told.filters, files.filters, server);
  const isOff = valueAt(plain, ['acceptance', 'extensions', 'startTls']) === false;
  return isOff && plain.listeners !== undefined ? { ...plain, listeners: withoutStartTls(plain.listeners) } : plain;
};
