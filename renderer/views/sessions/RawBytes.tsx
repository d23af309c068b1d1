// Raw bytes of the selected line, or of the whole session: hex and text, as they crossed.
import { useVirtualizer } from '@tanstack/react-virtual';
import { Copy, X } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { Event } from '../../../core/contract/event.ts';
import { choose } from '../../state/choices.ts';
import { IconButton } from '../../ui/Button.tsx';
import { Segments } from '../../ui/Choose.tsx';
import { copyText } from '../../ui/copyText.ts';
import { Pane, PaneHead } from '../../ui/Pane.tsx';
import { rawRows, rawText } from './rawBytes.ts';

interface RawProps {
  readonly events: readonly Event[];
  readonly line: number | undefined;
}

export function RawBytes({ events, line }: RawProps) {
  const [scope, setScope] = useState<'line' | 'session'>('line');
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => rawRows(scope === 'session' ? events : events.filter(({ n }) => n === line)),
    [scope, events, line],
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 18,
    overscan: 20,
    paddingStart: 6,
    paddingEnd: 6,
  });
  return (
    <Pane label="Raw bytes">
      <PaneHead>
        <h2>Raw</h2>
        <Segments
          label="Bytes of"
          value={scope}
          onChoose={setScope}
          options={[
            { value: 'line', title: line === undefined ? 'Line' : `Line ${line}` },
            { value: 'session', title: 'Whole session' },
          ]}
        />
        <span className="grow" />
        <IconButton icon={Copy} label="Copy the bytes" onClick={() => void copyText(rawText(rows), 'Bytes copied')} />
        <IconButton
          icon={X}
          label="Close raw bytes"
          command="sessions.raw"
          onClick={() => choose({ isRawOpen: false })}
        />
      </PaneHead>
      <div className="scroll raw mono" ref={scroller} tabIndex={0} role="group" aria-label="Bytes" data-pane-focus="">
        {rows.length === 0 && <p className="muted log-empty">This line has no bytes of its own.</p>}
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <div
                  key={item.key}
                  className="raw-row"
                  data-kind={row.kind}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  {row.kind === 'bytes' ? (
                    <>
                      <span className="faint">{row.offset.toString(16).padStart(4, '0')}</span>
                      <span className="raw-hex">{row.hex}</span>
                      <span>{row.text}</span>
                    </>
                  ) : (
                    <span>{row.text}</span>
                  )}
                </div>
              )
            );
          })}
        </div>
      </div>
    </Pane>
  );
}
