/** A figure that leads to its explanation. */

import { type ReactNode, useContext } from "react";
import { Go } from "../go";
import type { View } from "../url";
import { WhyPlace, whyOf } from "./figure";

/** The way to a figure's explanation in words, where the figure itself leads elsewhere. */
export function WhyWords({ figure }: { figure: View | null }) {
  const place = useContext(WhyPlace);
  if (place === null || figure === null) return null;
  return (
    <>
      {" "}
      <Go to={whyOf(place, figure)} className="inline-link">
        Why this number
      </Go>
    </>
  );
}

interface WhyProps {
  figure: View;
  /** Reached with the keyboard; of a row's figures only one is, the others are behind it. */
  reached: boolean;
  children: ReactNode;
}

export function Why({ figure, reached, children }: WhyProps) {
  const place = useContext(WhyPlace);
  if (place === null) return children;
  return (
    <Go to={whyOf(place, figure)} className="why-link" {...(reached ? {} : { tabIndex: -1 })}>
      {children}
    </Go>
  );
}
