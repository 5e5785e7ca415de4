/** Take the view along: the buttons; what is in their menus is loaded when one is opened. */
import { lazy, type ReactNode, Suspense } from "react";
import { Menu } from "../controls/menu";
import { Icon, type IconName } from "../marks/icon";
import type { ShareProps } from "./ways";

const ShareWays = lazy(async () => ({ default: (await import("./ways")).ShareWays }));
const ExportWays = lazy(async () => ({ default: (await import("./ways")).ExportWays }));

export function Share(props: ShareProps) {
  return (
    <TopMenu name="Share" icon="share" shortcut="s">
      <ShareWays {...props} />
    </TopMenu>
  );
}

export function Export({ address }: { address: string }) {
  return (
    <TopMenu name="Export" icon="export" shortcut="x">
      <ExportWays address={address} />
    </TopMenu>
  );
}

interface TopMenuProps {
  name: string;
  icon: IconName;
  shortcut: string;
  children: ReactNode;
}

function TopMenu({ name, icon, shortcut, children }: TopMenuProps) {
  return (
    <Menu
      label={
        <>
          <Icon name={icon} />
          <span className="wide-only">{name}</span>
        </>
      }
      name={name}
      shortcut={shortcut}
    >
      {() => <Suspense fallback={<p className="menu-waiting muted">Loading…</p>}>{children}</Suspense>}
    </Menu>
  );
}
