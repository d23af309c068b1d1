// A path, a domain name or an address that may break across lines behind its dots, and within a part only when it must.
import { Fragment } from 'react';

export function Dotted({ text }: { readonly text: string }) {
  const parts = text.split(/(?<=[.@/:])/);
  return (
    <span className="dotted">
      {parts.map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}
