// Panes side by side or one above the other, resizable by mouse and keyboard, remembering their sizes.
import { Group, Panel, type PanelImperativeHandle, Separator, useDefaultLayout } from 'react-resizable-panels';
import { Fragment, type ReactNode, type Ref } from 'react';

interface PaneProps {
  /** What the pane is, for screen readers and F6. */
  readonly label: string;
  readonly children: ReactNode;
  readonly className?: string;
}

/** A landmark region filling its part of a split. */
export function Pane({ label, children, className = '' }: PaneProps) {
  return (
    <section className={`pane ${className}`} aria-label={label} data-pane="" tabIndex={-1}>
      {children}
    </section>
  );
}

export function PaneHead({ children }: { readonly children: ReactNode }) {
  return <div className="pane-head">{children}</div>;
}

export interface SplitPart {
  readonly id: string;
  /** Pixels as a number, or per cent as a string. */
  readonly size?: number | string;
  /** Pixels. */
  readonly min?: number;
  /** Keeps its pixels when the window grows. */
  readonly isFixed?: boolean;
  readonly handle?: Ref<PanelImperativeHandle | null>;
  readonly content: ReactNode;
}

interface SplitProps {
  /** The key sizes are kept under; unique in the window. */
  readonly id: string;
  readonly direction?: 'row' | 'column';
  readonly parts: readonly SplitPart[];
}

/** Two or more parts with bars between them that can be dragged, or moved with the arrow keys. */
export function Split({ id, direction = 'row', parts }: SplitProps) {
  const ids = parts.map((part) => part.id);
  const { defaultLayout, onLayoutChanged } = useDefaultLayout({
    id: `gatehouse.${id}`,
    panelIds: ids,
    storage: localStorage,
  });
  return (
    <Group
      className="panes"
      orientation={direction === 'row' ? 'horizontal' : 'vertical'}
      defaultLayout={defaultLayout}
      onLayoutChanged={onLayoutChanged}
    >
      {parts.map((part, index) => (
        <Fragment key={part.id}>
          {index > 0 && <Separator className="separator" aria-label={`Resize ${part.id}`} />}
          <Panel
            id={part.id}
            defaultSize={part.size}
            minSize={part.min ?? 120}
            groupResizeBehavior={part.isFixed === true ? 'preserve-pixel-size' : 'preserve-relative-size'}
            panelRef={part.handle}
          >
            {part.content}
          </Panel>
        </Fragment>
      ))}
    </Group>
  );
}
