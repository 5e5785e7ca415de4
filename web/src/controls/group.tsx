/** What to group by: a level, a level with its cluster, or up to three of what there is, labels among them. */

import { useRef, useState } from "react";
import { useAsked } from "../api/hooks";
import { valuesAddress } from "../api/questions";
import { keyWords } from "../words/names";
import { capital } from "../words/states";
import { Choice, type Option } from "./choice";

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

/** What a free grouping may be made of, beside the labels that the server knows. */
const DIMENSIONS: Readonly<Record<GroupChoiceProps["kind"], readonly string[]>> = {
  allocations: [
    "cluster",
    "namespace",
    "controller",
    "controllerKind",
    "pod",
    "container",
    "node",
    "service",
    "team",
    "department",
    "owner",
    "product",
    "environment",
  ],
  assets: ["type", "cluster", "category", "provider", "account", "project", "service", "name"],
};
const PLACES = ["First by", "Then by", "Then by"] as const;

interface GroupChoiceProps {
  kind: "allocations" | "assets";
  /** The time whose labels are offered. */
  window: string;
  value: readonly string[];
  onChoose: (aggregate: readonly string[]) => void;
}

export function GroupChoice({ kind, window, value, onChoose }: GroupChoiceProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [asked, setAsked] = useState(false);
  const groups = kind === "assets" ? ASSET_GROUPS : ALLOCATION_GROUPS;
  const now = value.join(",");
  const options: Option[] = [...new Set([now, ...groups])]
    .sort((one, other) => place(groups, one) - place(groups, other))
    .map((group) => [group, groupWords(group)]);
  const choose = (group: string) => {
    if (group !== SEVERAL) return onChoose(group.split(","));
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
        <form
          key={now}
          className="dialog-form"
          action={(data) => {
            const chosen = data.getAll("dimension").map(written).filter(Boolean);
            if (chosen.length > 0) onChoose([...new Set(chosen)]);
            dialog.current?.close();
          }}
        >
          <h2 id="group-title">Several groupings</h2>
          {PLACES.map((title, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the places are always these
            <label key={at}>
              {title}
              <input
                className="field"
                name="dimension"
                list="dimensions"
                autoComplete="off"
                defaultValue={value[at] ?? ""}
                required={at === 0}
                placeholder={at === 0 ? "label:app.kubernetes.io/name" : "nothing more"}
              />
            </label>
          ))}
          {asked ? <Dimensions kind={kind} window={window} /> : null}
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

/** What the fields of the dialog are completed with: dimensions, and the labels of the window. */
function Dimensions({ kind, window }: { kind: GroupChoiceProps["kind"]; window: string }) {
  const labels = useAsked<{ data: readonly string[] }>(valuesAddress("allocation", window, "label", ""));
  const known = kind === "allocations" ? (labels.data?.data ?? []).map((label) => `label:${label}`) : [];
  return (
    <datalist id="dimensions">
      {[...DIMENSIONS[kind], ...known].map((one) => (
        <option key={one} value={one}>
          {capital(keyWords(one))}
        </option>
      ))}
    </datalist>
  );
}

/** A dimension as it was written: a name that none has is a label's. */
function written(value: FormDataEntryValue): string {
  const text = String(value).trim();
  const known = DIMENSIONS.allocations.includes(text) || DIMENSIONS.assets.includes(text);
  return text === "" || known || text.includes(":") ? text : `label:${text}`;
}

function groupWords(group: string): string {
  const words = group.split(",").map(keyWords).join(" / ");
  return capital(words);
}

function place(groups: readonly string[], group: string): number {
  const at = groups.indexOf(group);
  return at < 0 ? groups.length : at;
}
