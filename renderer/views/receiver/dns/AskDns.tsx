// One question to DNS, of the draft as it is: the answer, who gave it, how long it took, and why it is what it is.
import { type FormEvent, useState } from 'react';
import type { Input, Output } from '../../../../core/contract/calls.ts';
import { sayError, workbench } from '../../../state/workbench.ts';
import { Button } from '../../../ui/Button.tsx';
import { Select } from '../../../ui/Choose.tsx';
import { Dotted } from '../../../ui/Dotted.tsx';
import { Field } from '../../../ui/Field.tsx';
import { duration } from '../../../ui/figures.ts';
import { byWords, DnsAnswer } from '../../sender/Questions.tsx';
import { isDirty, useDraft } from '../draft.ts';

type Type = Input<'dns.ask'>['type'];

const types: readonly Type[] = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'TXT'];

/** Answers that stay on the screen. */
const KEPT = 5;

export function AskDns() {
  const isWrong = useDraft((draft) => draft.own.size > 0 || draft.host.length > 0);
  const [name, setName] = useState('');
  const [type, setType] = useState<Type>('TXT');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const [answers, setAnswers] = useState<readonly Output<'dns.ask'>[]>([]);
  const ask = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') {
      setError('Write a name, such as example.com, or an address for PTR.');
      return;
    }
    setBusy(true);
    setError(undefined);
    const draft = useDraft.getState();
    try {
      const answer = await workbench.call('dns.ask', {
        name: name.trim(),
        type,
        ...(isDirty(draft) && !isWrong ? { settings: draft.settings } : {}),
      });
      setAnswers((before) => [answer, ...before].slice(0, KEPT));
    } catch (failure) {
      setError(sayError(failure));
    }
    setBusy(false);
  };
  return (
    <section className="ask-dns" aria-label="Ask a question">
      <h3>Ask a question</h3>
      <form className="ask-fields" onSubmit={(event) => void ask(event)}>
        <Field label="Name" error={error}>
          {(control) => (
            <input
              {...control}
              className="input mono"
              placeholder="example.com"
              spellCheck={false}
              autoComplete="off"
              maxLength={255}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Type">
          {(control) => (
            <Select
              {...control}
              value={type}
              options={types.map((value) => ({ value, title: value }))}
              onChoose={setType}
            />
          )}
        </Field>
        <Button type="submit" busy={isBusy}>
          Ask
        </Button>
      </form>
      {isWrong && <p className="small muted">The draft has errors: what is applied answers.</p>}
      <ol className="dns-answers" aria-label="Answers" aria-live="polite">
        {answers.map(({ question, because }, index) => (
          <li key={answers.length - index}>
            <div className="row">
              <span className="mono wrap">
                <Dotted text={question.name} /> {question.type}
              </span>
              <span className="grow" />
              <span className="small muted number">
                {byWords(question)}, {duration(question.ms)}
              </span>
            </div>
            <div className="dns-said">
              <DnsAnswer answer={question.answer} />
            </div>
            <div className="small muted">{because}</div>
          </li>
        ))}
      </ol>
    </section>
  );
}
