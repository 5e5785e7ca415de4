/** What to group by: a level, a level with its cluster, or a label. */

import { useRef } from "react";
import { keyWords } from "../words/names";
import { capital } from "../words/states";
import { Choice, type Option } from "./choice";

const LABEL = "label…";

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

interface GroupChoiceProps {
  kind: "allocations" | "assets";
  value: readonly string[];
  onChoose: (aggregate: readonly string[]) => void;
}

export function GroupChoice({ kind, value, onChoose }: GroupChoiceProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const groups = kind === "assets" ? ASSET_GROUPS : ALLOCATION_GROUPS;
  const now = value.join(",");
  const options: Option[] = [...new Set([now, ...groups])]
    .sort((one, other) => place(groups, one) - place(groups, other))
    .map((group) => [group, groupWords(group)]);
  const choose = (group: string) => {
    if (group === LABEL) dialog.current?.showModal();
    else onChoose(group.split(","));
  };
  return (
    <>
      <Choice
        title="Group by"
        value={now}
        options={[...options, [LABEL, "A label…"]]}
        onChoose={choose}
        shortcut="b"
      />
      <dialog ref={dialog} className="dialog" aria-labelledby="label-title">
        <form
          className="dialog-form"
          action={(data) => {
            const name = String(data.get("label")).trim();
            if (name) onChoose([`label:${name}`]);
            dialog.current?.close();
          }}
        >
          <h2 id="label-title">Group by a label</h2>
          <label>
            The label’s name
            <input className="field" name="label" required placeholder="app.kubernetes.io/name" />
          </label>
          <p className="dialog-actions">
            <button type="button" className="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button type="submit" className="button button-first">
              Group
            </button>
          </p>
        </form>
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
