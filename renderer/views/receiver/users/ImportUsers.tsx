// Import of users: a file or pasted text, what would happen line by line, and only then, by its own button, the deed.
import { FileInput } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Output } from '../../../../core/contract/calls.ts';
import { sayError, workbench } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { Segments } from '../../../ui/Choose.tsx';
import { confirm, Dialog } from '../../../ui/Dialog.tsx';
import { Field, Say } from '../../../ui/Field.tsx';
import { count, counted } from '../../../ui/figures.ts';
import { toast } from '../../../ui/Toast.tsx';
import { unask } from './asking.ts';
import { type Format, guessFormat } from './format.ts';
import { ImportRows, tally } from './ImportRows.tsx';
import { took } from './store.ts';

type Answer = Output<'users.import'>;

/** Milliseconds of rest before the host is asked, and the most characters it takes. */
const REST = 250;
const MOST = 8_000_000;

const formats: readonly { value: Format; title: string }[] = [
  { value: 'csv', title: 'CSV' },
  { value: 'htpasswd', title: 'htpasswd' },
];

const helps: Readonly<Record<Format, string>> = {
  csv: 'A first line with names of columns: name and password; aliases (with spaces between them), enabled and quota where they are told.',
  htpasswd:
    'One name:hash in each line. A hash checks a password but cannot be turned into what other mechanisms need.',
};

interface Looked {
  /** What was looked at: a preview of another text is none. */
  readonly text: string;
  readonly format: Format;
  readonly rows: Answer['rows'];
}

export function ImportUsers() {
  const [text, setText] = useState('');
  const [from, setFrom] = useState<string>();
  const [format, setFormat] = useState<Format>('csv');
  const [looked, setLooked] = useState<Looked>();
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const [isDone, setDone] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);

  useEffect(() => {
    if (text.trim() === '' || isDone) return undefined;
    let isLate = false;
    const timer = setTimeout(() => {
      workbench.call('users.import', { format, text, apply: false }).then(
        ({ rows }) => {
          if (isLate) return;
          setLooked({ text, format, rows });
          setError(undefined);
        },
        (failure: unknown) => !isLate && setError(sayError(failure)),
      );
    }, REST);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [text, format, isDone]);

  const isFresh = looked !== undefined && looked.text === text && looked.format === format && error === undefined;
  const sums = tally(looked?.rows ?? []);
  const deeds = sums.new + sums.changed;
  const type = (next: string, name?: string) => {
    setText(next);
    setFrom(name);
    setDone(false);
    if (name !== undefined || text === '') setFormat(guessFormat(next));
    if (next.trim() === '') {
      setLooked(undefined);
      setError(undefined);
    }
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MOST) {
      setError(`${file.name} is larger than 8 MB: split it.`);
      return;
    }
    type(await file.text(), file.name);
  };
  const apply = async () => {
    if (!isFresh || deeds === 0 || isBusy) return;
    if (sums.changed > 0) {
      const isYes = await confirm({
        title: `Change ${counted(sums.changed, 'user')} that ${sums.changed === 1 ? 'is' : 'are'} there already?`,
        about: 'What the text says replaces what is kept of them, passwords too.',
        act: `Import ${counted(deeds, 'user')}`,
      });
      if (!isYes) return;
    }
    setBusy(true);
    try {
      const { rows, list } = await workbench.call('users.import', { format, text, apply: true });
      if (list) took(list);
      setLooked({ text, format, rows });
      setDone(true);
      const { new: added, changed, skipped } = tally(rows);
      toast(
        `${counted(added, 'user')} added, ${count(changed)} changed`,
        skipped > 0 ? `${counted(skipped, 'line')} skipped.` : undefined,
      );
    } catch (failure) {
      setError(`Nothing is certain to be imported: ${sayError(failure)}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      title="Import users"
      about="From CSV or htpasswd. First you see what would happen; nothing is imported before you say so."
      width={900}
      isOpen
      onClose={unask}
      actions={
        <>
          <span className="grow muted import-state" role="status">
            {isBusy
              ? `Importing ${counted(deeds, 'user')} … It goes on when this is closed.`
              : text.trim() !== '' && !isFresh && error === undefined && !isDone
                ? 'Looking …'
                : ''}
          </span>
          <Button onClick={unask}>{isDone || isBusy ? 'Close' : 'Cancel'}</Button>
          {!isDone && (
            <Button kind="primary" busy={isBusy} disabled={!isFresh || deeds === 0} onClick={() => void apply()}>
              {deeds === 0 || !isFresh ? 'Import' : `Import ${counted(deeds, 'user')}`}
            </Button>
          )}
        </>
      }
    >
      <div className="form-fields">
        <div className="row">
          <input
            ref={chooser}
            type="file"
            hidden
            accept=".csv,.txt,.htpasswd,text/*"
            onChange={(event) => void read(event.target.files?.[0])}
          />
          <Button icon={FileInput} disabled={isBusy} onClick={() => chooser.current?.click()}>
            Choose a file
          </Button>
          {from !== undefined && <span className="mono cut">{from}</span>}
          <span className="grow" />
          <Segments label="Format" value={format} options={formats} onChoose={setFormat} />
        </div>
        <Field label="Text" help={helps[format]}>
          {(control) => (
            <textarea
              {...control}
              className="input mono"
              rows={5}
              spellCheck={false}
              autoComplete="off"
              wrap="off"
              readOnly={isBusy || text.length > SHOWN}
              placeholder={format === 'csv' ? 'name,password,aliases\nann,…,ann@example.com' : 'ann:$2y$05$…'}
              value={
                text.length > SHOWN ? `${text.slice(0, 2000)}\n… ${counted(text.length, 'character')} in all` : text
              }
              onChange={(event) => type(event.target.value)}
            />
          )}
        </Field>
        <Say tone="refuse" text={error} />
        {looked && looked.rows.length > 0 && error === undefined && (
          <ImportRows rows={looked.rows} isDone={isDone} isStale={!isFresh} />
        )}
        {isFresh && looked.rows.length === 0 && <Say tone="defer" text="There is no line in it that names a user." />}
      </div>
    </Dialog>
  );
}

/** Characters above which the text is not put into the field. */
const SHOWN = 200_000;
