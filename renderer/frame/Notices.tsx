// What must be said across the window: a lost connection, problems of the workspace, the first user's password.
import { useEffect, useState } from 'react';
import { useWorkbench, workbench } from '../state/workbench.ts';
import { Button } from '../ui/Button.tsx';
import { copyText } from '../ui/copyText.ts';

export function Notices() {
  const info = useWorkbench((state) => state.info);
  const trouble = useWorkbench((state) => state.trouble);
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  const dismiss = (text: string) => setDismissed(new Set([...dismissed, text]));
  const user = info?.firstUser;
  const userKey = `gatehouse.noted.${info?.path ?? ''}`;
  const isUserNoted = dismissed.has(userKey) || sessionStorage.getItem(userKey) !== null;
  return (
    <div className="notices" role="region" aria-label="Notices">
      <LinkNotice />
      {trouble !== undefined && <Notice tone="refuse" text={`Something could not be read: ${trouble}`} />}
      {info?.problems.map((problem) => {
        const at = [problem.path, problem.line].filter((part) => part !== undefined && part !== '').join(':');
        return (
          <Notice
            key={`${at}${problem.message}`}
            tone="refuse"
            text={at === '' ? problem.message : `${at}: ${problem.message}`}
          />
        );
      })}
      {info?.notes
        .filter((note) => !dismissed.has(note))
        .map((note) => (
          <Notice key={note} tone="open" text={note} onDismiss={() => dismiss(note)} />
        ))}
      {user && !isUserNoted && (
        <Notice
          tone="open"
          text={
            <>
              A user was made for logins: name <b className="mono">{user.name}</b>, password{' '}
              <b className="mono">{user.password}</b>. It is shown only once.
            </>
          }
          action={<Button onClick={() => void copyText(user.password, 'Password copied')}>Copy password</Button>}
          onDismiss={() => {
            sessionStorage.setItem(userKey, 'yes');
            dismiss(userKey);
          }}
        />
      )}
    </div>
  );
}

interface NoticeProps {
  readonly tone: 'refuse' | 'open' | 'defer';
  readonly text: React.ReactNode;
  readonly action?: React.ReactNode;
  readonly onDismiss?: () => void;
}

const shapes = { refuse: '■', defer: '▲', open: '●' } as const;

function Notice({ tone, text, action, onDismiss }: NoticeProps) {
  return (
    <div className="notice" data-tone={tone} role="status">
      <span aria-hidden className="small">
        {shapes[tone]}
      </span>
      <span className="grow">{text}</span>
      {action}
      {onDismiss && <Button onClick={onDismiss}>Dismiss</Button>}
    </div>
  );
}

/** Counts down to the next attempt while the connection is lost. */
function LinkNotice() {
  const link = useWorkbench((state) => state.link);
  const [now, setNow] = useState(() => Date.now());
  const isLost = link.state === 'lost';
  useEffect(() => {
    if (!isLost) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [isLost, link]);
  if (link.state !== 'lost') return null;
  const seconds = Math.max(0, Math.ceil((link.retryAt - now) / 1000));
  return (
    <Notice
      tone="refuse"
      text={`Not connected. ${link.error} What you see is what was last heard. ${seconds > 0 ? `Trying again in ${seconds} s.` : 'Trying again.'}`}
      action={<Button onClick={() => workbench.retry()}>Try now</Button>}
    />
  );
}
