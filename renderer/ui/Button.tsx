// Buttons: with words, with an icon alone (then it has a name and a tooltip), and links within the window.
import { Tooltip } from '@base-ui/react/tooltip';
import { LoaderCircle, type LucideIcon } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { type CommandId, keysOf } from '../state/commands.ts';
import { KeyHint } from './KeyHint.tsx';

type Kind = 'plain' | 'primary' | 'ghost' | 'danger';

interface ButtonProps extends ComponentProps<'button'> {
  readonly kind?: Kind;
  readonly icon?: LucideIcon;
  /** Shows the shortcut of this command behind the words. */
  readonly command?: CommandId;
  /** While true the button says so and does nothing. */
  readonly busy?: boolean;
}

export function Button({
  kind = 'plain',
  icon: Icon,
  command,
  busy = false,
  children,
  disabled,
  ...rest
}: ButtonProps) {
  const keys = command && keysOf(command);
  return (
    <button
      type="button"
      className="btn"
      data-kind={kind}
      aria-busy={busy}
      disabled={disabled === true || busy}
      {...rest}
    >
      {busy ? <LoaderCircle className="spin" aria-hidden /> : Icon && <Icon aria-hidden />}
      {children}
      {keys !== undefined && <KeyHint keys={keys} />}
    </button>
  );
}

interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  readonly kind?: Kind;
  readonly icon: LucideIcon;
  /** The name, also shown as a tooltip. */
  readonly label: string;
  readonly command?: CommandId;
}

export function IconButton({ kind = 'ghost', icon: Icon, label, command, ...rest }: IconButtonProps) {
  return (
    <Tip label={label} keys={command && keysOf(command)}>
      <button type="button" className="btn" data-kind={kind} data-icon="" aria-label={label} {...rest}>
        <Icon aria-hidden />
      </button>
    </Tip>
  );
}

interface TipProps {
  readonly label: string;
  readonly keys?: string | undefined;
  readonly children: React.ReactElement<Record<string, unknown>>;
}

/** A tooltip around one control; it repeats the control's name, so it adds nothing a screen reader lacks. */
export function Tip({ label, keys, children }: TipProps) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner className="positioner" sideOffset={6}>
          <Tooltip.Popup className="tip" aria-hidden>
            {label}
            {keys !== undefined && <KeyHint keys={keys} />}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

/** Goes somewhere in the window; looks like a link because it is one. */
export function Jump({
  to,
  children,
  ...rest
}: { readonly to: () => void; readonly children: ReactNode } & ComponentProps<'button'>) {
  return (
    <button type="button" className="link" onClick={to} {...rest}>
      {children}
    </button>
  );
}
