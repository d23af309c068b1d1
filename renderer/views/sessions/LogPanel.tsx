// The tail of the log as the receiver writes it; stays at its end unless the person scrolls up.
import { useVirtualizer } from '@tanstack/react-virtual';
import { Copy, X } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import { choose } from '../../state/choices.ts';
import { useWorkbench } from '../../state/workbench.ts';
import { IconButton } from '../../ui/Button.tsx';
import { copyText } from '../../ui/copyText.ts';
import { Pane, PaneHead } from '../../ui/Pane.tsx';

export function LogPanel() {
  const lines = useWorkbench((state) => state.log.lines);
  const file = useWorkbench((state) => state.settings?.settings.logging.fileName);
  const scroller = useRef<HTMLDivElement>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 18,
    overscan: 20,
  });
  useLayoutEffect(() => {
    if (isAtEnd && lines.length > 0) virtual.scrollToIndex(lines.length - 1, { align: 'end' });
  }, [lines, isAtEnd, virtual]);
  return (
    <Pane label="Log">
      <PaneHead>
        <h2>Log</h2>
        <span className="muted small mono cut">{file}</span>
        <span className="grow" />
        <IconButton icon={Copy} label="Copy the log" onClick={() => void copyText(lines.join('\n'))} />
        <IconButton
          icon={X}
          label="Close the log"
          command="sessions.log"
          onClick={() => choose({ isLogOpen: false })}
        />
      </PaneHead>
      <div
        className="scroll log mono"
        ref={scroller}
        role="log"
        aria-label="Log lines"
        aria-live="off"
        tabIndex={0}
        data-pane-focus=""
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          setAtEnd(scrollHeight - scrollTop - clientHeight < 30);
        }}
      >
        {lines.length === 0 && <p className="muted log-empty">Nothing has been logged yet.</p>}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => (
            <div key={item.key} className="log-line" style={{ transform: `translateY(${item.start}px)` }}>
              {lines[item.index]}
            </div>
          ))}
        </div>
      </div>
    </Pane>
  );
}
