/** A button that opens a small panel under it. Escape, a click elsewhere or leaving with Tab closes it. */

import {
  type FocusEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";

interface MenuProps {
  label: ReactNode;
  /** The button's name where the label is a pictogram. */
  name?: string;
  shortcut?: string;
  align?: "start" | "end";
  className?: string;
  children: (close: () => void) => ReactNode;
}

export function Menu({ label, name, shortcut, align = "end", className = "button", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useId();
  useClickElsewhere(box, open, () => setOpen(false));
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    close();
  };
  const onBlur = (event: FocusEvent) => {
    if (event.relatedTarget instanceof Node && !box.current?.contains(event.relatedTarget)) setOpen(false);
  };
  return (
    // The handlers serve the controls inside; the box itself takes no part in the keyboard's order.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <div className="menu" ref={box} onKeyDown={onKeyDown} onBlur={onBlur}>
      <button
        ref={button}
        type="button"
        className={className}
        aria-expanded={open}
        aria-controls={open ? panel : undefined}
        aria-label={name}
        data-key={shortcut}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open ? (
        <div className={`menu-panel menu-${align}`} id={panel}>
          {children(close)}
        </div>
      ) : null}
    </div>
  );
}

function useClickElsewhere(box: { current: HTMLElement | null }, active: boolean, then: () => void): void {
  const latest = useRef(then);
  latest.current = then;
  useEffect(() => {
    if (!active) return;
    const listen = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) latest.current();
    };
    document.addEventListener("pointerdown", listen);
    return () => document.removeEventListener("pointerdown", listen);
  }, [active, box]);
}
