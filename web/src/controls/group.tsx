/** What to group by: a level, a level with its cluster, or up to three of what there is, labels among them. */

import { lazy, Suspense, useRef, useState } from "react";
import { show } from "../location";
import type { View } from "../url";
import { keyWords } from "../words/names";
import { capital } from "../words/states";
import { Choice, type Option } from "./choice";
import type { Grouped } from "./group-form";

const SEVERAL = "several…";

const ALLOCATION_GROUPS: readonly string[] = [
  "cluster",
  "cluster,namespace",
  "namespace",
  "cluster,namespace,controller",
  "controller",
  "pod",
  "container",
  "cluster,node",
  "node",
  "service",
  "controllerKind",
  "team",
  "team,cluster",
  "department",
  "owner",
  "product",
];

const ASSET_GROUPS: readonly string[] = [
  "type",
  "cluster",
  "cluster,type",
  "category",
  "provider",
  "account",
  "project",
  "service",
  "cluster,type,name",
];

/** The form is code of its own: most groupings are in the list. */
const GroupForm = lazy(async () => ({ default: (await import("./group-form")).GroupForm }));

interface GroupChoiceProps {
  kind: Grouped;
  view: View;
}

export function GroupChoice({ kind, view }: GroupChoiceProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [asked, setAsked] = useState(false);
  const groups = kind === "assets" ? ASSET_GROUPS : ALLOCATION_GROUPS;
  const now = view.aggregate.join(",");
  const options: Option[] = [...new Set([now, ...groups])]
    .sort((one, other) => place(groups, one) - place(groups, other))
    .map((group) => [group, groupWords(group)]);
  const choose = (group: string) => {
    if (group !== SEVERAL) return show({ ...view, aggregate: group.split(",") });
    setAsked(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <Choice
        title="Group by"
        value={now}
        options={[...options, [SEVERAL, "Several, or a label…"]]}
        onChoose={choose}
        shortcut="b"
      />
      <dialog ref={dialog} className="dialog" aria-labelledby="group-title">
        {asked ? (
          <Suspense fallback={null}>
            <GroupForm key={now} kind={kind} view={view} onClose={() => dialog.current?.close()} />
          </Suspense>
        ) : null}
      </dialog>
    </>
  );
}

function groupWords(group: string): string {
  const words = group.split(",").map(keyWords).join(" / ");
  return capital(words);
}

function place(groups: readonly string[], group: string): number {
  const at = groups.indexOf(group);
  return at < 0 ? groups.length : at;
}
