// The draft: what the person changed and has not applied, as values of the form or as a text, with what is wrong with it.
import { create } from 'zustand';
import type { Input, Problem, SettingsState } from '../../../core/contract/calls.ts';
import { HostError } from '../../../core/contract/rpc.ts';
import type { Settings } from '../../../core/contract/settings/settings.ts';
import { sayError, workbench } from '../../state/workbench.ts';
import { check } from './problems.ts';
import { equal, isMapping, type Mapping, merge, root, withValue } from './tree.ts';

export interface Draft {
  /** What was applied when the draft was begun; undefined until the host has told. */
  readonly base?: SettingsState | undefined;
  /** The values of the form; while the text leads: what the text said when it was last right. */
  readonly settings: Mapping;
  /** The YAML, while it is what is being edited. */
  readonly text?: string | undefined;
  /** The YAML as it was edited before the form took over again: its comments are kept. */
  readonly over?: string | undefined;
  /** What the schema refuses, by dotted path. */
  readonly own: ReadonlyMap<string, string>;
  /** What the host refuses: problems of the text, with lines, and what only the host can see. */
  readonly host: readonly Problem[];
  /** How the draft would be saved, when it is right; the last right one while it is not. */
  readonly yaml: string;
  /** Listeners that would be bound anew. */
  readonly restarts: readonly string[];
  /** The host has not yet answered for what is here now. */
  readonly isChecking: boolean;
  readonly isApplying: boolean;
  /** What was applied elsewhere since the draft was begun. */
  readonly newer?: SettingsState | undefined;
  /** Why Apply did not work, in words. */
  readonly refusal?: string | undefined;
}

const empty: Draft = {
  settings: {},
  own: new Map(),
  host: [],
  yaml: '',
  restarts: [],
  isChecking: false,
  isApplying: false,
};

export const useDraft = create<Draft>(() => empty);

const get = () => useDraft.getState();
const set = (part: Partial<Draft>) => useDraft.setState(part);

/** Whether something is there that is not applied. */
export function isDirty({ base, settings, text, over }: Draft): boolean {
  if (!base) return false;
  if (text !== undefined) return text !== base.yaml;
  return (over !== undefined && over !== base.yaml) || !equal(settings, base.settings);
}

/** Whether the text leads and cannot be read: the form then shows what it said before. */
export function isTextBroken({ text, host }: Draft): boolean {
  return text !== undefined && host.length > 0;
}

/** Milliseconds of rest before the host is asked. */
const REST = 220;

let timer: ReturnType<typeof setTimeout> | undefined;
let asked = 0;

function changed(part: Partial<Draft>): void {
  set({ ...part, refusal: undefined });
  if (!isDirty(get())) {
    settle();
    return;
  }
  set({ isChecking: true });
  keep();
  clearTimeout(timer);
  timer = setTimeout(() => void ask(), REST);
}

/** Nothing is unsaved: what was applied, or what was applied since, is what stands here. */
function settle(): void {
  clearTimeout(timer);
  asked += 1;
  const { base, newer } = get();
  const state = newer ?? base;
  if (!state) return;
  set({ ...empty, base: state, settings: state.settings, yaml: state.yaml, isApplying: get().isApplying });
  keep();
}

/** The draft as the host takes it. */
function sent({ text, settings, over }: Draft): Input<'settings.check'> {
  if (text !== undefined) return { yaml: text };
  return over === undefined ? { settings } : { settings, over };
}

/** Asks the host about the draft as it is now. */
async function ask(): Promise<void> {
  clearTimeout(timer);
  const turn = ++asked;
  const { text, own } = get();
  if (text === undefined && own.size > 0) {
    set({ isChecking: false, host: [] });
    return;
  }
  try {
    const answer = await workbench.call('settings.check', sent(get()));
    if (turn !== asked) return;
    if (answer.problems.length > 0) set({ isChecking: false, host: answer.problems });
    else
      set({
        isChecking: false,
        host: [],
        restarts: answer.restarts,
        yaml: answer.yaml ?? get().yaml,
        // The form keeps its own objects, so that fields do not lose what is being typed.
        ...(text === undefined || answer.settings === undefined ? {} : { settings: answer.settings, own: new Map() }),
      });
    keep();
  } catch (error) {
    if (turn === asked) set({ isChecking: false, refusal: `The draft could not be checked: ${sayError(error)}` });
  }
}

/** Changes one value; whatever was typed is kept, right or wrong. */
export function setValue(path: string, value: unknown): void {
  const { settings, text, isChecking } = get();
  if (text === undefined || !isChecking) return setSettings(withValue(settings, path, value));
  // The form still shows what the text said a moment ago: without waiting, what was typed there since would be lost.
  void ask().then(() => {
    if (!isTextBroken(get())) setValue(path, value);
  });
}

