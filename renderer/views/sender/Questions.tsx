// DNS questions as a table: what was asked, the answer, who gave it, how long it took.
import type { DnsQuestion } from '../../../core/contract/facts.ts';
import { Dotted } from '../../ui/Dotted.tsx';
import { duration } from '../../ui/figures.ts';
import { Table } from '../../ui/Table.tsx';

/** Who answered; the zone does not sign. */
export const byWords = ({ by }: DnsQuestion): string => by ?? 'zone';

/** A fault or the records, a line each. */
export function DnsAnswer({ answer }: Pick<DnsQuestion, 'answer'>) {
  if (typeof answer === 'string') return <span className="mono dns-fault">{answer}</span>;
  return <span className="mono">{answer.length === 0 ? 'no records' : answer.join('\n')}</span>;
}

interface QuestionsProps {
  readonly questions: readonly DnsQuestion[];
  readonly label?: string;
}

export function Questions({ questions, label = 'DNS questions and answers' }: QuestionsProps) {
  return (
    <Table
      label={label}
      columns={[
        {
          title: 'asked',
          cell: (q) => (
            <span className="mono">
              <Dotted text={q.name} /> {q.type}
            </span>
          ),
        },
        { title: 'answer', cell: (q) => <DnsAnswer answer={q.answer} /> },
        { title: 'by', cell: (q) => <span className="small muted">{byWords(q)}</span> },
        { title: 'took', isNumber: true, cell: (q) => duration(q.ms) },
      ]}
      rows={questions}
    />
  );
}
