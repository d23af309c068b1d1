// Import: files become the draft, never the applied settings; what was not understood is listed with its lines.
import { FileInput } from 'lucide-react';
import { type DragEvent, useState } from 'react';
import { create } from 'zustand';
import type { Output } from '../../../core/contract/calls.ts';
import { presetSettings } from '../../../core/contract/presets.ts';
import type { Preset } from '../../../core/contract/scenario.ts';
import { defaults } from '../../../core/contract/settings/settings.ts';
import { sayError, workbench } from '../../state/workbench.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip, type Tone } from '../../ui/Chip.tsx';
import { confirm, Dialog } from '../../ui/Dialog.tsx';
import { count } from '../../ui/figures.ts';
import { toast } from '../../ui/Toast.tsx';
import { isDirty, setSettings, useDraft } from './draft.ts';
import { showSide } from './side.ts';
import { equal, type Mapping } from './tree.ts';

type Imported = Output<'settings.import'>;

interface Importing {
  readonly isOpen: boolean;
  readonly names?: readonly string[];
  readonly imported?: Imported;
}

const useImporting = create<Importing>(() => ({ isOpen: false }));

/** Octets a file may have; the contract takes no more. */
const MOST = 8_000_000;

/** Reads files and shows what came of it. */
export async function importFiles(files: readonly File[]): Promise<void> {
  const large = files.find((file) => file.size > MOST);
  if (large)
    return toast('Nothing was imported', `${large.name} is larger than 8 MB: that is no configuration.`, 'refuse');
  if (files.length === 0) return;
  if (files.length > 4)
    return toast('Nothing was imported', 'Choose one YAML file, or axigen.cfg and smtpFilters.script.', 'refuse');
  try {
    const read = await Promise.all(files.map(async (file) => ({ name: file.name, text: await file.text() })));
    const imported = await workbench.call('settings.import', { files: read });
    useImporting.setState({ isOpen: true, names: read.map(({ name }) => name), imported });
  } catch (error) {
    toast('Nothing was imported', sayError(error), 'refuse');
  }
}

/** Lets the person choose files. */
export function chooseFiles(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.multiple = true;
  input.accept = '.yml,.yaml,.cfg,.script,.txt,text/*';
  input.addEventListener('change', () => void importFiles([...(input.files ?? [])]));
  input.click();
}

/** Makes settings the draft; a draft that is there is asked about first. */
async function becomeDraft(settings: Mapping, from: string): Promise<boolean> {
  const draft = useDraft.getState();
  if (equal(settings, draft.settings) && draft.text === undefined) {
    toast(`${from} says what stands here already`);
    return true;
  }
  if (
    isDirty(draft) &&
    !(await confirm({
      title: 'Replace what is unsaved?',
      about: `${from} becomes the draft in its place. Nothing is applied.`,
      act: 'Replace the draft',
      isDangerous: true,
    }))
  )
    return false;
  setSettings(settings);
  showSide('changes');
  toast(`${from} is the draft now`, 'Look at the changes, then apply or discard them.', 'open');
  return true;
}

export const presetTitles: readonly { readonly preset: Preset; readonly title: string }[] = [
  { preset: 'axigen-10.3', title: 'AXIGEN 10.3 as shipped' },
  { preset: 'hardened-mx', title: 'Hardened MX' },
  { preset: 'hardened-submission', title: 'Hardened submission' },
  { preset: 'weak', title: 'Weak: everything open' },
];

/** A preset as the draft. Its lab ports are free ones where these settings have none. */
export async function draftPreset(preset: Preset): Promise<void> {
  const title = presetTitles.find((one) => one.preset === preset)?.title ?? preset;
  const settings = presetSettings(preset);
  // In a preset every listener takes any free port, for private receivers; here the usual lab address is wanted.
  await becomeDraft({ ...settings, listeners: settings.listeners.map((one) => ({ ...one, lab: '' })) }, title);
}

export async function draftDefaults(): Promise<void> {
  await becomeDraft(defaults, 'A fresh configuration');
}

const kinds: Readonly<Record<Imported['notes'][number]['kind'], { readonly tone: Tone; readonly word: string }>> = {
  carried: { tone: 'quiet', word: 'carried' },
  ignored: { tone: 'defer', word: 'ignored' },
  changed: { tone: 'open', word: 'changed' },
};

/** What asks for a decision comes first. */
const order: readonly Imported['notes'][number]['kind'][] = ['ignored', 'changed', 'carried'];

const kindHelp =
  'Carried: not modelled, kept, and exported again untouched. Changed: understood, but not taken as it stands. Ignored: neither.';

export function ImportDialog() {
  const { isOpen, names, imported } = useImporting();
  const close = () => useImporting.setState({ isOpen: false });
  const problems = imported?.problems ?? [];
  const notes = (imported?.notes ?? []).toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  const settings = imported?.settings;
  const from = names?.join(' and ') ?? '';
  const take = () => {
    close();
    if (settings) void becomeDraft(settings, from);
  };
  return (
    <Dialog
      title={settings ? `Import ${from}` : `${from} was not imported`}
      about={
        settings
          ? 'It becomes the draft: nothing is applied until you say so.'
          : 'Correct what is listed, and import again. Nothing here was changed.'
      }
      isOpen={isOpen}
      onClose={close}
      width={680}
      actions={
        <>
          <Button onClick={close}>{settings ? 'Cancel' : 'Close'}</Button>
          {settings && (
            <Button kind="primary" icon={FileInput} onClick={take}>
              Make it the draft
            </Button>
          )}
        </>
      }
    >
      {problems.length > 0 && (
        <ol className="import-problems" aria-label="Problems">
          {problems.map(({ line, column, path, message }, index) => (
            <li key={index}>
              <span aria-hidden className="problem-shape">
                ■
              </span>
              {line !== undefined && (
                <span className="problem-line">
                  line {line}
                  {column === undefined ? '' : `:${column}`}
                </span>
              )}
              <span>
                {path !== '' && <span className="mono">{path}: </span>}
                {message}
              </span>
            </li>
          ))}
        </ol>
      )}
      {settings && notes.length === 0 && <p>Everything in it was understood.</p>}
      {notes.length > 0 && (
        <>
          <h3>
            {order
              .map((kind) => ({ kind, number: notes.filter((note) => note.kind === kind).length }))
              .filter(({ number }) => number > 0)
              .map(({ kind, number }) => `${count(number)} ${kind}`)
              .join(', ')}
            . <span className="help-inline">{kindHelp}</span>
          </h3>
          <div className="loss-list scroll" tabIndex={0} role="region" aria-label="Notes of the import">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Where</th>
                  <th scope="col">What</th>
                  <th scope="col">Note</th>
                </tr>
              </thead>
              <tbody>
                {notes.map(({ file, line, text, kind }, index) => (
                  <tr key={index}>
                    <td className="mono">
                      {file}:{line}
                    </td>
                    <td>
                      <Chip tone={kinds[kind].tone}>{kinds[kind].word}</Chip>
                    </td>
                    <td className="wrap">{text}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Dialog>
  );
}

/** What makes an element take dropped files, and whether some hover over it now. */
export function useFileDrop(take: (files: readonly File[]) => Promise<void>) {
  const [isOver, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return {
    isOver,
    onDragOver: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (event: DragEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget as globalThis.Node | null)) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void take([...event.dataTransfer.files]);
    },
  };
}
