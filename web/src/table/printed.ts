/** Whether the page is being printed: paper has room for every column, and none may be missing without a word. */

import { useEffect, useState } from "react";
import { flushSync } from "react-dom";

export function usePrinted(): boolean {
  const [printed, setPrinted] = useState(false);
  useEffect(() => {
    const medium = window.matchMedia?.("print");
    // The browser takes the page as it is when these return.
    const listen = () => flushSync(() => setPrinted(medium?.matches ?? false));
    const before = () => flushSync(() => setPrinted(true));
    const after = () => flushSync(() => setPrinted(false));
    setPrinted(medium?.matches ?? false);
    medium?.addEventListener("change", listen);
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    return () => {
      medium?.removeEventListener("change", listen);
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    };
  }, []);
  return printed;
}
