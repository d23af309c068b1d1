// Controls that choose: a drop-down, a row of segments, a switch.
import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { Switch as BaseSwitch } from '@base-ui/react/switch';
import type { ComponentProps } from 'react';

interface Option<T extends string> {
  readonly value: T;
  readonly title: string;
}

interface SelectProps<T extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChoose: (value: T) => void;
}

/** The system's own drop-down: known to every hand and every screen reader. */
export function Select<T extends string>({ value, options, onChoose, ...rest }: SelectProps<T>) {
  return (
    <select className="input" value={value} onChange={(event) => onChoose(event.target.value as T)} {...rest}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.title}
        </option>
      ))}
    </select>
  );
}

interface SegmentsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChoose: (value: T) => void;
  readonly id?: string;
  /** Class of another look. */
  readonly look?: string;
}

/** A few words of which one holds; arrow keys walk through them. */
export function Segments<T extends string>({
  label,
  value,
  options,
  onChoose,
  id,
  look = 'segments',
}: SegmentsProps<T>) {
  return (
    <RadioGroup className={look} aria-label={label} id={id} value={value} onValueChange={(next) => onChoose(next)}>
      {options.map((option) => (
        <Radio.Root key={option.value} value={option.value}>
          {option.title}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}

interface SwitchProps {
  readonly label?: string;
  readonly isOn: boolean;
  readonly onTurn: (isOn: boolean) => void;
  readonly id?: string;
  readonly disabled?: boolean;
  /** -1 where a grid around it has keys for it. */
  readonly tabIndex?: number;
}

export function Switch({ label, isOn, onTurn, id, disabled = false, tabIndex = 0 }: SwitchProps) {
  return (
    <BaseSwitch.Root
      className="switch"
      aria-label={label}
      id={id}
      checked={isOn}
      disabled={disabled}
      tabIndex={tabIndex}
      onCheckedChange={(on) => onTurn(on)}
    >
      <BaseSwitch.Thumb />
    </BaseSwitch.Root>
  );
}
