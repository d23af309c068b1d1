// The logins of the open session: who, how, every step decoded, which one failed and why, and what was counted.
import { useEffect, useRef, useState } from 'react';
import type { SaslSaid } from '../../../core/contract/event.ts';
import type { LoginAccount, LoginMove } from '../../../core/contract/login.ts';
import { Jump } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { counted, offset } from '../../ui/figures.ts';
import { Meter } from '../../ui/Meter.tsx';
import { StrengthMark } from '../receiver/Strength.tsx';
import { counterSentence, failedMove, loginAt, loginLooks, scopeText, whoWords } from './logins.ts';

interface LoginPanelProps {
  readonly logins: readonly LoginAccount[];
  readonly line: number | undefined;
  readonly onLine: (n: number) => void;
}

export function LoginPanel({ logins, line, onLine }: LoginPanelProps) {
  const [chosen, choose] = useState<{ readonly line: number | undefined; readonly n: number }>();
  // What was opened by hand stays open until another line is looked at.
  const open = chosen !== undefined && chosen.line === line ? chosen.n : loginAt(logins, line)?.n;
  return (
    <ol className="logins" aria-label="Logins">
      {logins.map((login) => {
        const isOpen = login.n === open;
        return (
          <li key={login.n} className="login" data-open={isOpen || undefined}>
            <LoginHead login={login} isOpen={isOpen} onTurn={() => choose({ line, n: isOpen ? -1 : login.n })} />
            {isOpen && <LoginBody login={login} line={line} onLine={onLine} />}
          </li>
        );
      })}
    </ol>
  );
}

interface HeadProps {
  readonly login: LoginAccount;
  readonly isOpen: boolean;
  readonly onTurn: () => void;
}

function LoginHead({ login, isOpen, onTurn }: HeadProps) {
  const { tone, shape, word } = loginLooks[login.outcome];
  const head = useRef<HTMLButtonElement>(null);
  // What closed above it has moved it away.
  useEffect(() => {
    if (isOpen) void head.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen]);
  return (
    <button
      ref={head}
      type="button"
      className="login-head"
      aria-expanded={isOpen}
      aria-controls={`login-${login.n}`}
      onClick={onTurn}
    >
      <span className="mono cut grow">{whoWords(login)}</span>
      <span className="muted small">{login.mechanism === '' ? 'AUTH' : login.mechanism}</span>
      <Chip tone={tone} shape={shape}>
        {word}
      </Chip>
    </button>
  );
}

interface BodyProps {
  readonly login: LoginAccount;
  readonly line: number | undefined;
  readonly onLine: (n: number) => void;
}

function LoginBody({ login, line, onLine }: BodyProps) {
  const { n, mechanism, secured, user, authzid, principal, binding, why, code, moves } = login;
  const failed = failedMove(login);
  const { tone, word } = loginLooks[login.outcome];
  return (
    <div className="login-body" id={`login-${n}`}>
      {why !== undefined && (
        <div className="verdict" data-tone={tone}>
          <div>
            <b>{word}</b>
            {code !== undefined && <span className="mono"> {code}</span>}
          </div>
          <div className="verdict-because">{why}</div>
        </div>
      )}
      <dl className="facts">
        <dt>user</dt>
        <dd className="mono">{user ?? <span className="muted">nobody was named</span>}</dd>
        {authzid !== undefined && (
          <>
            <dt>acts for</dt>
            <dd className="mono">{authzid}</dd>
          </>
        )}
        <dt>mechanism</dt>
        <dd>
          <span className="mono">{mechanism === '' ? 'none could be read' : mechanism}</span>{' '}
          <StrengthMark mechanism={mechanism} inClear={!secured} />
        </dd>
        <dt>connection</dt>
        <dd>{secured ? 'secured by TLS' : 'in clear'}</dd>
        {principal !== undefined && (
          <>
            <dt>proved by</dt>
            <dd className="mono">{principal}</dd>
          </>
        )}
        {binding !== undefined && (
          <>
            <dt>bound to</dt>
            <dd>this TLS connection, by {binding}</dd>
          </>
        )}
        <dt>began</dt>
        <dd>
          {offset(login.t)} s,{' '}
          <Jump to={() => onLine(n)} aria-current={line === n || undefined}>
            line {n}
          </Jump>
        </dd>
        {why === undefined && (
          <>
            <dt>outcome</dt>
            <dd>
              {word}
              {code !== undefined && <span className="mono"> {code}</span>}
            </dd>
          </>
        )}
      </dl>
      {moves.length > 0 && (
        <>
          <h3>{counted(moves.length, 'step')}</h3>
          <ol className="login-moves">
            {moves.map((move) => (
              <Move
                key={move.n}
                move={move}
                isNow={move.n === line}
                failure={move.move === failed ? (why ?? word) : undefined}
                onLine={onLine}
              />
            ))}
          </ol>
        </>
      )}
      <Counted counters={login.counters} />
    </div>
  );
}

interface MoveProps {
  readonly move: LoginMove;
  readonly isNow: boolean;
  /** Why it failed, where it did. */
  readonly failure: string | undefined;
  readonly onLine: (n: number) => void;
}

function Move({ move, isNow, failure, onLine }: MoveProps) {
  const { n, heard, asks } = move;
  return (
    <li data-failed={failure === undefined ? undefined : ''}>
      <div className="login-step">
        <span className="muted small">step {move.move}</span>
        <span className="grow" />
        <Jump className="link small" to={() => onLine(n)} aria-current={isNow || undefined}>
          line {n}
        </Jump>
      </div>
      {heard && <Said who="client" said={heard} />}
      {failure !== undefined && (
        <div className="say" data-tone="refuse">
          <i aria-hidden>■</i>
          <span>failed here: {failure}</span>
        </div>
      )}
      {asks && <Said who="server" said={asks} />}
      {!heard && !asks && failure === undefined && (
        <span className="muted small">the end, with nothing more to say</span>
      )}
    </li>
  );
}

function Said({ who, said }: { readonly who: 'client' | 'server'; readonly said: SaslSaid }) {
  return (
    <div className="login-said" data-who={who}>
      <div>
        <span className="who">
          <span aria-hidden>{who === 'client' ? 'C' : 'S'}</span>
          <span className="unseen">{who}</span>
        </span>
        {said.what} <span className="muted small">{counted(said.octets, 'octet')}</span>
      </div>
      {said.fields.length > 0 && (
        <dl className="facts">
          {said.fields.map((field, index) => (
            <div key={index} className="facts-row">
              <dt>{field.name}</dt>
              <dd className="mono">
                {'secret' in field ? (
                  <span className="login-secret">{counted(field.secret, 'octet')}, redacted</span>
                ) : field.value === '' ? (
                  <span className="muted">empty</span>
                ) : (
                  field.value
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function Counted({ counters }: Pick<LoginAccount, 'counters'>) {
  if (counters.length === 0) return null;
  return (
    <>
      <h3>Counted</h3>
      <ul className="login-counters">
        {counters.map((counter) => {
          const { of, failures, limit, relief } = counter;
          const most = limit === 'unlimited' ? 0 : limit;
          const isOver = relief > 0 || (most > 0 && failures > most);
          return (
            <li key={of}>
              <div className="cut" title={scopeText(counter)}>
                {scopeText(counter)}
              </div>
              <div className="muted small">{counterSentence(counter)}</div>
              <Meter label={scopeText(counter)} value={failures} limit={most} tone={isOver ? 'refuse' : 'open'} />
            </li>
          );
        })}
      </ul>
    </>
  );
}
