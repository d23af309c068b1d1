// Whom greylisting waits for and whom it knows: counts, the newest entries, and the way to forget them all.
import { Eraser } from 'lucide-react';
import { sayError, workbench } from '../../../state/workbench.ts';
import { usePolled } from '../../../state/asking.ts';
import { Button } from '../../../ui/Button.tsx';
import { Chip } from '../../../ui/Chip.tsx';
import { confirm } from '../../../ui/Dialog.tsx';
import { Dotted } from '../../../ui/Dotted.tsx';
import { Say } from '../../../ui/Field.tsx';
import { count, counted, moment } from '../../../ui/figures.ts';
import { Table } from '../../../ui/Table.tsx';
import { toast } from '../../../ui/Toast.tsx';

const EVERY = 3000;
/** Entries shown; the counts tell of all. */
const SHOWN = 200;

export function GreylistPanel() {
  const { answer, error, again } = usePolled('greylist.list', { limit: SHOWN }, EVERY);
  const clear = async () => {
    const isYes = await confirm({
      title: 'Forget everybody?',
      about: 'Whoever waits begins anew, and whoever was let in has to wait again.',
      act: `Forget ${counted(answer?.total ?? 0, 'entry', 'entries')}`,
      isDangerous: true,
    });
    if (!isYes) return;
    try {
      const { removed } = await workbench.call('greylist.clear', {});
      toast(`${counted(removed, 'entry', 'entries')} forgotten`);
    } catch (failure) {
      toast('Nothing was forgotten', sayError(failure), 'refuse');
    }
    again();
  };
  return (
    <section className="state-panel" aria-label="Whom greylisting knows">
      <div className="fold-head">
        <h3>Whom it knows</h3>
        {answer && (
          <span className="muted">
            {count(answer.waiting)} waiting, {count(answer.total - answer.waiting)} let in
          </span>
        )}
        <span className="grow" />
        <Button icon={Eraser} disabled={(answer?.total ?? 0) === 0} onClick={() => void clear()}>
          Forget all …
        </Button>
      </div>
      <Say tone="refuse" text={error} />
      {answer?.total === 0 && (
        <p className="muted">Nobody yet: the first RCPT of an unknown network, sender and recipient puts them here.</p>
      )}
      {answer && answer.total > 0 && (
        <Table
          label="Entries of the greylist"
          columns={[
            {
              title: 'State',
              cell: ({ passed }) => (
                <Chip tone={passed ? 'ok' : 'defer'} shape={passed ? '✓' : '▲'}>
                  {passed ? 'let in' : 'waiting'}
                </Chip>
              ),
            },
            { title: 'Network', cell: ({ network }) => <span className="mono">{network}</span> },
            {
              title: 'Sender and recipient',
              cell: ({ sender, recipient }) => (
                <span className="mono wrap">
                  {sender === '' ? '<>' : <Dotted text={sender} />} → <Dotted text={recipient} />
                </span>
              ),
            },
            {
              title: 'First and last',
              cell: ({ first, last }) => (
                <span className="small muted">
                  {moment(first)}
                  {moment(last) !== moment(first) && <>, {moment(last)}</>}
                </span>
              ),
            },
          ]}
          rows={answer.entries}
        />
      )}
      {answer && answer.total > answer.entries.length && (
        <p className="small muted">The newest {count(answer.entries.length)} are shown.</p>
      )}
    </section>
  );
}
