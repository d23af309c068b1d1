// What a client sees of each listener: EHLO in clear and after TLS, of the draft.
import { Fragment } from 'react';
import { useWorkbench } from '../../state/workbench.ts';
import { Chip } from '../../ui/Chip.tsx';
import { Say } from '../../ui/Field.tsx';
import { type EhloOf, useDraftEhlo } from './draftEhlo.ts';

const words = {
  applied: undefined,
  draft: 'as drafted',
  stale: 'as before: the draft has errors',
} as const;

export function SeenByClients() {
  const { listeners, of, error } = useDraftEhlo();
  return (
    <section aria-label="What a client sees">
      <div className="side-head">
        <h3>What a client sees</h3>
        <span className="grow" />
        {words[of] !== undefined && <Chip tone={of === 'draft' ? 'open' : 'defer'}>{words[of]}</Chip>}
      </div>
      <Say tone="refuse" text={error} />
      {listeners.map((listener) => (
        <Ehlo key={listener.name} listener={listener} />
      ))}
      {listeners.length === 0 && <p className="muted">There is no listener.</p>}
    </section>
  );
}

function Ehlo({ listener }: { readonly listener: EhloOf }) {
  const { name, tls, clear, secured } = listener;
  const now = useWorkbench(({ receiver }) => receiver?.listeners.find((one) => one.name === name));
  const only = (lines: readonly string[] | undefined, other: readonly string[] | undefined) =>
    new Set(lines?.filter((line) => other !== undefined && !other.includes(line)));
  return (
    <section className="ehlo" aria-label={`EHLO on ${name}`}>
      <div className="row">
        <b>{name}</b>
        <span className="mono muted">{now && (now.bound === '' ? now.wanted : now.bound)}</span>
        {!now && <Chip tone="open">not applied</Chip>}
        {now && now.state !== 'listening' && (
          <Chip tone={now.state === 'failed' ? 'refuse' : 'quiet'}>{now.state}</Chip>
        )}
      </div>
      {clear && (
        <Lines
          title={tls === 'clear' ? 'in clear; there is no TLS' : 'in clear'}
          lines={clear}
          only={only(clear, secured)}
        />
      )}
      {secured && (
        <Lines
          title={tls === 'implicit' ? 'secured from the first byte' : 'after TLS'}
          lines={secured}
          only={only(secured, clear)}
        />
      )}
    </section>
  );
}

interface LinesProps {
  readonly title: string;
  readonly lines: readonly string[];
  /** Lines the other EHLO does not have. */
  readonly only: ReadonlySet<string>;
}

function Lines({ title, lines, only }: LinesProps) {
  const hasAuth = lines.some(isAuth);
  return (
    <figure>
      <figcaption className="small muted">EHLO {title}</figcaption>
      <pre className="mono">
        {lines.map((line, index) => (
          <span key={index} data-only={only.has(line) ? '' : undefined} data-auth={isAuth(line) ? '' : undefined}>
            {`250${index < lines.length - 1 ? '-' : ' '}`}
            {line.split(' ').map((word, at) => (
              <Fragment key={at}>
                {at > 0 && ' '}
                <span className="ehlo-word">{word}</span>
              </Fragment>
            ))}
            {'\n'}
          </span>
        ))}
      </pre>
      {!hasAuth && <p className="ehlo-none">No AUTH: nobody can log in here.</p>}
    </figure>
  );
}

const isAuth = (line: string) => line.startsWith('AUTH ') || line.startsWith('AUTH=');
