/** A link to a view: an ordinary address for new tabs and copies, without loading the page again for a click. */

import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from "react";
import { hrefOf, show } from "./location";
import type { View } from "./url";

interface GoProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  to: View;
  how?: "push" | "replace";
  children: ReactNode;
  /** For the shortcuts: the key that follows this link. */
  "data-key"?: string;
  /** Marks a row of a table, for moving from row to row. */
  "data-row"?: string;
}

export function Go({ to, how = "push", onClick, children, ...rest }: GoProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!plain || event.defaultPrevented) return;
    event.preventDefault();
    show(to, how);
  };
  return (
    <a href={hrefOf(to)} onClick={follow} {...rest}>
      {children}
    </a>
  );
}
