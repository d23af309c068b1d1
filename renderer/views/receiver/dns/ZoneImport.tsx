// Importing a BIND zone file: what would come of it, what was not understood, and whether it is added or takes the place of all.
import { FileInput } from 'lucide-react';
import { useMemo } from 'react';
import { create } from 'zustand';
import { useAnswer } from '../../../state/asking.ts';
import { Button } from '../../../ui/Button.tsx';
import { Segments } from '../../../ui/Choose.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Field, Say } from '../../../ui/Field.tsx';
import { counted } from '../../../ui/figures.ts';
import { TextView } from '../../../ui/TextView.tsx';
import { toast } from '../../../ui/Toast.tsx';
import { setValue, useDraft } from '../draft.ts';
import { showSide } from '../side.ts';
import { valueAt } from '../tree.ts';

interface Importing {
  readonly name?: string | undefined;
  readonly text: string;
  readonly origin: string;
  readonly how: 'add' | 'replace';
}

const useImporting = create<Importing>(() => ({ text: '', origin: '', how: 'add' }));

/** Octets a file may have; the contract takes no more. */
const MOST = 8_000_000;

export async function importZoneFile(file: File): Promise<void> {
  if (file.size > MOST) return toast('Nothing was imported', `${file.name} is larger than 8 MB.`, 'refuse');
  const text = await file.text();
  useImporting.setState({ name: file.name, text, origin: originOf(file.name), how: 'add' }, true);
}

/** Zone files are named after their zone: `db.example.com`, `example.com.zone`. */
function originOf(name: string): string {
  const bare = name.replace(/^(db|zone|named)\./i, '').replace(/\.(zone|db|txt|hosts|bind)$/i, '');
  return bare.includes('.') ? bare : '';
}

/** Lets the person choose a file. */
export function chooseZoneFile(): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) void importZoneFile(file);
  });
  input.click();
}

const close = () => useImporting.setState({ name: undefined, text: '' });

/** Problems listed; beyond, their number. */
const LISTED = 100;

export function ZoneImport() {
  const { name, text, origin, how } = useImporting();
  const input = useMemo(() => (name === undefined ? undefined : { text, origin }), [name, text, origin]);
  const { answer, error, isBusy } = useAnswer('dns.import', input);
  const problems = answer?.problems ?? [];
  const take = () => {
    if (!answer) return;
    const now = valueAt(useDraft.getState().settings, 'dns.zone');
    const before = how === 'replace' || typeof now !== 'string' || now.trim() === '' ? '' : `${now.trimEnd()}\n\n`;
    setValue('dns.zone', `${before}# ${name ?? ''}\n${answer.zone}`);
    close();
    showSide('changes');
    toast(`${counted(answer.records, 'record')} of ${name ?? ''} in the draft`, 'Apply or discard them.', 'open');
  };
  if (name === undefined) return null;
  return (
    <Dialog
      title={`Import ${name}`}
      about="Its records become lines of the zone, in the draft: nothing is applied until you say so."
      isOpen
      onClose={close}
      width={680}
      actions={
        <>
          <span className="grow muted" role="status">
            {isBusy ? 'Reading …' : answer ? counted(answer.records, 'record') : ''}
          </span>
          <Button onClick={close}>Cancel</Button>
          <Button kind="primary" icon={FileInput} disabled={!answer || answer.records === 0} onClick={take}>
            {how === 'add' ? 'Add to the zone' : 'Replace the zone'}
          </Button>
        </>
      }
    >
      <div className="import-how">
        <Field
          label="Origin"
          help="The domain that names without a final dot are below, where the file has no $ORIGIN."
        >
          {(control) => (
            <input
              {...control}
              className="input mono"
              spellCheck={false}
              placeholder="example.com"
              value={origin}
              onChange={(event) => useImporting.setState({ origin: event.target.value })}
            />
          )}
        </Field>
        <div className="field">
          <span className="label">What is there already</span>
          <span>
            <Segments
              label="What is there already"
              value={how}
              options={[
                { value: 'add', title: 'stays' },
                { value: 'replace', title: 'goes' },
              ]}
              onChoose={(next) => useImporting.setState({ how: next })}
            />
          </span>
        </div>
      </div>
      <Say tone="refuse" text={error} />
      {problems.length > 0 && (
        <div className="loss-list scroll" tabIndex={0} role="region" aria-label="What was not taken">
          <ol className="import-problems">
            {problems.slice(0, LISTED).map(({ line, message }, index) => (
              <li key={index}>
                <span aria-hidden className="problem-shape">
                  ■
                </span>
                <span className="problem-line">line {line}</span>
                <span>{message}</span>
              </li>
            ))}
            {problems.length > LISTED && <li>and {problems.length - LISTED} more</li>}
          </ol>
        </div>
      )}
      {answer && answer.records > 0 && (
        <div className="import-preview">
          <TextView label="Lines of the zone" text={answer.zone} />
        </div>
      )}
    </Dialog>
  );
}
