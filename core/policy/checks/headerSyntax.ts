// Check `header-syntax`: does every program read the header alike?
import { headerRule } from '../messageWork.ts';

export const headerSyntax = headerRule({
  name: 'header-syntax',
  title: 'malformed header',
  leaf: 'syntax',
  reasons: { refuse: 'header-syntax', defer: 'header-later' },
});
