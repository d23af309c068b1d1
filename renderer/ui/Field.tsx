// A labelled control with help and what is wrong with it, in words, tied together for screen readers.
import { useId } from 'react';

interface FieldProps {
  readonly label: string;
  /** Path of a setting, shown small. */
  readonly path?: string;
  readonly help?: React.ReactNode;
  readonly error?: string | undefined;
  readonly warning?: string | undefined;
  /** Gets the id for the control and what describes it. */
  readonly children: (control: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': boolean;
  }) => React.ReactNode;
}

export function Field({ label, path, help, error, warning, children }: FieldProps) {
  const id = useId();
  const parts = [
    error !== undefined && `${id}-error`,
    warning !== undefined && `${id}-warning`,
    help !== undefined && `${id}-help`,
  ];
  const described = parts.filter((part) => part !== false).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {path !== undefined && <span className="key">{path}</span>}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error !== undefined,
      })}
      <Say id={`${id}-error`} tone="refuse" text={error} />
      <Say id={`${id}-warning`} tone="defer" text={warning} />
      {help !== undefined && (
        <div className="help" id={`${id}-help`}>
          {help}
        </div>
      )}
    </div>
  );
}

interface SayProps {
  readonly tone: 'refuse' | 'defer' | 'ok';
  readonly text: string | undefined;
  readonly id?: string;
}

const shapes = { refuse: '■', defer: '▲', ok: '✓' } as const;

/** A sentence under a control: an error, a warning, a success; announced politely. */
export function Say({ tone, text, id }: SayProps) {
  return (
    <div aria-live="polite">
      {text !== undefined && (
        <div className="say" data-tone={tone} id={id}>
          <i aria-hidden>{shapes[tone]}</i>
          <span>{text}</span>
        </div>
      )}
    </div>
  );
}
