// A result about the sender as a chip: word, shape and tone.
import { Chip } from '../../ui/Chip.tsx';
import { resultLook, resultWords } from './looks.ts';

export function ResultChip({ result, title }: { readonly result: string; readonly title?: string }) {
  const { tone, shape } = resultLook(result);
  return (
    <Chip tone={tone} shape={shape} {...(title === undefined ? {} : { title })}>
      {resultWords(result)}
    </Chip>
  );
}
