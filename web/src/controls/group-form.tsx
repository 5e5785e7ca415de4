/** A grouping by up to three of what there is; labels are completed by the server. */

import { useAsked } from "../api/hooks";
import { valuesAddress } from "../api/questions";
import { show } from "../location";
import type { View } from "../url";
import { keyWords } from "../words/names";
import { capital } from "../words/states";

/** What is grouped. */
export type Grouped = "allocations" | "assets";

/** What a free grouping may be made of, beside the labels that the server knows. */
const DIMENSIONS: Readonly<Record<Grouped, readonly string[]>> = {
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

interface GroupFormProps {
  kind: Grouped;
  /** The labels of its window are offered. */
  view: View;
  onClose: () => void;
}

export function GroupForm({ kind, view, onClose }: GroupFormProps) {
  return (
    <form
      className="dialog-form"
      action={(data) => {
        const chosen = data.getAll("dimension").map(written).filter(Boolean);
        if (chosen.length > 0) show({ ...view, aggregate: [...new Set(chosen)] });
        onClose();
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
            defaultValue={view.aggregate[at] ?? ""}
            required={at === 0}
            placeholder={at === 0 ? "label:app.kubernetes.io/name" : "nothing more"}
          />
        </label>
      ))}
      <Dimensions kind={kind} window={view.window} />
      <p className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" className="button button-first">
          Group
        </button>
      </p>
    </form>
  );
}

/** What the fields of the dialog are completed with: dimensions, and the labels of the window. */
function Dimensions({ kind, window }: { kind: Grouped; window: string }) {
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
