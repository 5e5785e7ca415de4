/** A row's name: its whole path, the last part in front, and the way down where there is one. */

import type { ReactNode } from "react";
import { Go } from "../go";
import { Icon } from "../marks/icon";
import type { View } from "../url";
import { isReserved, partMeaning, partWords } from "../words/names";

interface PathNameProps {
  parts: readonly string[];
  to: View | null;
  sign?: ReactNode;
  /** The view with this row's details open. */
  more?: View | null;
}

export function PathName({ parts, to, sign, more }: PathNameProps) {
  const last = parts.at(-1) ?? "";
  const before = parts.slice(0, -1);
  const words = (
    <>
      {before.length > 0 ? <span className="path-before">{before.map(partWords).join(" / ")} / </span> : null}
      <span className={isReserved(last) ? "path-reserved" : undefined}>{partWords(last)}</span>
    </>
  );
  const title = partMeaning(last) ?? parts.map(partWords).join(" / ");
  return (
    <span className="path" title={title}>
      {sign}
      {to ? (
        <Go to={to} className="path-words" data-row="">
          {words}
        </Go>
      ) : (
        <span className="path-words">{words}</span>
      )}
      {more ? (
        <Go to={more} how="replace" className="row-more" aria-label={`Details of ${title}`} data-more="">
          <Icon name="details" size={14} />
        </Go>
      ) : null}
    </span>
  );
}
