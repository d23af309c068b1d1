// Writes settings into AXIGEN's two files: only modelled values change, and what cannot be stored is told, never bent.
import { firstListener } from '../contract/settings/listeners.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { handshakeRow, listenerRows, logRuleRows, serverRows, type VariableRow, variableRows } from './axigen.table.ts';
import type { Cfg, Value } from './axigenCfg.ts';
import { get, insertObject, type Path } from './axigenCfgEdit.ts';
import { LISTENERS, listenerKey, logRulePath, readVariable, SERVICE } from './axigenRead.ts';
import { newListener, newLogRule } from './axigenTemplate.ts';
import { addressKey, codecs, settingAt } from './axigenValues.ts';
import { writeLayer } from './axigenWriteAccess.ts';
import { alignSet, type Draft, drop, writeRows } from './axigenWriteRows.ts';
import { equal, valueAt } from './settingsTree.ts';
import type { Filters } from './smtpFilters.ts';
import { assign, deciding } from './smtpFiltersVariables.ts';

/** Leaves out listeners the product could not have: addresses it does not support, and the second of two on one. */
const storableListeners = (draft: Draft, listeners: Settings['listeners']): readonly number[] => {
  const seen = new Map<string, number>();
  return listeners.flatMap((listener, n) => {
    const written = codecs.address.write(listener.address);
    const key = addressKey(listener.address) ?? '';
    const twin = seen.get(key);
    const why =
      'why' in written
        ? written.why
        : twin === undefined
          ? undefined
          : `listener ${twin + 1} has this address, and of two on one the product takes the first`;
    if (why === undefined) {
      seen.set(key, n);
      return [n];
    }
    drop(draft, `listeners.${n}`, { value: listener.address, why });
    return [];
  });
};

/** A listener that is not in the file takes the place of one that is in the file only, so that what is not modelled stays. */
const moved = (cfg: Cfg, wanted: readonly string[]): ReadonlyMap<string, string> => {
  const set = get(cfg, LISTENERS);
  const keys = (set?.kind === 'set' ? set.items : [])
    .map((item: Value) => listenerKey(item))
    .filter((key) => key !== undefined);
  const free = [...new Set(keys)].filter((key) => !wanted.includes(key));
  const fresh = wanted.filter((key) => !keys.includes(key));
  return new Map(free.flatMap((key, n) => (fresh[n] === undefined ? [] : [[key, fresh[n]]])));
};

/** Whether the file may stay without listeners: an import of one that has none gives the first listener as well. */
const mayBeMissing = (draft: Draft, [first, ...others]: Settings['listeners']): boolean => {
  if (get(draft.cfg, LISTENERS) !== undefined || first === undefined || others.length > 0 || first.tls === 'implicit')
    return false;
  const { tls, handshakeTimeout } = firstListener;
  return equal({ ...first, tls, handshakeTimeout }, firstListener);
};

const writeHandshake = (draft: Draft, settings: Settings, n: number): void => {
  const values = settings.listeners[n];
  if (values !== undefined)
    writeRows(draft, [], { rows: [handshakeRow], base: 'listeners.*.', at: `listeners.${n}.`, values });
};

const writeListeners = (draft: Draft, settings: Settings): void => {
  if (mayBeMissing(draft, settings.listeners)) {
    writeHandshake(draft, settings, 0);
    return;
  }
  const kept = storableListeners(draft, settings.listeners);
  const addresses = kept.map((n) => settings.listeners[n]?.address ?? '');
  const wanted = addresses.map((address) => addressKey(address) ?? address);
  const places = moved(draft.cfg, wanted);
  const positions = alignSet(draft, LISTENERS, {
    wanted,
    keyOf: (item) => {
      const key = listenerKey(item);
      return key === undefined ? undefined : (places.get(key) ?? key);
    },
    fresh: newListener,
  });
  kept.forEach((n, at) => {
    const listener = settings.listeners[n];
    const path: Path = [...LISTENERS, positions[at] ?? 0];
    if (listener === undefined) return;
    writeRows(draft, path, { rows: listenerRows, base: 'listeners.*.', at: `listeners.${n}.`, values: listener });
    writeLayer(draft, path, { layer: { ...listener.access, level: 'listener' }, at: `listeners.${n}.access` });
  });
  if (kept[0] !== undefined) writeHandshake(draft, settings, kept[0]);
};

const writeLogRule = (draft: Draft, settings: Settings): void => {
  const rows = { rows: logRuleRows, base: '', at: '', values: settings };
  const isDefault = logRuleRows.every(({ setting }) =>
    equal(valueAt(settings, setting.split('.')), settingAt(setting).standing),
  );
  if (logRulePath(draft.cfg) === undefined && isDefault) return;
  if (logRulePath(draft.cfg) === undefined) draft.cfg = insertObject(draft.cfg, ['log', 'rules'], newLogRule);
  const path = logRulePath(draft.cfg);
  if (path !== undefined) writeRows(draft, path, rows);
};

/** Whether the script already says what a setting says: then neither file needs to change. */
const scriptSays = (filters: Filters, row: VariableRow, value: unknown): boolean => {
  const reading = readVariable(filters, row)?.reading;
  return reading !== undefined && 'value' in reading && equal(reading.value, value);
};

const writeVariables = (draft: Draft, settings: Settings): void => {
  for (const row of variableRows) {
    const value = valueAt(settings, row.setting.split('.'));
    const set = deciding(draft.filters, row.variable, row.events);
    const isTwin = serverRows.some((twin) => twin.setting === row.setting);
    const stays =
      set === undefined
        ? isTwin || equal(value, settingAt(row.setting).standing)
        : scriptSays(draft.filters, row, value);
    if (stays) continue;
    const written = row.codec.write(value);
    if ('why' in written) draft.unstored.set(row.setting, written.why);
    else draft.filters = assign(draft.filters, row, 'words' in written ? written.words.join(' ') : written.text);
  }
};

/** Writes all that is modelled; the draft then holds both files, what was left out and what could not be stored. */
export const writeFiles = (draft: Draft, settings: Settings): void => {
  const decided = variableRows.filter((row) =>
    scriptSays(draft.filters, row, valueAt(settings, row.setting.split('.'))),
  );
  const rows = serverRows.filter((row) => !decided.some((one) => one.setting === row.setting));
  writeRows(draft, [], { rows, base: '', at: '', values: settings });
  writeListeners(draft, settings);
  const { allow, deny, last, lastFlow } = settings.access;
  writeLayer(draft, SERVICE, { layer: { allow, deny, last, lastFlow, level: 'service' }, at: 'access' });
  writeLogRule(draft, settings);
  writeVariables(draft, settings);
};
