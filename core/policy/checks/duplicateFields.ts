// Check `duplicate-fields`: does a field that may stand once stand twice?
import { headerRule } from '../messageWork.ts';

export const duplicateFields = headerRule({
  name: 'duplicate-fields',
  title: 'duplicate fields',
  leaf: 'duplicates',
  reasons: { refuse: 'duplicate-fields', defer: 'header-later' },
});
