/** A row's name: its whole path, the last part in front, and the way down where there is one. */

import type { ReactNode } from "react";
import { Go } from "../go";
import type { View } from "../url";
import { isReserved, partMeaning, partWords } from "../words/names";

interface PathNameProps {
  parts: readonly string[];
  to: View | null;
  sign?: ReactNode;
}

export function PathName({ parts, to, sign }: PathNameProps) {
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
    </span>
  );
}
