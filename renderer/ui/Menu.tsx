// A menu behind a button: actions, switches and choices, with their shortcuts.
import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import { Fragment } from 'react';
import { type CommandId, keysOf } from '../state/commands.ts';
import { KeyHint } from './KeyHint.tsx';

export type MenuEntry =
  | {
      readonly kind: 'action';
      readonly title: string;
      /** A sentence below the title. */
      readonly about?: string;
      /** What stands behind the title, e.g. a chip. */
      readonly mark?: React.ReactNode;
      readonly icon?: LucideIcon;
      readonly command?: CommandId;
      readonly disabled?: boolean;
      readonly run: () => void;
    }
  | { readonly kind: 'check'; readonly title: string; readonly isOn: boolean; readonly run: (isOn: boolean) => void }
  | {
      readonly kind: 'choice';
      readonly label: string;
      readonly value: string;
      readonly options: readonly { readonly value: string; readonly title: string }[];
      readonly run: (value: string) => void;
    }
  | { readonly kind: 'label'; readonly title: string }
  | { readonly kind: 'line' };

interface MenuProps {
  /** The button; it gets the menu's attributes. */
  readonly trigger: React.ReactElement<Record<string, unknown>>;
  readonly entries: readonly MenuEntry[];
  readonly align?: 'start' | 'end';
}

export function Menu({ trigger, entries, align = 'end' }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="positioner" sideOffset={4} align={align}>
          <Base.Popup className="popup menu">
            {entries.map((entry, index) => (
              <Fragment key={index}>{itemOf(entry)}</Fragment>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function itemOf(entry: MenuEntry) {
  switch (entry.kind) {
    case 'line':
      return <Base.Separator className="menu-line" />;
    case 'label':
      return <div className="menu-label">{entry.title}</div>;
    case 'check':
      return (
        <Base.CheckboxItem className="menu-item" checked={entry.isOn} onCheckedChange={entry.run}>
          <span>
            <Base.CheckboxItemIndicator>
              <Check aria-hidden />
            </Base.CheckboxItemIndicator>
          </span>
          {entry.title}
        </Base.CheckboxItem>
      );
    case 'choice':
      return (
        <Base.RadioGroup
          value={entry.value}
          onValueChange={(value: string) => entry.run(value)}
          aria-label={entry.label}
        >
          {entry.options.map((option) => (
            <Base.RadioItem key={option.value} className="menu-item" value={option.value} closeOnClick>
              <span>
                <Base.RadioItemIndicator>
                  <Check aria-hidden />
                </Base.RadioItemIndicator>
              </span>
              {option.title}
            </Base.RadioItem>
          ))}
        </Base.RadioGroup>
      );
    case 'action': {
      const { icon: Icon, command } = entry;
      const keys = command && keysOf(command);
      return (
        <Base.Item className="menu-item" disabled={entry.disabled === true} onClick={entry.run}>
          <span>{Icon && <Icon aria-hidden />}</span>
          {entry.about === undefined && entry.mark === undefined ? (
            entry.title
          ) : (
            <span className="menu-more">
              <span className="row">
                <b>{entry.title}</b> {entry.mark}
              </span>
              <span className="small muted">{entry.about}</span>
            </span>
          )}
          {keys !== undefined && <KeyHint keys={keys} />}
        </Base.Item>
      );
    }
  }
}
