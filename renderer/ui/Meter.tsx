// A bar for how much of a limit is used.
import type { Tone } from './Chip.tsx';

interface MeterProps {
  readonly label: string;
  readonly value: number;
  /** 0 or less: no limit, no bar. */
  readonly limit: number;
  readonly tone?: Tone;
}

export function Meter({ label, value, limit, tone = 'open' }: MeterProps) {
  if (limit <= 0) return null;
  const share = Math.min(1, Math.max(0, value / limit));
  return (
    <div
      className="meter"
      data-tone={tone}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuenow={Math.min(value, limit)}
      aria-valuetext={`${value} of ${limit}`}
    >
      <div style={{ width: `${(share * 100).toFixed(1)}%` }} />
    </div>
  );
}