/** Replaces the whole draft by other values, e.g. those of a preset or an import. */
export function setSettings(settings: Mapping): void {
  const { text, over } = get();
  changed({ settings, text: undefined, over: text ?? over, own: check(settings), host: [] });
}

/** The person edits the YAML: it leads from now on. */
export function setText(text: string): void {
  changed({ text, over: undefined, own: new Map() });
}

export function discard(): void {
  const { base, newer } = get();
  const state = newer ?? base;
  if (state) set({ settings: state.settings, text: undefined, over: undefined });
  settle();
}

/** What came of Apply: the listeners bound anew, or nothing when it was refused; why is in the draft. */
export async function apply(): Promise<readonly string[] | undefined> {
  if (get().isApplying) return undefined;
  if (get().isChecking) await ask();
  const { base, text, settings, own, host } = get();
  if (!base || !isDirty(get()) || own.size > 0 || host.length > 0) return undefined;
  set({ isApplying: true, refusal: undefined });
  try {
    const { problems, restarted, state } = await workbench.call('settings.apply', {
      draft: sent(get()),
      revision: base.revision,
    });
    if (problems.length > 0) {
      set({ isApplying: false, host: problems });
      return undefined;
    }
    // What was typed while it was being applied is still unsaved.
    const isSame = get().text === text && get().settings === settings;
    set({ base: state, newer: undefined, isApplying: false });
    if (isSame) {
      set({ settings: state.settings, text: undefined, over: undefined });
      settle();
    } else changed({});
    workbench.took({ settings: state });
    return restarted;
  } catch (error) {
    if (error instanceof HostError && error.code === 'conflict') {
      const newer = await workbench.call('settings.get', {}).catch(() => undefined);
      set({ isApplying: false, ...(newer ? { newer } : { refusal: sayError(error) }) });
    } else set({ isApplying: false, refusal: `Nothing was applied: ${sayError(error)}` });
    return undefined;
  }
}

/** Lays the changes over what was applied elsewhere; returns the paths both had changed, where the draft's value stays. */
export function rebase(): readonly string[] {
  const { base, settings, newer } = get();
  if (!base || !newer) return [];
  const { value, contested } = merge({ base: base.settings, mine: settings, theirs: newer.settings }, root);
  set({ base: newer, newer: undefined, yaml: newer.yaml, text: undefined, over: undefined });
  setSettings(value as Mapping);
  return contested;
}

/** The host told its settings: without a draft they are taken over, with one they are set beside it. */
function heard(state: SettingsState): void {
  const { base, isApplying } = get();
  if (isApplying) return;
  if (!base || !isDirty(get())) {
    set({ base: state, newer: undefined });
    set({ settings: state.settings, text: undefined });
    settle();
    return;
  }
  if (state.yaml === base.yaml && equal(state.settings, base.settings)) {
    if (state.revision !== base.revision) set({ base: state });
    return;
  }
  set({ newer: state });
}

/* The draft outlives a reload of the window, in its own tab only. */
const KEPT = 'gatehouse.draft';
/** Characters; a larger draft lives in memory alone. */
const MOST = 2_000_000;

interface Kept {
  readonly base: SettingsState;
  readonly settings: Mapping;
  readonly text?: string;
  readonly over?: string;
}

function keep(): void {
  if (typeof sessionStorage === 'undefined') return;
  const { base, settings, text, over } = get();
  try {
    if (!base || !isDirty(get())) {
      sessionStorage.removeItem(KEPT);
      return;
    }
    const kept: Kept = {
      base,
      settings,
      ...(text === undefined ? {} : { text }),
      ...(over === undefined ? {} : { over }),
    };
    const json = JSON.stringify(kept);
    if (json.length <= MOST) sessionStorage.setItem(KEPT, json);
  } catch {
    // A full or forbidden storage costs the memory over a reload, not the draft.
  }
}

function restore(): void {
  if (typeof sessionStorage === 'undefined') return;
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Kept | null;
    if (!kept || !isMapping(kept.settings) || !isMapping(kept.base) || !isMapping(kept.base.settings)) return;
    const { base, settings, text, over } = kept;
    set({ base, settings, text, over, yaml: base.yaml, own: text === undefined ? check(settings) : new Map() });
  } catch {
    sessionStorage.removeItem(KEPT);
  }
}

/** The last settings the host told, to notice new ones. */
let told: SettingsState | undefined;

function follow(): void {
  const { settings } = workbench.store.getState();
  if (!settings || settings === told) return;
  const isFirst = told === undefined;
  told = settings;
  heard(settings);
  if (isFirst && isDirty(get())) {
    set({ isChecking: true });
    void ask();
  }
}

restore();
workbench.store.subscribe(follow);
follow();

/** What is applied now, whatever the draft says. */
export function applied(): Settings | undefined {
  return get().base?.settings;
}
