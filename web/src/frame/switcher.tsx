/** Which installation this is, and the way to the others. Their list is loaded when it is opened. */
import { lazy, Suspense } from "react";
import { Menu } from "../controls/menu";
import { Icon } from "../marks/icon";

const Elsewhere = lazy(async () => ({ default: (await import("./elsewhere")).Elsewhere }));

export function Switcher() {
  return (
    <Menu
      className="rail-link switcher"
      align="start"
      label={
        <>
          <Icon name="swap" />
          <span className="cut">{window.location.host}</span>
        </>
      }
      name={`This installation, ${window.location.host}; switch to another`}
    >
      {() => (
        <Suspense fallback={<p className="menu-waiting muted">Loading…</p>}>
          <Elsewhere />
        </Suspense>
      )}
    </Menu>
  );
}
